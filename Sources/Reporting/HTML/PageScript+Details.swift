/// The page's third script: one session, its path and its findings.
let pageDetailsScript = #"""
  // The hops of a placement, with the address pair before and behind each translation.
  function drawPath(session, placement) {
    const path = make("div", { class: "path" });
    const hop = (title, text) => path.append(make("div", { class: "hop" }, make("b", {}, title), text ? make("div", { class: "soft" }, text) : ""));
    const leg = (source, target, sourceChanged, targetChanged) =>
      path.append(make("div", { class: "leg mono" }, make(sourceChanged ? "b" : "span", {}, source), " → ", make(targetChanged ? "b" : "span", {}, target)));
    const rewritesSource = placement.seen_source !== session.client;
    const rewritesTarget = placement.backend !== session.front;
    const what = rewritesSource && rewritesTarget ? "its NAT rewrites both addresses" : rewritesTarget ? "its NAT rewrites the destination and keeps the source" : rewritesSource ? "its NAT rewrites the source" : "forwards it as it is";
    hop("client", session.client);
    leg(session.client, session.front, false, false);
    hop("ingress node " + (placement.ingress_node || "unknown"), what);
    leg(placement.seen_source, placement.backend, rewritesSource, rewritesTarget);
    if (placement.node && placement.node !== placement.ingress_node) {
      hop("backend node " + placement.node, "hands it to the pod");
      leg(placement.seen_source, placement.backend, false, false);
    }
    hop("pod " + (placement.pod || "of unknown name"), placement.backend + " sees " + placement.seen_source);
    return path;
  }

  function drawFinding(finding) {
    const card = make("div", { class: "card" });
    card.append(
      make("h3", {}, make("span", { class: finding.class }, (finding.mode || "cause undetermined") + " " + (finding.name || ""))),
      make("p", { class: "soft" }, finding.class + ", at " + clock(finding.at) + ", confidence " + finding.confidence.toFixed(2) + (finding.changed.length ? ", changed: " + finding.changed.join(" and ").replace("_", " ") : ""))
    );
    if (finding.was && finding.now) card.append(make("p", {}, podOf(finding.was) + " seeing " + finding.was.seen_source + " became " + podOf(finding.now) + " seeing " + finding.now.seen_source));
    const list = (title, items) => {
      if (items.length) card.append(make("p", { class: "soft" }, title), make("ul", { class: "reasons" }, items.map((item) => make("li", {}, item))));
    };
    list("because", finding.because);
    list("ruled out", finding.ruled_out.map((other) => other.mode + ": " + other.why));
    list("evidence", finding.evidence.map((frame) => make("span", {}, frame.role + ": ", make("code", {}, "tshark -r " + frame.file + " -Y frame.number==" + frame.frame))));
    if (typeof liveKeepsFrames !== "undefined" && liveKeepsFrames) liveOffer(card, finding);
    return card;
  }

  function showSession(entry, chosen) {
    const { session, parts, findings } = entry;
    const aside = byId("details");
    aside.replaceChildren();
    aside.hidden = false;
    byId("split").classList.add("open");
    aside.append(
      make("button", { class: "close", type: "button", "aria-label": "close", onclick: hideDetails }, "✕"),
      make("h3", { id: "details-title" }, session.client),
      make("p", { class: "soft" }, "to " + session.front + (session.service ? " (" + session.service + ")" : "")),
      make("p", {}, counted(session.datagrams, "datagram") + ": " + number(session.placed) + " placed, " + number(session.lost) + " lost, " + number(session.ambiguous) + " ambiguous; " + number(session.replies) + " replies")
    );
    for (const loss of session.lost_at) aside.append(make("p", { class: "fail" }, number(loss.datagrams) + " lost: " + loss.hop + (loss.node ? " at " + loss.node : "")));
    const path = make("div");
    const rows = parts.slice(0, 500).map((part, index) => {
      const pick = () => {
        for (const row of rows) row.setAttribute("aria-selected", row === rows[index]);
        path.replaceChildren(drawPath(session, part.placement));
      };
      return make(
        "tr", { tabindex: "0", "aria-selected": "false", onclick: pick, onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(); } } },
        make("td", {}, make("span", { class: "dot", style: "background:" + part.color }), " " + podOf(part.placement)),
        make("td", { class: "mono" }, part.placement.seen_source),
        make("td", { class: "n" }, clock(part.placement.from)),
        make("td", { class: "n" }, length(part.to - part.from)),
        make("td", { class: "n" }, number(part.placement.datagrams))
      );
    });
    if (rows.length) {
      const head = make("thead", {}, make("tr", {}, make("th", {}, "pod"), make("th", {}, "seen source"), make("th", { class: "n" }, "from"), make("th", { class: "n" }, "for"), make("th", { class: "n" }, "sent")));
      aside.append(make("div", { class: "scroll" }, make("table", { class: "placed", id: "placements" }, head, make("tbody", {}, rows))));
      if (parts.length > rows.length) aside.append(make("p", { class: "soft" }, "and " + number(parts.length - rows.length) + " more placements"));
      aside.append(path);
      rows[Math.min(chosen || 0, rows.length - 1)].click();
    } else {
      aside.append(make("p", { class: "soft" }, "No pod was seen to receive any of it."));
    }
    const order = findings.slice().sort((a, b) => classRank[a.class] - classRank[b.class]);
    for (const finding of order.slice(0, 50)) aside.append(drawFinding(finding));
    // Where there is no room beside the rows it stands below them.
    if (matchMedia("(max-width: 1149px)").matches) aside.scrollIntoView({ block: "nearest" });
  }

  function hideDetails() {
    byId("details").hidden = true;
    byId("split").classList.remove("open");
    byId("lanes").focus({ preventScroll: true });
    drawLanes();
  }
  """#
