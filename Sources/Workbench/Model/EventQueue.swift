/// A binary heap of things to do, in order of time and, at one time, of arrival.
struct EventQueue<Event> {
  private struct Item {
    var time: Int64
    var order: Int
    var event: Event

    func isBefore(_ other: Item) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  private var items: [Item] = []
  private var count = 0

  mutating func push(_ event: Event, at time: Int64) {
    items.append(Item(time: time, order: count, event: event))
    count += 1
    var child = items.count - 1
    while child > 0, items[child].isBefore(items[(child - 1) / 2]) {
      items.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> (time: Int64, event: Event)? {
    guard let first = items.first else { return nil }
    let last = items.removeLast()
    if !items.isEmpty {
      items[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2]
        where child < items.count && items[child].isBefore(items[least]) {
          least = child
        }
        guard least != parent else { break }
        items.swapAt(parent, least)
        parent = least
      }
    }
    return (first.time, first.event)
  }
}
