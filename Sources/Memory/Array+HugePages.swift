internal import Glibc

// Analysing 1.7 million legs takes 700 MiB. In pages of 4 KiB these are 240,000 page faults, and hardly an access finds
// its page in the processor's table of them: huge pages took a fifth off the time. Where a system has none to lend,
// everything works as it did.

extension Array {
  /// Makes room for so many elements, in huge pages where the system lends them.
  ///
  /// Address space, not memory: pages come as elements do.
  @inlinable
  public mutating func reserveHugePages(_ count: Int) {
    reserveCapacity(count)
    let size = capacity * MemoryLayout<Element>.stride
    // SAFETY: an array's elements, those it has and those it has room for, follow each other from its first one's
    // address; nothing is read or written.
    unsafe withUnsafeMutableBytes { elements in
      unsafe preferHugePages(UnsafeRawPointer(elements.baseAddress), size)
    }
  }

  /// Holds so many equal elements, in huge pages where the system lends them.
  @inlinable
  public init(inHugePages element: Element, count: Int) {
    // SAFETY: as many elements are initialized as there is room for and as are told.
    unsafe self.init(unsafeUninitializedCapacity: count) { elements, initialized in
      unsafe preferHugePages(
        UnsafeRawPointer(elements.baseAddress),
        elements.count * MemoryLayout<Element>.stride
      )
      unsafe elements.initialize(repeating: element)
      initialized = count
    }
  }
}

/// Tells the system that this memory is better held in huge pages; it is a hint, and changes nothing that can be seen.
@usableFromInline
func preferHugePages(_ start: UnsafeRawPointer?, _ size: Int) {
  let page = 1 << 21
  guard let start = unsafe start else { return }
  let address = Int(bitPattern: start)
  let first = (address + page - 1) & ~(page - 1)
  let end = (address + size) & ~(page - 1)
  guard first < end, let pages = unsafe UnsafeMutableRawPointer(bitPattern: first) else { return }
  // SAFETY: the advice concerns whole pages inside memory that the caller owns, and the contents stay what they are.
  _ = unsafe madvise(pages, end - first, MADV_HUGEPAGE)
}
