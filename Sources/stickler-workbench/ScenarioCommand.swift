import Glibc
import Workbench

func scenario(_ arguments: ArraySlice<String>) throws(Refusal) {
  let options = try Options(arguments, flags: [], valued: ["--seed", "-o"])
  guard let name = options.operands.first, options.operands.count == 1 else {
    throw Refusal("scenario: needs one name; see list")
  }
  guard let scenario = Scenario.named(name) else {
    throw Refusal("\(name): no such scenario; see list")
  }
  let seed = UInt64(try options.number("--seed", default: 1))
  let directory = try options.required("-o")
  // SAFETY: the path is passed as a terminated copy that lives as long as the call.
  guard unsafe mkdir(directory, 0o755) == 0 || errno == EEXIST else {
    throw Refusal("\(directory): cannot make the directory")
  }
  for (name, bytes) in scenario.play(seed: seed).files {
    try OutputFile("\(directory)/\(name)").write(bytes)
  }
}

/// One line a scenario: its name, the modes to be found, and what happens.
func list() {
  let width = Scenario.all.map(\.name.count).max() ?? 0
  for scenario in Scenario.all {
    let padding = String(repeating: " ", count: width - scenario.name.count)
    let modes = scenario.modes.isEmpty ? "-" : scenario.modes.sorted().joined(separator: ",")
    print("\(scenario.name)\(padding)  \(modes)  \(scenario.summary)")
  }
}
