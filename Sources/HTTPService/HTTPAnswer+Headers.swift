extension HTTPAnswer {
  /// Nothing is loaded from elsewhere, framed or sent on; only a page may run what it brings itself.
  private static let pagePolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

  private static let dataPolicy = "default-src 'none'; frame-ancestors 'none'"

  var allHeaders: [(name: String, value: String)] {
    let isPage = type?.hasPrefix("text/html") ?? false
    var all = headers
    // So that who is let go notices at once, and comes back.
    if case .events = content { all.append(("Connection", "close")) }
    if let type { all.append(("Content-Type", type)) }
    if let tag { all.append(("ETag", "\"\(tag)\"")) }
    // What is tagged may be kept, and must be asked about.
    all.append(("Cache-Control", tag == nil ? "no-store" : "no-cache"))
    all.append(("Content-Security-Policy", isPage ? Self.pagePolicy : Self.dataPolicy))
    all.append(("X-Content-Type-Options", "nosniff"))
    all.append(("Referrer-Policy", "no-referrer"))
    all.append(("Cross-Origin-Resource-Policy", "same-origin"))
    return all
  }
}
