/// The sample messages of RFC 5769.
public enum StunVectors {
  /// RFC 5769, 2.1.
  public static let request = bytes(
    """
    00010058 2112a442 b7e7a701bc34d686fa87dfae
    80220010 5354554e207465737420636c69656e74
    00240004 6e0001ff 80290008 932ff9b151263b36
    00060009 6576746a3a68367659202020
    00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
    80280004 e57a3bcf
    """
  )

  /// RFC 5769, 2.2.
  public static let answer4 = bytes(
    """
    0101003c 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220 00200008 0001a147e112a643
    00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96
    """
  )

  /// RFC 5769, 2.3.
  public static let answer6 = bytes(
    """
    01010048 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220
    00200014 0002a147 0113a9faa5d3f179bc25f4b5bed2b9d9
    00080014 a382954e4be67bf11784c97c8292c275bfe3ed41 80280004 c8fb0b4c
    """
  )
}

/// One question and its answer: 192.0.2.7:40000 asks as client 1,500,000,000.
public enum AffinityVectors {
  public static let magic = "6d616172 74656e73 6d616769 63"
  public static let request = bytes(
    magic + "83 74 00000002 640002 6964 62 59682f00 640003 736571 61 07"
  )
  public static let newerRequest = bytes(
    magic + "83 74 00000002 7702 6964 62 59682f00 7703 736571 61 07"
  )
  public static let answer = bytes(
    magic + """
      83 74 00000003 640008 706f645f6e616d65 6d 00000005 706f642d31
      640003 736571 61 07 640009 785f61646472657373 6e 06 00 28c5 072d6899
      """
  )
}
