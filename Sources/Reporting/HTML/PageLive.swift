/// The script of a page that a collector serves: what happens as it happens, and when to look at the report again.
///
/// The page is loaded anew, at most every few seconds, when something happened and nobody is in the middle of looking at it;
/// what was told meanwhile, and whether it may, is kept for as long as the window is open.
let pageLiveScript = #"""
  const liveKey = "stickler-live";
  const keptLive = JSON.parse(sessionStorage.getItem(liveKey) || "{}");
  const live = { events: keptLive.events || [], follow: keptLive.follow !== false, isStale: false, loaded: Date.now() };
  const liveSay = (text) => (byId("live-state").textContent = text);
  const liveKeep = () => sessionStorage.setItem(liveKey, JSON.stringify({ events: live.events, follow: live.follow }));

  const liveIncident = (incident) => (incident.mode ? incident.mode + ": " : "") + incident.summary;
  const liveWords = {
    move: (event) => event.client + " moved from " + podOf(event.was) + " to " + podOf(event.now),
    incident: (event) => liveIncident(event.incident) + (event.was ? ", told before as " + (event.was.mode || "undetermined") : ""),
    withdrawal: (event) => "no longer: " + liveIncident(event.incident) + (event.successor ? "; it is part of " + liveIncident(event.successor) : ""),
    contradiction: (event) => event.contradiction.client + ": " + event.contradiction.because,
    verdict: (event) => "the verdict is " + (event.now || "open") + (event.was ? ", it was " + event.was : ""),
  };

  // Whether an agent keeps frames that can be asked for; what is drawn before this line is reached has it too.
  var liveKeepsFrames = false;
  const liveAskNodes = async () => {
    try {
      const nodes = await (await fetch("/api/v1/nodes")).json();
      liveKeepsFrames = nodes.items.some((node) => node.agent && node.agent.evidence_ring_bytes && ["current", "late"].includes(node.agent.presence));
    } catch {
      liveKeepsFrames = false;
    }
  };
  function liveOffer(card, finding) {
    const file = finding.id + ".pcapng";
    card.append(make("p", {}, make("a", { href: "/api/v1/evidence/" + file, download: file, class: "packets" }, "its packets, as far as agents still hold them")));
  }

  function liveDraw() {
    const list = byId("live-events");
    list.replaceChildren(...live.events.slice(0, 8).map((event) => make("li", {}, event)));
  }

  // Somebody looks for something, has something open or has zoomed in: the page stays as it is.
  const liveIsUsed = () =>
    state.search || !byId("details").hidden || state.incident || state.inside || state.from !== whole.from || state.to !== whole.to;

  function liveReload() {
    liveKeep();
    location.reload();
  }

  function liveLook() {
    if (live.isStale && live.follow && !document.hidden && !liveIsUsed() && Date.now() - live.loaded > 5000) liveReload();
  }

  function liveListen() {
    const source = new EventSource("/api/v1/events");
    source.onerror = () => liveSay("not connected; trying again …");
    source.addEventListener("report", (message) => {
      const told = JSON.parse(message.data);
      const absent = told.nodes_absent ? ", " + told.nodes_absent + " absent" : "";
      liveSay("report " + told.number + " of " + clock(told.made_at) + " UTC, " + counted(told.nodes, "node") + absent);
      // An empty page is waiting for its first report.
      if (!report.capture.from && told.nodes) live.isStale = true;
    });
    source.addEventListener("gap", () => (live.isStale = true));
    for (const [name, words] of Object.entries(liveWords)) {
      source.addEventListener(name, (message) => {
        const event = JSON.parse(message.data);
        live.events.unshift((event.at ? clock(event.at) + " " : "") + words(event));
        live.events.length = Math.min(live.events.length, 50);
        live.isStale = true;
        liveKeep();
        liveDraw();
      });
    }
  }

  byId("live-follow").checked = live.follow;
  byId("live-follow").addEventListener("change", (event) => { live.follow = event.target.checked; liveKeep(); });
  byId("live-refresh").addEventListener("click", liveReload);
  liveDraw();
  liveListen();
  liveAskNodes();
  setInterval(liveLook, 1000);
  """#
