/// The page's fixed markup, in the parts between which the report is put.
enum PageMarkup {
  /// Nothing is loaded from anywhere, whatever a report says; a page that is served asks its own server alone.
  static func head(connects: Bool) -> String {
    #"""
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\#(connects ? "; connect-src 'self'" : "")">
    <meta name="generator" content="stickler">
    <title>Stickler report</title>
    <link rel="icon" href="data:,">
    <style>

    """#
  }

  /// What a page shows besides where it is served.
  static let live = #"""
    <section id="live" aria-labelledby="live-title">
        <h2 id="live-title">Now</h2>
        <div class="tools">
          <span id="live-state" role="status">connecting …</span>
          <button id="live-refresh" type="button">refresh</button>
          <label><input id="live-follow" type="checkbox" checked> refresh by itself when something happens</label>
        </div>
        <ul class="events" id="live-events"></ul>
      </section>
      
    """#

  static func body(live: String) -> String {
    #"""
    </style>
    </head>
    <body>
    <header>
      <div class="bar"><h1>Stickler report</h1><button class="theme" id="theme" type="button">light / dark</button></div>
      <div class="verdict" id="verdict"></div>
      <ul class="facts" id="facts"></ul>
    </header>
    <main>
      \#(live)<section id="contradictions-part" aria-labelledby="contradictions-title" hidden>
        <h2 id="contradictions-title" class="fail">Contradicted by the pods themselves</h2>
        <p class="soft">Placements of this report that cannot be right: judge nothing by them.</p>
        <div class="cards" id="contradictions"></div>
      </section>
      <section id="services-part" aria-labelledby="services-title">
        <h2 id="services-title">What was promised</h2>
        <div class="cards" id="services"></div>
      </section>
      <section id="incidents-part" aria-labelledby="incidents-title">
        <h2 id="incidents-title">What happened</h2>
        <div class="cards" id="incidents"></div>
      </section>
      <section aria-labelledby="sessions-title">
        <h2 id="sessions-title">Sessions over time</h2>
        <div class="tools">
          <input id="search" type="search" placeholder="client, pod, service, node ( / )" aria-label="search sessions">
          <select id="filter" aria-label="which sessions">
            <option value="all">all sessions</option><option value="moved">moved</option>
            <option value="broken">with a broken promise</option><option value="lost">with losses</option>
            <option value="unplaced">without a pod</option>
          </select>
          <select id="group" aria-label="group rows">
            <option value="none">a row a session</option><option value="client">a row a client address</option>
            <option value="front">a row a service</option><option value="pod">a row a first pod</option>
          </select>
          <button id="closer" type="button" aria-label="zoom in">+</button>
          <button id="wider" type="button" aria-label="zoom out">−</button>
          <button id="reset" type="button" hidden>show all</button>
          <span class="soft" id="count" role="status"></span><span class="soft" id="inside"></span>
        </div>
        <p class="soft" id="shown"></p>
        <div class="legend" id="legend" aria-label="pods"></div>
        <div class="split" id="split">
          <div>
            <div class="swim" id="swim">
              <div class="corner">sessions, and <span class="dot fail" id="moves-key" style="background:currentColor"></span> moves; drag to zoom</div>
              <div class="overview" id="overview"><canvas></canvas><div class="window" id="window" hidden></div></div>
              <div class="axis" id="axis"></div>
              <div style="position:relative">
                <div class="lanes" id="lanes" tabindex="0" role="listbox" aria-label="sessions over time; arrows move, plus and minus zoom, Enter opens"><div id="rows" style="position:relative"></div></div>
                <div class="cut" id="cuts"></div>
              </div>
            </div>
            <div id="events-part"><ul class="events" id="events"></ul></div>
          </div>
          <aside id="details" aria-labelledby="details-title" hidden></aside>
        </div>
      </section>
      <section id="undetermined-part" aria-labelledby="undetermined-title">
        <h2 id="undetermined-title">What could not be told apart</h2>
        <div class="cards" id="undetermined"></div>
      </section>
      <section aria-labelledby="quality-title">
        <h2 id="quality-title">How well it was seen</h2>
        <div class="cards">
          <div class="card"><h3>Blind spots</h3><ul class="reasons" id="blind"></ul></div>
          <div class="card"><h3>Matching</h3><div class="scroll" id="matching"></div></div>
        </div>
        <div class="card" style="margin-top:0.8rem"><h3>Captures</h3><div class="scroll" id="nodes"></div></div>
      </section>
    </main>
    <footer>All times are UTC. Written by stickler; the same report as JSON: <code>stickler analyze … --format json</code>.</footer>
    <div id="tip" role="tooltip" hidden></div>
    <noscript>This page draws its report by script; none of it leaves your machine.</noscript>
    <script type="application/json" id="report">
    """#
  }

  static let between = #"</script><script type="application/json" id="extra">"#

  static let scripts = "</script>\n<script>\n(() => {\n\"use strict\";\n"

  static let end = "})();\n</script>\n</body>\n</html>\n"
}
