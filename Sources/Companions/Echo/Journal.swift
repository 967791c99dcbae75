internal import JSONText
internal import Protocols
internal import System
public import Wire

/// What a server tells: one line an event, as text or as JSON, written at once.
///
/// Lines about single datagrams are bounded a second, so that a flood fills no disk; what was left out is told as a
/// number.
public struct Journal: Sendable {
  public enum Format: String, CaseIterable, Sendable {
    case text, json
  }

  /// A member of an event.
  public enum Value: Sendable {
    case text(String)
    case number(Int)
  }

  private let format: Format
  private let descriptor: Int32
  private let perSecond: Int
  private var second: Int64 = 0
  private var written = 0
  private var leftOut = 0

  public init(_ format: Format, descriptor: Int32 = 1, datagramsPerSecond: Int = 5_000) {
    self.format = format
    self.descriptor = descriptor
    perSecond = datagramsPerSecond
  }

  /// Tells an event; `lines` is what text shows instead, where an older system's lines are kept.
  public func event(
    _ name: String,
    at time: Timestamp,
    _ members: [(String, Value)] = [],
    lines: [String]? = nil
  ) {
    write(text(name, time, members, lines), to: descriptor)
  }

  /// Tells of a datagram, unless there were too many this second.
  public mutating func datagram(
    _ name: String,
    at time: Timestamp,
    _ members: @autoclosure () -> [(String, Value)],
    lines: @autoclosure () -> [String]? = nil
  ) {
    let now = time.nanoseconds / 1_000_000_000
    if now != second {
      second = now
      written = 0
      if leftOut > 0 {
        event("left-out", at: time, [("lines", .number(leftOut))])
        leftOut = 0
      }
    }
    guard written < perSecond else {
      leftOut += 1
      return
    }
    written += 1
    event(name, at: time, members(), lines: lines())
  }

  private func text(
    _ name: String,
    _ time: Timestamp,
    _ members: [(String, Value)],
    _ lines: [String]?
  ) -> String {
    switch format {
    case .text:
      if let lines { return lines.map { $0 + "\n" }.joined() }
      let rest = members.map { key, value in
        switch value {
        case .text(let text): " \(key)=\(Self.quoted(text).printable)"
        case .number(let number): " \(key)=\(number)"
        }
      }
      return "\(time) \(name)\(rest.joined())\n"
    case .json:
      var writer = JSONWriter(.compact)
      writer.object { writer in
        writer.key("time")
        writer.string(time.description)
        writer.key("event")
        writer.string(name)
        for (key, value) in members {
          writer.key(key)
          switch value {
          case .text(let text): writer.string(text)
          case .number(let number): writer.integer(number)
          }
        }
      }
      return String(decoding: writer.bytes, as: UTF8.self) + "\n"
    }
  }

  /// A value that one can see the end of, whatever is in it.
  private static func quoted(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy { $0.value > 32 && $0.value < 127 && $0 != "\"" }
    guard !isPlain || text.isEmpty else { return text }
    var writer = JSONWriter(.compact)
    writer.string(text)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
