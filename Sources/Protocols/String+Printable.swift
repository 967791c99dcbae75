extension String {
  /// The same text, but that nothing in it moves a terminal's cursor or turns the writing round.
  ///
  /// Names and replies come from the network: whoever sends them must not write on the user's screen.
  public var printable: String {
    let isPrintable = unicodeScalars.allSatisfy(Self.isPrintable)
    guard !isPrintable else { return self }
    return String(
      UnicodeScalarView(unicodeScalars.map { Self.isPrintable($0) ? $0 : "\u{fffd}" })
    )
  }

  private static func isPrintable(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: false
    default: true
    }
  }
}
