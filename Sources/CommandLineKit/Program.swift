internal import Glibc

extension Command {
  /// Reads the command line, runs what it asks for, and ends the process with the right status.
  ///
  /// Call it from a free function, not from a closure made in `@main`: that one is isolated to the main actor, and so
  /// would be every closure formed in it.
  public func runAndExit() -> Never {
    openMissingDescriptors()
    // A reader that goes away is told by write(2), for sockets as for standard output.
    signal(SIGPIPE, SIG_IGN)
    let terminal = Terminal.standardOutput
    var out = Output(descriptor: 1, name: "standard output")
    do {
      let words = Array(CommandLine.arguments.dropFirst())
      let request = try Parser.parse(words, as: self, environment: environmentVariable)
      let code = try perform(request, &out, terminal)
      exit(code.rawValue)
    } catch {
      if error.isBrokenPipe { endAsBrokenPipe() }
      // What was written before counts; that it could not be is told only if nothing else is.
      try? out.flush()
      _ = writeAll(Array("\(name): \(error.message)\n".utf8), to: 2)
      exit(error.exitCode.rawValue)
    }
  }
}

private func perform(
  _ request: Request,
  _ out: inout Output,
  _ terminal: Terminal
) throws(Failure) -> ExitCode {
  switch request {
  case .run(let path, let arguments):
    return try run(path, arguments, terminal)
  case .help(let path):
    try out.write(Help(path, width: terminal.width, style: terminal.style).text)
  case .version(let path):
    try out.line("\(path.root.name) \(path.root.version ?? "")")
  case .completions(let path, let shell):
    try out.write(completions(of: path.root, for: shell))
  case .manPages(let path, let directory):
    for page in path.descendants {
      let name = "\(directory)/\(page.slug).1"
      try write(ManPage(page).text, toFile: name)
    }
  }
  try out.flush()
  return .pass
}

private func run(
  _ path: CommandPath,
  _ arguments: Arguments,
  _ terminal: Terminal
) throws(Failure) -> ExitCode {
  guard let body = path.command.body else { return .pass }
  var terminal = terminal
  if arguments.declares(.color) {
    switch try arguments[.color] {
    case .auto: break
    case .always: terminal.hasColor = true
    case .never: terminal.hasColor = false
    }
  }
  var console = Console(
    program: path.root.name,
    out: Output(descriptor: 1, name: "standard output"),
    terminal: terminal,
    errorTerminal: .standardError,
    progress: arguments.declares(.progress) ? try arguments[.progress] : .auto
  )
  let code: ExitCode
  do {
    code = try body(arguments, &console)
  } catch {
    // What was found before the failure is printed before it.
    if !error.isBrokenPipe { try console.out.flush() }
    throw error
  }
  try console.out.flush()
  return code
}

private func write(_ text: String, toFile path: String) throws(Failure) {
  // SAFETY: open reads the path, which Swift keeps alive as a C string for the call.
  let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { throw Failure("cannot create \(path)", errno: errno) }
  defer { close(descriptor) }
  let result = writeAll(Array(text.utf8), to: descriptor)
  guard result == 0 else { throw Failure("cannot write \(path)", errno: result) }
}

/// Fills the places of descriptors that were closed at the start, so that no capture file is opened as standard output.
private func openMissingDescriptors() {
  for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) == -1 {
    // Opened the wrong way round on purpose: using it fails as using the closed one would have.
    // SAFETY: a constant path; the lowest free descriptor is this one.
    _ = unsafe open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
  }
}

/// Ends as a filter does whose reader has gone, so that a shell sees what it knows.
private func endAsBrokenPipe() -> Never {
  signal(SIGPIPE, SIG_DFL)
  raise(SIGPIPE)
  // The first process of a container survives its own signals.
  exit(128 + SIGPIPE)
}
