import Live
import Testing

@Suite struct InterfacePatternTests {
  @Test(arguments: [
    ("eth0", "eth0", true), ("eth0", "eth01", false), ("eth0", "eth", false),
    ("veth*", "veth1234", true), ("veth*", "veth", true), ("veth*", "xveth", false),
    ("cali??", "caliab", true), ("cali??", "calia", false),
    ("*-host", "a-host-host", true), ("*-host", "a-host1", false), ("e*h*0", "eth10", true),
    ("any", "whatever", true), ("*", "", true), ("", "", true), ("", "x", false),
  ])
  func `a pattern matches names`(pattern: String, name: String, matches: Bool) {
    #expect(InterfacePattern(pattern).matches(name) == matches)
  }

  @Test func `a pattern of nothing but stars ends in time`() {
    let stars = InterfacePattern(String(repeating: "*a", count: 64) + "b")
    #expect(!stars.matches(String(repeating: "a", count: 200)))
  }
}
