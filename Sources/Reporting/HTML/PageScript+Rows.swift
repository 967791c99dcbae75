/// The page's fourth script: which rows there are, after search, filter and grouping.
let pageRowsScript = #"""
  const state = { from: whole.from, to: whole.to, search: "", filter: "all", group: "none", inside: null, incident: null, pod: null, selected: 0, rows: [] };

  const groupings = {
    client: (entry) => addressOf(entry.session.client),
    front: (entry) => entry.session.service || entry.session.front,
    pod: (entry) => (entry.parts.length ? podOf(entry.parts[0].placement) : "no pod"),
  };
  const filters = {
    all: () => true,
    moved: (entry) => entry.parts.length > 1,
    broken: (entry) => entry.broken,
    lost: (entry) => entry.session.lost > 0,
    unplaced: (entry) => entry.parts.length === 0,
  };

  function isShown(entry) {
    if (!filters[state.filter](entry)) return false;
    if (state.incident && !entry.incidents.has(state.incident.id)) return false;
    if (state.inside !== null && groupings[state.inside.by](entry) !== state.inside.key) return false;
    return state.search.split(/\s+/).every((word) => entry.text.includes(word));
  }

  function findRows() {
    const shown = sessions.filter(isShown);
    // The members of an incident are worth a row each.
    const by = state.inside || state.incident ? null : groupings[state.group];
    if (!by) {
      state.rows = shown.map((entry) => ({ entry, name: entry.session.client }));
    } else {
      const groups = new Map();
      for (const entry of shown) {
        const key = by(entry);
        const group = groups.get(key) || { members: [], key };
        group.members.push(entry);
        groups.set(key, group);
      }
      state.rows = [...groups.values()].map((group) => ({ members: group.members, key: group.key, name: group.key + " (" + number(group.members.length) + ")" }));
    }
    state.selected = Math.max(0, Math.min(state.selected, state.rows.length - 1));
    byId("count").textContent =
      (by ? counted(state.rows.length, "group") + " of " : "") + counted(shown.length, "session") +
      (shown.length < extra.totals.sessions ? " of " + number(extra.totals.sessions) : "");
  }

  const share = (moment) => (moment - state.from) / (state.to - state.from);
  const percent = (value) => (100 * value).toFixed(3) + "%";

  // One session's placements as parts of its row; what is narrower than a pixel is drawn once.
  function drawParts(track, entry) {
    let drawn = 0;
    let lastEdge = -1;
    for (const [index, part] of entry.parts.entries()) {
      if (part.to < state.from || part.from > state.to) continue;
      const left = Math.max(0, share(part.from));
      const right = Math.min(1, share(part.to));
      if (right - lastEdge < 0.0005 && drawn > 200) continue;
      lastEdge = right;
      drawn += 1;
      const dim = state.pod !== null && podOf(part.placement) !== state.pod;
      const width = "min(" + percent(Math.max(0.0005, right - left)) + ", 100% - " + percent(left) + ")";
      track.append(make("div", { class: "part" + (dim ? " dim" : ""), "data-part": index, style: "left:" + percent(left) + ";width:" + width + ";background:" + part.color }));
      if (index > 0 && part.from >= state.from) track.append(make("div", { class: "move", style: "left:" + percent(left) }));
    }
  }

  // Many sessions in one row: for each stretch of time, how many each pod served.
  function drawHeat(track, members) {
    const canvas = make("canvas", {});
    track.append(canvas);
    const box = track.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    const buckets = Math.max(10, Math.min(400, Math.floor(box.width / 3)));
    canvas.width = Math.max(1, Math.round(box.width * ratio));
    canvas.height = Math.max(1, Math.round(box.height * ratio));
    const counts = new Map();
    const totals = new Float64Array(buckets + 1);
    for (const entry of members) {
      for (const part of entry.parts) {
        if (part.to < state.from || part.from > state.to) continue;
        const first = Math.max(0, Math.floor(share(part.from) * buckets));
        // A bucket in which one placement ends and the next begins is the next one's.
        const last = Math.max(first, Math.min(buckets - 1, Math.floor(share(part.to) * buckets) - 1));
        const name = podOf(part.placement);
        let row = counts.get(name);
        if (!row) counts.set(name, (row = new Float64Array(buckets + 1)));
        row[first] += 1;
        row[last + 1] -= 1;
        totals[first] += 1;
        totals[last + 1] -= 1;
      }
    }
    // As high as the most that were there at once.
    let most = 1;
    for (let bucket = 0, running = 0; bucket < buckets; bucket += 1) {
      running += totals[bucket];
      most = Math.max(most, running);
    }
    const pen = canvas.getContext("2d");
    const width = canvas.width / buckets;
    const heights = new Float64Array(buckets);
    for (const pod of podList) {
      const row = counts.get(pod.name);
      if (!row) continue;
      pen.fillStyle = pod.color;
      pen.globalAlpha = state.pod !== null && state.pod !== pod.name ? 0.2 : 1;
      let running = 0;
      for (let bucket = 0; bucket < buckets; bucket += 1) {
        running += row[bucket];
        if (running <= 0) continue;
        const height = (running / most) * canvas.height;
        pen.fillRect(bucket * width, canvas.height - heights[bucket] - height, width + 0.5, height);
        heights[bucket] += height;
      }
    }
  }
  """#
