import Wire

extension FlowTable {
  /// The run that a flow is in, if it has one that was not told of.
  func run(at index: Int, _ frameCode: FrameCode) -> Run? {
    guard let answers = answersOfRun(at: index) else { return nil }
    let flow = flows[index]
    return run(of: flow, flow.forward, answers, at: index, frameCode)
  }

  /// What the reverse direction gathered in the run that a flow is in; nil where there is no such run.
  func answersOfRun(at index: Int) -> Flow.Half? {
    guard !flows[index].isFree else { return nil }
    let answers = self[Leg(flow: index, isReverse: true)]
    let isRun =
      flows[index].forward.datagrams > 0 || answers.datagrams > 0 || flows[index].isFirstRun
    return isRun ? answers : nil
  }

  func run(
    of flow: Flow,
    _ forward: Flow.Half,
    _ reverse: Flow.Half,
    at index: Int,
    _ frameCode: FrameCode
  ) -> Run {
    Run(
      leg: flow.pair.tuple,
      forward: stretch(of: flow, forward, frameCode),
      reverse: stretch(of: flow, reverse, frameCode),
      isFirst: flow.isFirstRun,
      hopLimits: flow.hopLeast...max(flow.hopLeast, flow.hopMost),
      traits: flow.traits,
      numbers: hasReused
        ? nil
        : Run.Numbers(
          leg: Leg(flow: index, isReverse: false).bits,
          forwardOrigin: forward.origin.bits,
          forwardResult: forward.result.bits,
          reverseOrigin: reverse.origin.bits,
          reverseResult: reverse.result.bits
        )
    )
  }

  private func stretch(of flow: Flow, _ half: Flow.Half, _ frameCode: FrameCode) -> Run.Stretch {
    var stretch = Run.Stretch()
    stretch.datagrams = half.datagrams
    stretch.matched = half.matched
    stretch.first = flow.start(of: half)
    stretch.last = half.last
    stretch.firstWitness = frameCode.decode(flow.startFrame)
    stretch.lastWitness = frameCode.decode(half.lastFrame)
    stretch.origin = half.origin.isNone ? nil : tuple(half.origin)
    stretch.result = half.result.isNone ? nil : tuple(half.result)
    return stretch
  }
}
