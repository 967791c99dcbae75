import Workbench

func bench(_ arguments: ArraySlice<String>) throws(Refusal) {
  let options = try Options(
    arguments,
    flags: ["--v6"],
    valued: ["--kind", "--packets", "--seed", "-o"]
  )
  let name = try options.required("--kind")
  guard let kind = BenchCapture.Kind(rawValue: name) else {
    let known = BenchCapture.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    throw Refusal("--kind \(name): not one of \(known)")
  }
  let capture = BenchCapture(
    kind,
    packets: try options.number("--packets"),
    seed: UInt64(try options.number("--seed", default: 1)),
    isV6: options.isSet("--v6")
  )
  let file = try OutputFile(try options.required("-o"))
  try capture.forEachChunk { (chunk) throws(Refusal) in try file.write(chunk) }
}
