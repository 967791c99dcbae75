import Glibc

/// Makes captures that no cluster was needed for.
@main
enum WorkbenchProgram {
  static func main() {
    exit(run(Array(CommandLine.arguments.dropFirst())))
  }
}

let usage = """
  Usage: stickler-workbench bench --kind KIND --packets N [--seed S] [--v6] -o FILE
         stickler-workbench scenario NAME [--seed S] -o DIRECTORY
         stickler-workbench list

    bench      writes a large pcap with known proportions
               KIND is legs20k, legs1700k, any or vxlan
    scenario   plays a scenario of the cluster model and writes its captures, inventory and truth
    list       names the scenarios

  Example: stickler-workbench bench --kind legs20k --packets 4000000 -o legs20k.pcap
           stickler-workbench scenario flush -o flush

  """

/// Runs one command and returns the exit code: 0, or 3 for a usage or I/O error.
func run(_ arguments: [String]) -> Int32 {
  do throws(Refusal) {
    switch arguments.first {
    case "bench": try bench(arguments.dropFirst())
    case "scenario": try scenario(arguments.dropFirst())
    case "list": list()
    case "--help", "-h", "help": print(usage, terminator: "")
    case let other: throw Refusal("\(other ?? "nothing"): no such command; try --help")
    }
    return 0
  } catch {
    let line = "stickler-workbench: \(error.message)\n"
    _ = unsafe line.withCString { text in
      // SAFETY: `text` is terminated, and lives as long as the call.
      unsafe write(2, text, strlen(text))
    }
    return 3
  }
}

/// Why a command did not run: one line for the user.
struct Refusal: Error {
  var message: String

  init(_ message: String) {
    self.message = message
  }
}
