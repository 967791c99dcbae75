/// How far a parser came with the bytes it was given.
struct ParseProgress {
  /// Bytes that need not be shown again.
  var consumed = 0
  /// How many bytes from there on the next step needs, as far as is known.
  var needed = 0
  /// What is wrong with the file behind the records that were delivered.
  var failure: ParseFailure?
}

/// What is wrong with the bytes, and where in what the parser was given.
struct ParseFailure: Error {
  var reason: String
  var offset: Int

  init(_ reason: String, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}
