/// How the page looks: light and dark, from a phone to a screen on the wall, and on paper.
let pageStyle = #"""
  :root {
    color-scheme: light dark;
    --paper: light-dark(#fbfbf9, #14171a);
    --card: light-dark(#ffffff, #1c2024);
    --ink: light-dark(#1d2125, #e6e8ea);
    --soft: light-dark(#5b636b, #a3abb3);
    --line: light-dark(#dcdfe2, #343a40);
    --track: light-dark(#f0f1f2, #23282d);
    --focus: light-dark(#0b5fcc, #6fb1ff);
    --pass: light-dark(#1a7f37, #4cc06d);
    --fail: light-dark(#c4232b, #ff7b78);
    --unclear: light-dark(#946200, #e3b341);
    --told: light-dark(#0b6e8f, #58c4e0);
    --mark: light-dark(#000000, #ffffff);
  }
  :root[data-theme="light"] { color-scheme: light; }
  :root[data-theme="dark"] { color-scheme: dark; }
  * { box-sizing: border-box; }
  html { font-size: clamp(14px, 12.5px + 0.13vw, 20px); }
  body {
    margin: 0; background: var(--paper); color: var(--ink);
    font: 1rem/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  }
  header, main, footer { padding: 0 clamp(0.8rem, 2vw, 2.5rem); }
  h1 { font-size: 1rem; margin: 0; font-weight: 600; letter-spacing: 0.02em; }
  h2 { font-size: 1.15rem; margin: 1.8rem 0 0.6rem; }
  h3 { font-size: 1rem; margin: 0; }
  code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.92em; }
  a { color: var(--focus); }
  button, input, select {
    font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line);
    border-radius: 0.4rem; padding: 0.3rem 0.6rem; min-height: 2.1rem;
  }
  button { cursor: pointer; }
  button:hover { border-color: var(--soft); }
  :focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
  .bar { display: flex; align-items: center; justify-content: space-between; gap: 1rem; padding: 0.8rem 0; }
  .verdict { display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1rem; padding: 0.6rem 0 0.2rem; }
  .verdict strong {
    font-size: 1.6rem; padding: 0.1rem 0.8rem; border-radius: 0.5rem; border: 2px solid currentColor;
  }
  .verdict span { font-size: 1.35rem; }
  .pass { color: var(--pass); } .fail { color: var(--fail); }
  .inconclusive { color: var(--unclear); } .none { color: var(--soft); }
  .violation, .loss, .source, .security { color: var(--fail); } .explained { color: var(--told); }
  .facts { display: flex; flex-wrap: wrap; gap: 0.2rem 1.6rem; margin: 0.4rem 0 0; padding: 0; list-style: none; }
  .facts b { font-variant-numeric: tabular-nums; }
  .soft { color: var(--soft); }
  .cards { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fill, minmax(min(32rem, 100%), 1fr)); align-items: start; }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.8rem 1rem; min-width: 0; }
  .card p { margin: 0.3rem 0 0; overflow-wrap: anywhere; }
  .promises { display: grid; grid-template-columns: auto auto 1fr; gap: 0.15rem 0.8rem; margin-top: 0.5rem; }
  .promises > :nth-child(3n) { overflow-wrap: anywhere; }
  button.card { text-align: left; display: block; width: 100%; font-size: 1rem; }
  button.card[aria-pressed="true"] { border-color: var(--focus); box-shadow: 0 0 0 1px var(--focus); }
  .tools { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; margin-bottom: 0.5rem; }
  .tools input[type="search"] { flex: 1 1 14rem; min-width: 10rem; }
  .legend { display: flex; flex-wrap: wrap; gap: 0.3rem; margin: 0 0 0.5rem; max-height: 6.6rem; overflow: auto; }
  .legend button { display: inline-flex; align-items: center; gap: 0.4rem; padding: 0.05rem 0.55rem; min-height: 1.8rem; border-radius: 1rem; }
  .legend button[aria-pressed="true"] { border-color: var(--focus); box-shadow: 0 0 0 1px var(--focus); }
  .dot { width: 0.8em; height: 0.8em; border-radius: 50%; flex: none; display: inline-block; }
  .swim { position: relative; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; overflow: hidden; }
  .axis { position: relative; height: 1.7rem; margin-left: var(--label); border-bottom: 1px solid var(--line); }
  .axis span { position: absolute; top: 0.15rem; transform: translateX(-50%); font-size: 0.8rem; color: var(--soft); white-space: nowrap; font-variant-numeric: tabular-nums; }
  .overview { position: relative; height: 3.2rem; margin-left: var(--label); cursor: crosshair; border-bottom: 1px solid var(--line); touch-action: pan-y; color: var(--line); }
  .overview canvas { width: 100%; height: 100%; display: block; }
  .overview .window { position: absolute; top: 0; bottom: 0; background: color-mix(in srgb, var(--focus) 16%, transparent); border: solid var(--focus); border-width: 0 1px; pointer-events: none; }
  .corner { position: absolute; left: 0; width: var(--label); padding: 0.5rem 0.8rem; font-size: 0.85rem; color: var(--soft); }
  .lanes { position: relative; overflow-y: auto; max-height: max(18rem, 62vh); outline-offset: -2px; }
  .lane { position: absolute; left: 0; right: 0; height: var(--row); display: flex; align-items: center; border-bottom: 1px solid color-mix(in srgb, var(--line) 50%, transparent); cursor: pointer; }
  .lane:hover { background: var(--track); }
  .lane[aria-selected="true"] { background: color-mix(in srgb, var(--focus) 14%, transparent); }
  .lane .name { flex: none; width: var(--label); padding: 0 0.8rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
  .lane .track { position: relative; flex: 1; height: calc(var(--row) - 0.5rem); background: var(--track); border-radius: 3px; overflow: hidden; }
  .lane .track.void { background: repeating-linear-gradient(-45deg, var(--track) 0 6px, var(--line) 6px 8px); }
  .lane canvas { width: 100%; height: 100%; display: block; }
  .part { position: absolute; top: 0; bottom: 0; min-width: 3px; border-radius: 2px; }
  .part.dim { opacity: 0.2; }
  .move { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: var(--mark); }
  .cut { position: absolute; top: 0; bottom: 0; margin-left: var(--label); left: 0; right: 0; pointer-events: none; overflow: hidden; }
  .cut i { position: absolute; top: 0; bottom: 0; width: 0; border-left: 2px dashed var(--soft); opacity: 0.75; }
  .cut i.violation, .cut i.loss, .cut i.source, .cut i.security { border-color: var(--fail); }
  .cut i.explained { border-color: var(--told); }
  .cut i.span { border-left: 0; background: var(--soft); opacity: 0.14; }
  .note { padding: 0.5rem 0.8rem; font-size: 0.9rem; color: var(--soft); }
  .events { columns: 22rem; padding: 0; margin: 0.5rem 0 0; list-style: none; font-size: 0.92rem; }
  .events li { break-inside: avoid; overflow-wrap: anywhere; }
  #tip {
    position: fixed; z-index: 5; pointer-events: none; max-width: min(26rem, 90vw); background: var(--ink); color: var(--paper);
    padding: 0.4rem 0.6rem; border-radius: 0.4rem; font-size: 0.88rem; white-space: pre-line;
  }
  .split { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
  aside { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.8rem 1rem; min-width: 0; }
  aside[hidden] { display: none; }
  .path { display: flex; flex-direction: column; margin: 0.6rem 0; }
  .hop { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.35rem 0.7rem; background: var(--track); }
  .leg { border-left: 2px solid var(--soft); margin: 0 0 0 1.4rem; padding: 0.3rem 0 0.3rem 0.8rem; font-size: 0.92rem; overflow-wrap: anywhere; }
  .leg b { font-weight: 600; background: color-mix(in srgb, var(--unclear) 22%, transparent); border-radius: 3px; }
  .placed { width: 100%; border-collapse: collapse; font-size: 0.92rem; margin: 0.4rem 0; }
  .scroll { overflow-x: auto; }
  .scroll td { white-space: nowrap; }
  th { text-align: left; font-weight: 600; color: var(--soft); font-size: 0.85rem; }
  th, td { padding: 0.2rem 0.7rem 0.2rem 0; vertical-align: top; }
  td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
  tr[tabindex] { cursor: pointer; }
  tr[aria-selected="true"] td { background: color-mix(in srgb, var(--focus) 14%, transparent); }
  .reasons { margin: 0.2rem 0 0; padding-left: 1.2rem; }
  .close { float: right; min-height: 0; padding: 0 0.5rem; }
  .meter { height: 0.55rem; background: var(--track); border-radius: 3px; min-width: 6rem; overflow: hidden; }
  .meter i { display: block; height: 100%; background: var(--told); }
  footer { margin: 2rem 0 1.2rem; color: var(--soft); font-size: 0.88rem; }
  .swim, .lanes { --label: 15rem; --row: 1.7rem; }
  @media (min-width: 1150px) {
    .split.open { grid-template-columns: minmax(0, 1fr) minmax(26rem, 34%); }
    .split.open aside { position: sticky; top: 0.8rem; max-height: calc(100vh - 1.6rem); overflow: auto; }
  }
  @media (max-width: 700px) {
    .swim, .lanes { --label: 0rem; --row: 3.1rem; }
    .lane { flex-direction: column; align-items: stretch; padding: 0.15rem 0.5rem; }
    .lane .name { width: auto; padding: 0; line-height: 1.4rem; font-size: 0.92rem; }
    .lane .track { flex: none; height: 1.2rem; }
    .axis, .overview, .cut { margin-left: 0.5rem; margin-right: 0.5rem; }
    .corner { display: none; }
    .verdict span { font-size: 1.1rem; }
    .promises { grid-template-columns: auto 1fr; }
    .promises > :nth-child(3n) { grid-column: 1 / -1; margin: 0 0 0.4rem; color: var(--soft); }
  }
  @media print {
    :root { color-scheme: light; }
    .tools, .theme, .overview, #tip, .close { display: none !important; }
    .lanes { max-height: none; overflow: visible; }
    .card, .swim, aside, .lane { break-inside: avoid; }
    .part, .dot, .meter i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  }
  @media (prefers-reduced-motion: no-preference) { .window { transition: left 0.12s, width 0.12s; } }
  """#
