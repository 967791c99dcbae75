/// The page's first script: reads the report and prepares what the others draw.
///
/// Text of the report only ever becomes text of the page: no script here writes markup.
let pageModelScript = #"""
  const report = JSON.parse(document.getElementById("report").textContent);
  const extra = JSON.parse(document.getElementById("extra").textContent);

  // A tag with attributes and children; a string is a text node.
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "class") node.className = value;
      else if (name === "style") node.style.cssText = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children.flat()) {
      if (child !== null && child !== undefined && child !== "") node.append(child);
    }
    return node;
  }
  const byId = (id) => document.getElementById(id);
  const number = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const counted = (value, noun) => number(value) + " " + noun + (value === 1 ? "" : "s");

  // Milliseconds with a fraction: what a double holds is finer than a pixel.
  function time(text) {
    return text ? Date.parse(text.slice(0, 23) + "Z") + Number(text.slice(23, 29)) / 1e6 : null;
  }
  const clock = (text) => text.slice(11, 23);
  function clockOf(milliseconds, span) {
    const text = new Date(milliseconds).toISOString();
    return span < 2e3 ? text.slice(14, 23) : span < 6e4 ? text.slice(11, 21) : span < 864e5 ? text.slice(11, 19) : text.slice(5, 16).replace("T", " ");
  }
  function length(milliseconds) {
    if (milliseconds < 1) return Math.round(milliseconds * 1000) + " µs";
    if (milliseconds < 1000) return Math.round(milliseconds) + " ms";
    if (milliseconds < 120000) return (milliseconds / 1000).toFixed(1) + " s";
    return Math.round(milliseconds / 60000) + " min";
  }

  const podOf = (placement) => placement.pod || placement.backend;
  const addressOf = (endpoint) => endpoint.slice(0, endpoint.lastIndexOf(":"));
  const classRank = { security: 0, violation: 1, loss: 2, source: 3, explained: 4 };

  // Colours that people of every colour vision tell apart (Okabe and Ito), then hues as far from each other as can be.
  const palette = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a7fd1", "#b7a500"];
  const pods = new Map();
  for (const session of report.sessions) {
    for (const placement of session.placements) {
      const name = podOf(placement);
      const pod = pods.get(name) || { name, sessions: 0, datagrams: 0, color: "" };
      pod.sessions += 1;
      pod.datagrams += placement.datagrams;
      pods.set(name, pod);
    }
  }
  const podList = [...pods.values()].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
  podList.forEach((pod, index) => {
    pod.color = palette[index] || "hsl(" + ((index * 137.5) % 360).toFixed(0) + " 55% 52%)";
  });
  const colorOf = (placement) => pods.get(podOf(placement)).color;

  // Findings are of a client's endpoint, or of all that one address sent.
  const findingsOf = new Map();
  for (const finding of report.findings) {
    if (!finding.client) continue;
    const list = findingsOf.get(finding.client) || [];
    list.push(finding);
    findingsOf.set(finding.client, list);
  }
  const findingById = new Map(report.findings.map((finding) => [finding.id, finding]));

  const sessions = report.sessions.map((session, index) => {
    const parts = session.placements.map((placement) => ({
      placement, from: time(placement.from), to: time(placement.to), color: colorOf(placement),
    }));
    const findings = (findingsOf.get(session.client) || [])
      .concat(findingsOf.get(addressOf(session.client).replace(/^\[|\]$/g, "")) || [])
      .filter((finding) => !finding.service || finding.service === session.service);
    return {
      index, session, parts, findings,
      broken: findings.some((finding) => finding.class !== "explained"),
      incidents: new Set(findings.map((finding) => finding.incident)),
      text: [session.client, session.front, session.service || "", ...session.placements.map((p) => podOf(p) + " " + p.seen_source + " " + (p.node || "") + " " + (p.ingress_node || ""))].join(" ").toLowerCase(),
    };
  });

  // From the first to the last packet; a capture of an instant still needs a width.
  const whole = { from: time(report.capture.from) || 0, to: time(report.capture.to) || 0 };
  if (!(whole.to > whole.from)) whole.to = whole.from + 1;
  """#
