/// The page's second script: the verdict, the promises, the incidents, and what was not seen.
let pageSummaryScript = #"""
  const verdictWords = { pass: "PASS", fail: "FAIL", inconclusive: "INCONCLUSIVE", "not promised": "NOTHING PROMISED" };
  const verdictMarks = { pass: "✓ pass", fail: "✗ fail", inconclusive: "? unclear", "not promised": "– not promised" };
  const verdictClass = (verdict) => (verdict === "not promised" || !verdict ? "none" : verdict);

  function drawVerdict() {
    byId("verdict").append(
      make("strong", { class: verdictClass(report.verdict) }, verdictWords[report.verdict] || "NOT JUDGED"),
      make("span", {}, extra.headline)
    );
    const total = extra.totals;
    const fact = (name, value, text) => make("li", {}, make("b", { "data-number": name }, number(value)), " " + text);
    const span = whole.to - whole.from;
    byId("facts").append(
      fact("sessions", total.sessions, total.sessions === 1 ? "session" : "sessions"),
      fact("moved", total.moved, "moved or changed their seen source"),
      fact("datagrams", total.datagrams, "datagrams"),
      fact("placed", total.placed, "placed"),
      fact("lost", total.lost, "lost"),
      fact("incidents", total.incidents, total.incidents === 1 ? "incident" : "incidents"),
      fact("findings", total.findings, total.findings === 1 ? "finding" : "findings"),
      make("li", {}, report.capture.from ? length(span) + " from " + report.capture.from.slice(0, 10) + " " + clock(report.capture.from) + " UTC" : "no packet")
    );
  }

  function drawServices() {
    for (const service of report.services.slice(0, 200)) {
      const traits = [service.fronts.slice(0, 4).join(", ") + (service.fronts.length > 4 ? " …" : "")];
      if (service.external_traffic_policy) traits.push("policy " + service.external_traffic_policy);
      if (service.session_affinity) traits.push("affinity " + service.session_affinity + (service.timeout_seconds ? " for " + number(service.timeout_seconds) + " s" : ""));
      const promises = make("div", { class: "promises" });
      for (const promise of service.verdicts) {
        const title = counted(promise.checked, "session") + " checked, " + number(promise.violations) + " broken, " + number(promise.explained) + " explained";
        promises.append(
          make("span", { class: verdictClass(promise.verdict), title }, verdictMarks[promise.verdict]),
          make("span", { class: "mono" }, promise.expectation),
          make("span", {}, promise.reason)
        );
      }
      byId("services").append(make("div", { class: "card" }, make("h3", {}, service.name || service.fronts[0]), make("p", { class: "soft" }, service.name ? traits.join(", ") : traits.slice(1).join(", ")), promises));
    }
    if (report.services.length > 200) byId("services").append(make("p", {}, "and " + number(report.services.length - 200) + " more"));
    byId("services-part").hidden = report.services.length === 0;
  }

  // What breaks a promise first, what is by design last; the rest by time.
  const incidentRank = (incident) => (incident.class !== "explained" ? 0 : incident.mode === "C1" ? 2 : 1);

  function drawIncidents(choose) {
    const order = report.incidents.slice().sort((a, b) => incidentRank(a) - incidentRank(b));
    for (const incident of order.slice(0, 200)) {
      const first = findingById.get(incident.findings[0]);
      const name = first && first.name ? first.name : "";
      let text = incident.summary;
      if (name && text.startsWith(name + ": ")) text = text.slice(name.length + 2);
      text = text.replace(/ \(\d+ findings?\)$/, "");
      const traits = [incident.class, incident.origin === "cluster" ? "" : "by the " + incident.origin, incident.service, incident.node ? "on " + incident.node : ""];
      const when = clock(incident.from) === clock(incident.to) ? "at " + clock(incident.from) : clock(incident.from) + " to " + clock(incident.to);
      byId("incidents").append(
        make(
          "button", { class: "card", type: "button", "aria-pressed": "false", "data-incident": incident.id, onclick: () => choose(incident) },
          make("h3", {}, make("span", { class: incident.class }, (incident.mode || "cause undetermined") + " " + name)),
          make("p", { class: "soft" }, traits.filter(Boolean).join(", ")),
          make("p", {}, text),
          make("p", { class: "soft" }, counted(incident.findings.length, "finding") + ", " + when)
        )
      );
    }
    if (order.length > 200) byId("incidents").append(make("p", {}, "and " + number(order.length - 200) + " more"));
    byId("incidents-part").hidden = order.length === 0;
  }

  function drawContradictions() {
    const all = report.contradictions;
    for (const item of all.slice(0, 200)) {
      const seen = item.evidence.map((one) => ", see " + one.file + " frame " + number(one.frame)).join("");
      byId("contradictions").append(
        make("div", { class: "card" }, make("h3", { class: "mono fail" }, item.client + " > " + item.front), make("p", {}, item.because), make("p", { class: "soft" }, "at " + clock(item.at) + " on " + item.node + seen))
      );
    }
    if (all.length > 200) byId("contradictions").append(make("p", {}, "and " + number(all.length - 200) + " more"));
    byId("contradictions-part").hidden = all.length === 0;
  }

  function drawUndetermined() {
    const groups = new Map();
    for (const item of report.undetermined) {
      const key = (item.modes.join(" or ") || "cause unknown") + "\n" + item.needs;
      groups.set(key, (groups.get(key) || 0) + 1);
    }
    for (const [key, count] of groups) {
      const [modes, needs] = key.split("\n");
      byId("undetermined").append(make("div", { class: "card" }, make("h3", {}, modes), make("p", {}, counted(count, "time") + ": " + needs)));
    }
    byId("undetermined-part").hidden = groups.size === 0;
  }

  function drawQuality() {
    const tiers = { T1: "bytes, length and the IP header's own mark", T2: "bytes and length", T3: "checksum residue and length", T4: "order within a flow", T5: "the inventory" };
    const matched = Object.entries(report.matching.matched);
    const most = Math.max(1, ...matched.map((entry) => entry[1]));
    const body = make("tbody");
    for (const [tier, count] of matched) {
      body.append(make("tr", {}, make("td", {}, tier), make("td", {}, tiers[tier] || ""), make("td", { class: "n", "data-number": "matched-" + tier }, number(count)), make("td", {}, make("div", { class: "meter" }, make("i", { style: "width:" + (100 * count) / most + "%" })))));
    }
    for (const name of ["ambiguous", "unmatched", "evicted"]) {
      const meaning = { ambiguous: "dropped rather than guessed", unmatched: "no twin behind the NAT", evicted: "had to make room" }[name];
      body.append(make("tr", {}, make("td", {}, name), make("td", {}, meaning), make("td", { class: "n", "data-number": name }, number(report.matching[name])), make("td")));
    }
    byId("matching").append(make("table", { class: "placed" }, make("thead", {}, make("tr", {}, make("th", {}, "tier"), make("th", {}, "proven by"), make("th", { class: "n" }, "datagrams"), make("th"))), body));

    const stated = report.statements;
    if (stated.sessions > 0) {
      const words = "Answers of pods themselves confirm " + counted(stated.confirmed, "placement") + " and contradict " + number(stated.contradicted) + ".";
      byId("matching").append(make("p", { class: stated.contradicted > 0 ? "fail" : "soft" }, words));
    }

    const nodes = make("tbody");
    for (const node of report.capture.nodes) {
      const offset = node.clock_offset_us === null ? "unknown" : number(node.clock_offset_us) + " µs";
      nodes.append(make("tr", {}, make("td", {}, node.name), ...["packets", "sightings", "malformed", "truncated"].map((name) => make("td", { class: "n" }, number(node[name]))), make("td", { class: "n" }, node.dropped === null ? "unknown" : number(node.dropped)), make("td", { class: "n" }, offset), make("td", { class: "mono" }, node.files.join(", "))));
    }
    const titles = ["node", "packets", "sightings", "malformed", "truncated", "dropped", "clock ahead", "files"];
    byId("nodes").append(make("table", { class: "placed" }, make("thead", {}, make("tr", {}, titles.map((title, index) => make("th", { class: index > 0 && index < 7 ? "n" : "" }, title)))), nodes));

    for (const spot of report.blind_spots) byId("blind").append(make("li", {}, make("b", {}, spot.where + ": "), spot.effect));
    if (report.blind_spots.length === 0) byId("blind").append(make("li", {}, "none"));
  }
  """#
