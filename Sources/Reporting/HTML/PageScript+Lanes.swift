/// The page's fifth script: rows over time, of which only those in sight are drawn.
let pageLanesScript = #"""
  const lanes = byId("lanes");
  const inner = byId("rows");

  function rowHeight() {
    return parseFloat(getComputedStyle(lanes).getPropertyValue("--row")) * parseFloat(getComputedStyle(document.documentElement).fontSize);
  }

  let printing = false;
  function drawLanes() {
    const height = rowHeight();
    const rows = state.rows;
    inner.style.height = Math.max(rows.length, 1) * height + "px";
    const first = printing ? 0 : Math.max(0, Math.floor(lanes.scrollTop / height) - 3);
    const last = printing ? Math.min(rows.length, 300) : Math.min(rows.length, Math.ceil((lanes.scrollTop + lanes.clientHeight) / height) + 3);
    if (printing) inner.style.height = last * height + "px";
    inner.replaceChildren();
    for (let index = first; index < last; index += 1) {
      const row = rows[index];
      const track = make("div", { class: "track" });
      const mark = row.entry && row.entry.broken ? make("span", { class: "fail" }, "● ") : "";
      inner.append(
        make(
          "div", { class: "lane", role: "option", id: "lane-" + index, "data-row": index, "aria-selected": index === state.selected ? "true" : "false", "aria-label": describe(row), style: "top:" + index * height + "px" },
          make("div", { class: "name" + (row.entry ? " mono" : "") }, mark, row.name), track
        )
      );
      if (row.entry && !row.entry.parts.length) track.classList.add("void");
      if (row.entry) drawParts(track, row.entry);
      else drawHeat(track, row.members);
    }
    if (rows.length === 0) inner.append(make("p", { class: "note" }, sessions.length ? "No session is like that." : "No session was seen."));
    lanes.setAttribute("aria-activedescendant", "lane-" + state.selected);
    drawAxis();
  }

  function describe(row) {
    if (!row.entry) return row.name + " sessions";
    const places = row.entry.parts.map((part) => podOf(part.placement));
    return row.entry.session.client + ": " + (places.length ? places.slice(0, 5).join(", then ") + (places.length > 5 ? " and more" : "") : "no pod");
  }

  function drawAxis() {
    const span = state.to - state.from;
    const axis = byId("axis");
    axis.replaceChildren();
    const room = Math.max(2, Math.floor(axis.clientWidth / 110));
    const steps = [0.01, 0.1, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5, 36e5, 108e5, 432e5, 864e5, 6048e5];
    const step = steps.find((one) => span / one <= room) || steps[steps.length - 1];
    for (let at = Math.ceil(state.from / step) * step; at <= state.to; at += step) {
      const place = share(at);
      if (place > 0.03 && place < 0.97) axis.append(make("span", { style: "left:" + percent(place) }, clockOf(at, span)));
    }
    const cut = byId("cuts");
    cut.replaceChildren();
    const line = (from, to, kind, title) => {
      if (to < state.from || from > state.to) return;
      const left = Math.max(0, share(from));
      if (to - from > (state.to - state.from) / 100) {
        cut.append(make("i", { class: "span", title, style: "left:" + percent(left) + ";width:" + percent(Math.min(1, share(to)) - left) }));
      } else cut.append(make("i", { class: kind, title, style: "left:" + percent(left) }));
    };
    for (const incident of report.incidents) if (incident.class !== "explained" || incident.mode !== "C1") line(time(incident.from), time(incident.to), incident.class, incident.summary);
    for (const event of extra.events) line(event.after ? time(event.after) : whole.from, event.before ? time(event.before) : whole.to, "", event.text);
    const frame = byId("window");
    const part = (moment) => Math.min(1, Math.max(0, (moment - whole.from) / (whole.to - whole.from)));
    frame.style.left = percent(part(state.from));
    frame.style.width = percent(part(state.to) - part(state.from));
    frame.hidden = state.from <= whole.from && state.to >= whole.to;
  }

  // All of the capture at a glance: how many placements began when (the first of a session does not count).
  function drawOverview() {
    const canvas = byId("overview").querySelector("canvas");
    const box = canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(box.width * ratio));
    canvas.height = Math.max(1, Math.round(box.height * ratio));
    const buckets = Math.max(10, Math.floor(box.width / 4));
    const moves = new Float64Array(buckets);
    const live = new Float64Array(buckets + 1);
    const bucket = (moment) => Math.max(0, Math.min(buckets - 1, Math.floor(((moment - whole.from) / (whole.to - whole.from)) * buckets)));
    for (const entry of sessions) {
      if (!entry.parts.length) continue;
      live[bucket(entry.parts[0].from)] += 1;
      live[bucket(entry.parts[entry.parts.length - 1].to) + 1] -= 1;
      for (const part of entry.parts.slice(1)) moves[bucket(part.from)] += 1;
    }
    const quiet = getComputedStyle(byId("overview")).color;
    const pen = canvas.getContext("2d");
    const width = canvas.width / buckets;
    const mostLive = Math.max(1, sessions.length);
    const mostMoves = Math.max(1, ...moves);
    let running = 0;
    for (let index = 0; index < buckets; index += 1) {
      running += live[index];
      pen.fillStyle = quiet;
      const height = (running / mostLive) * canvas.height * 0.85;
      pen.fillRect(index * width, canvas.height - height, width + 0.5, height);
    }
    pen.fillStyle = getComputedStyle(byId("moves-key")).backgroundColor;
    for (let index = 0; index < buckets; index += 1) {
      if (!moves[index]) continue;
      const height = Math.max(3, (moves[index] / mostMoves) * canvas.height * 0.9);
      pen.fillRect(index * width, canvas.height - height, Math.max(2, width - 1), height);
    }
  }

  function zoom(from, to) {
    const least = 0.01;
    if (to - from < least) to = from + least;
    state.from = Math.max(whole.from, Math.min(from, whole.to - least));
    state.to = Math.min(whole.to, Math.max(to, state.from + least));
    drawLanes();
  }
  function zoomBy(factor, around) {
    const middle = around === undefined ? (state.from + state.to) / 2 : around;
    zoom(middle - (middle - state.from) * factor, middle + (state.to - middle) * factor);
  }
  function pan(by) {
    const span = state.to - state.from;
    const from = Math.max(whole.from, Math.min(whole.to - span, state.from + by * span));
    zoom(from, from + span);
  }

  function update() {
    findRows();
    lanes.scrollTop = 0;
    fit();
    drawLanes();
    byId("reset").hidden = !state.incident && !state.inside && !state.pod && state.from <= whole.from && state.to >= whole.to;
    byId("inside").textContent = state.inside ? "in " + state.inside.key : state.incident ? "in incident " + state.incident.id : "";
    for (const card of document.querySelectorAll("[data-incident]")) card.setAttribute("aria-pressed", String(!!state.incident && card.dataset.incident === state.incident.id));
    for (const button of document.querySelectorAll("[data-pod]")) button.setAttribute("aria-pressed", String(button.dataset.pod === state.pod));
  }
  // No taller than its rows need.
  function fit() {
    lanes.style.height = Math.max(1, state.rows.length) * rowHeight() + 2 + "px";
  }
  """#
