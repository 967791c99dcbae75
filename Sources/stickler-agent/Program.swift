import CommandLineKit

@main
enum Program {
  static func main() { run() }
}

/// Free, and not in `@main`: closures formed there would belong to the main actor.
func run() {
  agentCommand.runAndExit()
}
