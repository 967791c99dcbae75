/// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of short input, which cannot be inverted without the key.
public struct SipHash: Sendable {
  private let k0: UInt64
  private let k1: UInt64

  public init(key: (UInt64, UInt64)) {
    (k0, k1) = key
  }

  public func callAsFunction(_ bytes: some Collection<UInt8>) -> UInt64 {
    var state = State(k0, k1)
    var word: UInt64 = 0
    var filled: UInt64 = 0
    for byte in bytes {
      word |= UInt64(byte) << (8 * (filled & 7))
      filled &+= 1
      if filled & 7 == 0 {
        state.absorb(word)
        word = 0
      }
    }
    state.absorb(word | filled << 56)
    return state.finish()
  }

  /// Of three words; the length is part of what is hashed.
  public func callAsFunction(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> UInt64 {
    var state = State(k0, k1)
    state.absorb(first)
    state.absorb(second)
    state.absorb(third)
    state.absorb(24 << 56)
    return state.finish()
  }

  private struct State {
    var v0: UInt64
    var v1: UInt64
    var v2: UInt64
    var v3: UInt64

    init(_ k0: UInt64, _ k1: UInt64) {
      v0 = k0 ^ 0x736f_6d65_7073_6575
      v1 = k1 ^ 0x646f_7261_6e64_6f6d
      v2 = k0 ^ 0x6c79_6765_6e65_7261
      v3 = k1 ^ 0x7465_6462_7974_6573
    }

    mutating func absorb(_ word: UInt64) {
      v3 ^= word
      round()
      round()
      v0 ^= word
    }

    mutating func finish() -> UInt64 {
      v2 ^= 0xff
      for _ in 0..<4 { round() }
      return v0 ^ v1 ^ v2 ^ v3
    }

    private mutating func round() {
      v0 &+= v1
      v1 = v1 << 13 | v1 >> 51
      v1 ^= v0
      v0 = v0 << 32 | v0 >> 32
      v2 &+= v3
      v3 = v3 << 16 | v3 >> 48
      v3 ^= v2
      v0 &+= v3
      v3 = v3 << 21 | v3 >> 43
      v3 ^= v0
      v2 &+= v1
      v1 = v1 << 17 | v1 >> 47
      v1 ^= v2
      v2 = v2 << 32 | v2 >> 32
    }
  }
}
