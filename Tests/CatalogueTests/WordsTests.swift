import Affinity
import Testing

/// That the catalogue's words can be read by people, in a terminal and on a page.
struct WordsTests {
  static let ids = Catalogue.inOrder.map(\.id)

  static func texts(_ id: String) throws -> [(part: String, text: String)] {
    let words = try #require(Catalogue.mode(id)).words
    return [
      ("symptom", words.symptom), ("cause", words.cause), ("signature", words.signature),
      ("remedy", words.remedy),
    ]
  }

  @Test(arguments: ids) func `words are sentences, each its own`(id: String) throws {
    let texts = try Self.texts(id)
    for (part, text) in texts {
      #expect(text.count >= 60, "\(id) \(part) says too little")
      #expect(text.first?.isUppercase == true, "\(id) \(part)")
      #expect(text.last == ".", "\(id) \(part)")
    }
    #expect(Set(texts.map(\.text)).count == 4, "\(id) says one thing twice")
  }

  @Test(arguments: ids) func `words hold no markup and no shorthand`(id: String) throws {
    let mode = try #require(Catalogue.mode(id))
    let texts = try Self.texts(id) + mode.words.references.map { ("reference", $0) }
    for (part, text) in texts {
      for mark in [
        "*", "`", "→", "≥", "≤", "≈", "≠", "∈", "⇒", "  ", "\n", "eTP", "](", "__",
      ] {
        #expect(!text.contains(mark), "\(id) \(part) holds '\(mark)'")
      }
      for point in ["P1", "P2", "P3", "P4", "P1r", "P2r", "P4r"] {
        let words = text.split { !$0.isLetter && !$0.isNumber }
        #expect(!words.contains { $0 == point }, "\(id) \(part) names \(point) instead of a place")
      }
    }
  }

  @Test(arguments: ids) func `the first sentence of a symptom fits a list`(id: String) throws {
    let symptom = try #require(Catalogue.mode(id)).words.symptom
    let sentences = symptom.split(separator: ". ", omittingEmptySubsequences: false)
    let first = try #require(sentences.first)
    #expect(first.count + 1 <= 90, "\(id): \(first.count + 1) characters")
    #expect(sentences.count <= 2, "\(id): a symptom is one or two sentences")
  }

  @Test(arguments: ids) func `threads are named in full, and facts are sentences`(id: String) throws
  {
    let references = try #require(Catalogue.mode(id)).words.references
    #expect(!references.isEmpty)
    #expect(Set(references).count == references.count)
    for reference in references {
      if reference.contains(" ") {
        #expect(reference.last == ".", "\(id): \(reference)")
      } else {
        #expect(
          reference.wholeMatch(of: /[A-Za-z0-9-]+\/[A-Za-z0-9-]+#[0-9]+/) != nil,
          "\(id): \(reference)"
        )
      }
    }
  }

  @Test(arguments: ["A12", "B4", "B10", "B15", "B18"])
  func `a mode that packets never show says so, and what would`(id: String) throws {
    let mode = try #require(Catalogue.mode(id))
    #expect(mode.words.signature.hasPrefix("Packets alone cannot tell"))
    #expect(!mode.needs.isEmpty)
  }

  @Test(arguments: ids) func `other modes that a text names exist`(id: String) throws {
    for (part, text) in try Self.texts(id) {
      for match in text.matches(of: /\b[ABC][0-9]{1,2}\b/) {
        #expect(Catalogue.mode(String(match.0)) != nil, "\(id) \(part) names \(match.0)")
        #expect(String(match.0) != id, "\(id) \(part) names itself")
      }
    }
  }
}
