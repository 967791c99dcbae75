public import Wire

// A capture is nearly in the order of its times. A kernel takes a frame's time before it hands the frame over, and two
// cores hand over at once, each socket's in an order of its own: measured, one frame of a hundred comes some ten
// microseconds late, or milliseconds where a core was held up. Who captures several interfaces into one file by itself
// (dumpcap and Wireshark do) takes them in turns, a quarter of a second each. And a frame that a port hands to its bridge
// keeps its time, though addresses may be translated between them: of two equal times the bridge's is the later.
//
// What became of a datagram has to be seen after it, and several captures of the same packets have to say the same, so
// matching sees them by their times.

extension SightingBatch {
  /// So late a frame may come; what goes back further shows a clock that was set, or another capture behind the first.
  public static let reach = Interval.milliseconds(500)

  /// How late a frame mostly comes at most.
  public static let usualDelay = Interval.milliseconds(1)

  /// A sighting's place before ordering.
  struct Place: Sendable {
    var time: Timestamp
    var isOnBridge: Bool
    var index: Int

    func isBefore(_ other: Place) -> Bool {
      time != other.time ? time < other.time : !isOnBridge && other.isOnBridge
    }
  }

  /// Takes note of the time of what is about to be appended.
  @inline(always)
  mutating func note(_ time: Timestamp) {
    if time >= newest { newest = time } else { noteLate(time) }
  }

  @inline(never)
  private mutating func noteLate(_ time: Timestamp) {
    isOrdered = false
    let delay = newest.since(time)
    if delay > Self.reach { newest = time } else { mostDelay = max(mostDelay, delay) }
  }

  /// How many sightings and events it holds.
  public var count: Int { sightings.count + events.count }

  /// The time from its first sighting or event to its latest.
  public var span: Interval {
    guard let first = sightings.first?.time ?? events.first?.time else {
      return Interval(nanoseconds: 0)
    }
    return newest.since(first)
  }

  /// Moves what came late to where its time puts it; what has the same time keeps its order.
  ///
  /// `hasBridges` says that frames of bridges may stand before those of their ports.
  public mutating func order(hasBridges: Bool = false) {
    if isOrdered, !hasBridges { return }
    isOrdered = true
    var start = 0
    var event = 0
    repeat {
      let end = endOfStretch(from: start)
      findPlaces(start..<end)
      order(eventsFrom: &event, before: end, start: start)
      applyPlaces(from: start)
      start = end
    } while start < sightings.count
  }

  /// The first sighting from which on the times are others, or the end.
  private func endOfStretch(from start: Int) -> Int {
    guard start < sightings.count else { return start }
    var newest = sightings[start].time
    for index in start..<sightings.count {
      let time = sightings[index].time
      if time >= newest {
        newest = time
      } else if newest.since(time) > Self.reach {
        return index
      }
    }
    return sightings.count
  }

  /// Fills `places` with those of a stretch by their times.
  private mutating func findPlaces(_ stretch: Range<Int>) {
    places.removeAll(keepingCapacity: true)
    for index in stretch {
      let (time, isOnBridge) = (sightings[index].time, sightings[index].isOnBridge)
      places.append(Place(time: time, isOnBridge: isOnBridge, index: index))
    }
    // Mostly a few have to go back a few places; only where it is more than that is sorting worth its work.
    var steps = 8 * stretch.count
    for index in places.indices.dropFirst() {
      let late = places[index]
      var place = index
      while place > 0, late.isBefore(places[place - 1]) {
        places[place] = places[place - 1]
        place -= 1
      }
      places[place] = late
      steps -= index - place
      if steps < 0 {
        places.sort { $0.isBefore($1) }
        return
      }
    }
  }

  /// Gives a stretch's events the places that their times have among its sightings.
  private mutating func order(eventsFrom first: inout Int, before end: Int, start: Int) {
    let isLast = end == sightings.count
    let begin = first
    while first < events.count,
      isLast || events[first].position < end
        // At the end it is of the stretch whose times are like its own.
        || (events[first].position == end
          && events[first].time.since(sightings[end].time) > Self.reach)
    {
      let event = events[first]
      events[first].position = start + placesBefore(event.time, event.position)
      first += 1
    }
    let isSorted = zip(events[begin..<first], events[begin..<first].dropFirst())
      .allSatisfy { $0.time <= $1.time }
    if !isSorted { events[begin..<first].sort { $0.time < $1.time } }
  }

  /// How many of the stretch's sightings come before an event that stood at a position.
  private func placesBefore(_ time: Timestamp, _ position: Int) -> Int {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      let place = places[middle]
      if place.time < time || (place.time == time && place.index < position) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// Moves sightings to their places, each cluster of those that have to move by itself.
  private mutating func applyPlaces(from start: Int) {
    var next = 0
    while next < places.count {
      var farthest = places[next].index - start
      guard farthest != next else {
        next += 1
        continue
      }
      let first = next
      while next <= farthest {
        farthest = max(farthest, places[next].index - start)
        next += 1
      }
      moved.removeAll(keepingCapacity: true)
      for place in places[first..<next] { moved.append(sightings[place.index]) }
      for (offset, sighting) in moved.enumerated() { sightings[start + first + offset] = sighting }
    }
  }

  /// Moves the end of an ordered batch, at which something late may still have its place, to another one.
  public mutating func keepBack(
    _ interval: Interval,
    atMost most: Int,
    in other: inout SightingBatch
  ) {
    let end = newest - interval
    var first = sightings.count
    while first > 0, sightings.count - first < most, sightings[first - 1].time > end { first -= 1 }
    var firstEvent = events.count
    while firstEvent > 0, events[firstEvent - 1].position >= first,
      events[firstEvent - 1].time > end, events[firstEvent - 1].time <= newest,
      events.count - firstEvent < most
    {
      firstEvent -= 1
    }
    other.append(self, from: first, events: firstEvent)
    other.newest = newest
    sightings.removeSubrange(first...)
    events.removeSubrange(firstEvent...)
  }

  /// Moves the sightings and events that another batch holds into this one, which is empty.
  public mutating func takeOver(_ other: inout SightingBatch) {
    append(other, from: 0, events: 0)
    newest = other.newest
    other.removeAll()
  }

  /// Appends another batch's sightings and events from certain ones on, which are in order where the clock went on.
  private mutating func append(
    _ other: borrowing SightingBatch,
    from first: Int,
    events firstEvent: Int
  ) {
    let offset = sightings.count - first
    for index in first..<other.sightings.count {
      var sighting = other.sightings[index]
      if sighting.saying != 0 {
        sayings.append(other.sayings[Int(sighting.saying) - 1])
        sighting.saying = UInt32(truncatingIfNeeded: sayings.count)
      }
      if let last = sightings.last, sighting.time < last.time { isOrdered = false }
      sightings.append(sighting)
    }
    for index in firstEvent..<other.events.count {
      var event = other.events[index]
      event.position += offset
      events.append(event)
    }
  }
}
