/// The page's last script: mouse, touch and keyboard.
let pageControlsScript = #"""
  function choose(index, part) {
    const row = state.rows[index];
    if (!row) return;
    state.selected = index;
    if (row.entry) {
      drawLanes();
      showSession(row.entry, part);
      drawLanes();
    } else {
      state.inside = { by: state.group, key: row.key };
      state.selected = 0;
      update();
    }
  }

  function chooseIncident(incident) {
    if (state.incident && state.incident.id === incident.id) return reset();
    state.incident = incident;
    state.inside = null;
    const from = time(incident.from);
    const to = time(incident.to);
    const margin = Math.max((to - from) * 2, (whole.to - whole.from) / 6);
    state.from = Math.max(whole.from, from - margin);
    state.to = Math.min(whole.to, to + margin);
    state.selected = 0;
    update();
    byId("swim").scrollIntoView({ block: "nearest" });
    const first = state.rows[0];
    if (first && first.entry) {
      const index = first.entry.parts.findIndex((part) => part.from >= from - 1);
      choose(0, Math.max(0, index));
    }
  }

  function reset() {
    Object.assign(state, { from: whole.from, to: whole.to, incident: null, inside: null, pod: null, selected: 0 });
    update();
  }

  function move(by) {
    if (!state.rows.length) return;
    state.selected = Math.max(0, Math.min(state.rows.length - 1, state.selected + by));
    const height = rowHeight();
    const top = state.selected * height;
    if (top < lanes.scrollTop) lanes.scrollTop = top;
    else if (top + height > lanes.scrollTop + lanes.clientHeight) lanes.scrollTop = top + height - lanes.clientHeight;
    drawLanes();
    const row = state.rows[state.selected];
    if (row.entry && !byId("details").hidden) showSession(row.entry);
  }

  const keys = {
    ArrowDown: () => move(1), ArrowUp: () => move(-1), PageDown: () => move(10), PageUp: () => move(-10),
    Home: () => move(-state.rows.length), End: () => move(state.rows.length),
    ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2),
    "+": () => zoomBy(0.5), "=": () => zoomBy(0.5), "-": () => zoomBy(2), 0: () => zoom(whole.from, whole.to),
    Enter: () => choose(state.selected), " ": () => choose(state.selected),
  };

  function listen() {
    lanes.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "/" && !/INPUT|SELECT/.test(document.activeElement.tagName)) {
        event.preventDefault();
        byId("search").focus();
      } else if (event.key === "Escape") {
        if (!byId("details").hidden) hideDetails();
        else reset();
      }
    });
    lanes.addEventListener("scroll", () => drawLanes(), { passive: true });
    lanes.addEventListener("click", (event) => {
      const lane = event.target.closest(".lane");
      if (!lane) return;
      const part = event.target.closest(".part");
      choose(Number(lane.dataset.row), part ? Number(part.dataset.part) : 0);
    });
    lanes.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      const box = byId("axis").getBoundingClientRect();
      const around = state.from + ((event.clientX - box.left) / box.width) * (state.to - state.from);
      zoomBy(event.deltaY > 0 ? 1.25 : 0.8, around);
    }, { passive: false });
    lanes.addEventListener("pointermove", showTip);
    lanes.addEventListener("pointerleave", () => (byId("tip").hidden = true));

    const overview = byId("overview");
    overview.addEventListener("pointerdown", (event) => {
      const box = overview.getBoundingClientRect();
      const at = (x) => whole.from + Math.min(1, Math.max(0, (x - box.left) / box.width)) * (whole.to - whole.from);
      const start = at(event.clientX);
      overview.setPointerCapture(event.pointerId);
      const drag = (next) => {
        const end = at(next.clientX);
        if (Math.abs(end - start) > (whole.to - whole.from) / 200) zoom(Math.min(start, end), Math.max(start, end));
      };
      const stop = () => {
        overview.removeEventListener("pointermove", drag);
        update();
      };
      overview.addEventListener("pointermove", drag);
      overview.addEventListener("pointerup", stop, { once: true });
    });

    byId("search").addEventListener("input", (event) => { state.search = event.target.value.trim().toLowerCase(); state.selected = 0; update(); });
    byId("filter").addEventListener("change", (event) => { state.filter = event.target.value; state.selected = 0; update(); });
    byId("group").addEventListener("change", (event) => { state.group = event.target.value; state.inside = null; state.selected = 0; update(); });
    byId("reset").addEventListener("click", reset);
    byId("closer").addEventListener("click", () => { zoomBy(0.5); update(); });
    byId("wider").addEventListener("click", () => { zoomBy(2); update(); });
    byId("theme").addEventListener("click", () => {
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
      document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
      drawOverview();
      drawLanes();
    });
    new ResizeObserver(() => { fit(); drawOverview(); drawLanes(); }).observe(byId("swim"));
    addEventListener("beforeprint", () => { printing = true; lanes.style.height = "auto"; drawLanes(); });
    addEventListener("afterprint", () => { printing = false; fit(); drawLanes(); });
  }

  function showTip(event) {
    const tip = byId("tip");
    const part = event.target.closest(".part");
    const lane = event.target.closest(".lane");
    const row = lane && state.rows[Number(lane.dataset.row)];
    if (!part || !row || !row.entry) {
      tip.hidden = true;
      return;
    }
    const { placement, from, to } = row.entry.parts[Number(part.dataset.part)];
    tip.textContent =
      row.entry.session.client + "\n" + podOf(placement) + (placement.node ? " on " + placement.node : "") + " sees " + placement.seen_source +
      "\n" + clock(placement.from) + " to " + clock(placement.to) + " (" + length(to - from) + "), " + counted(placement.datagrams, "datagram") + ", confidence " + placement.confidence.toFixed(2);
    tip.hidden = false;
    tip.style.left = Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = (event.clientY + 18 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18) + "px";
  }

  function drawLegend() {
    for (const pod of podList.slice(0, 60)) {
      byId("legend").append(
        make("button", { type: "button", "aria-pressed": "false", "data-pod": pod.name, title: counted(pod.datagrams, "datagram"), onclick: () => { state.pod = state.pod === pod.name ? null : pod.name; update(); } },
          make("span", { class: "dot", style: "background:" + pod.color }), pod.name)
      );
    }
    if (podList.length > 60) byId("legend").append(make("span", { class: "soft" }, "and " + number(podList.length - 60) + " more pods"));
    for (const event of extra.events) {
      const when = event.before ? (event.after && event.after !== event.before ? "between " + clock(event.after) + " and " + clock(event.before) : "at " + clock(event.before)) : event.after ? "after " + clock(event.after) : "some time between two inventories";
      byId("events").append(make("li", {}, event.text + ", " + when));
    }
    byId("events-part").hidden = extra.events.length === 0;
    if (sessions.length < extra.totals.sessions) {
      byId("shown").textContent = "This page holds " + number(sessions.length) + " of " + number(extra.totals.sessions) + " sessions: those with findings first. The JSON report has all.";
    }
  }

  // Thousands of rows say little: begin with one for each client address where several sessions share it.
  const addresses = new Set(sessions.map((entry) => addressOf(entry.session.client))).size;
  if (sessions.length > 400) state.group = addresses <= sessions.length / 3 ? "client" : addresses > 3000 ? "front" : "none";
  byId("group").value = state.group;

  drawVerdict();
  drawContradictions();
  drawServices();
  drawIncidents(chooseIncident);
  drawUndetermined();
  drawQuality();
  drawLegend();
  listen();
  update();
  drawOverview();
  """#
