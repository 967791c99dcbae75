import Testing
import Wire

@Suite struct `Addresses as text` {
  @Test(arguments: [
    ("203.0.113.1", "203.0.113.1"),
    ("0.0.0.0", "0.0.0.0"),
    ("255.255.255.255", "255.255.255.255"),
    ("::", "::"),
    ("::1", "::1"),
    ("2001:db8::1", "2001:db8::1"),
    ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    // RFC 5952, 4.2.2: one group is not shortened; 4.2.3: the first of two equal runs is.
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("::ffff:192.0.2.1", "192.0.2.1"),
  ])
  func `reads every form and writes the canonical one`(text: String, canonical: String) throws {
    #expect(try #require(IPAddress(text)).description == canonical)
  }

  @Test(arguments: [
    "", ".", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.4 ", "1.2.3.-4", ":", ":::",
    "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%eth0", "::/0", "1:2:3:",
    "::1.2.3", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8::",
  ])
  func `refuses what is no address`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: ["203.0.113.1:40000", "[2001:db8::1]:0", "[::]:65535"])
  func `writes an endpoint as it reads it`(text: String) {
    #expect(Endpoint(text)?.description == text)
  }

  @Test(arguments: [
    "203.0.113.1", "203.0.113.1:", "203.0.113.1:65536", "2001:db8::1:80", "[203.0.113.1]:80",
    "[2001:db8::1]", "203.0.113.1:+8", ":80",
  ])
  func `refuses what is no endpoint`(text: String) {
    #expect(Endpoint(text) == nil)
  }
}

@Suite struct `Times as text` {
  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000000000Z"),
    (1_795_220_416_343_062_900, "2026-11-21T00:20:16.343062900Z"),
    (951_782_400_000_000_001, "2000-02-29T00:00:00.000000001Z"),
    (-1, "1969-12-31T23:59:59.999999999Z"),
    (Int64.max, "2262-04-11T23:47:16.854775807Z"),
    (Int64.min, "1677-09-21T00:12:43.145224192Z"),
  ])
  func `are RFC 3339 with nine digits`(nanoseconds: Int64, text: String) {
    #expect(Timestamp(nanoseconds: nanoseconds).description == text)
  }

  @Test(arguments: [
    ("2026-11-21T00:20:16Z", 1_795_220_416_000_000_000),
    ("2026-11-21T01:20:16.5+01:00", 1_795_220_416_500_000_000),
    ("2026-11-20t19:20:16.000000001-05:00", 1_795_220_416_000_000_001),
  ])
  func `are read with fraction and offset`(text: String, nanoseconds: Int64) {
    #expect(Timestamp(text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: [
    "", "2026-11-21", "2026-13-21T00:00:00Z", "2026-11-21T00:00:00", "2026-11-21T24:00:00Z",
    "2026-11-21T00:00:00.Z", "2026-11-21T00:00:00.0000000001Z", "9999-01-01T00:00:00Z",
    "2026-11-21T00:00:00Zx",
  ])
  func `are refused when incomplete`(text: String) {
    #expect(Timestamp(text) == nil)
  }
}
