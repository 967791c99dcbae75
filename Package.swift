// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with.
///
/// Warnings are errors where `STICKLER_WARNINGS=error` (CI); a newer compiler's new warning must not keep a user from
/// building.
let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
  + (Context.environment["STICKLER_WARNINGS"] == "error"
    ? [.treatAllWarnings(as: .error)] : [])

/// One room of the design: its folder, and the rooms that it may import.
func room(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .target(
    name: name,
    dependencies: imports,
    swiftSettings: settings + (busy.contains(name) ? optimized : [])
  )
}

/// The rooms that tests spend their time in.
let busy: Set = [
  "Affinity", "CaptureFiles", "Cluster", "Correlation", "JSONText", "Memory", "Protocols",
  "Reporting", "Wire", "Workbench",
]

/// As releases are compiled, with all their checks: `make test` wants it, not who changes these rooms and builds often.
let optimized: [SwiftSetting] =
  Context.environment["STICKLER_TESTS"] == "optimized"
  ? [
    .unsafeFlags(
      ["-O", "-whole-module-optimization", "-num-threads", "2", "-disable-batch-mode"],
      .when(configuration: .debug)
    )
  ] : []

func program(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: imports, swiftSettings: settings)
}

func tests(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: imports, swiftSettings: settings)
}

let package = Package(
  name: "stickler",
  targets: [
    .target(name: "CLinux"),
    .target(name: "CMallocCount"),
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CMicroHTTP", providers: [.apt(["libmicrohttpd-dev"])]),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CPcap", providers: [.apt(["libpcap-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CXXHash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", providers: [.apt(["libzstd-dev"])]),
    room("Affinity", ["Cluster", "Correlation", "Memory", "Protocols", "Wire"]),
    room(
      "Agent",
      [
        "Correlation", "Exchange", "HTTPService", "Live", "LiveCapture", "Metrics", "System",
        "Wire",
      ]
    ),
    room("CaptureFiles", ["CZlib", "CZstd", "Wire"]),
    room("Cluster", ["JSONText", "Wire"]),
    room(
      "Collector",
      [
        "Affinity", "CSQLite", "Cluster", "Correlation", "Exchange", "HTTPService", "JSONText",
        "KubernetesAPI", "Metrics", "Reporting", "System", "Wire",
      ]
    ),
    room("CommandLineKit"),
    room("Companions", ["JSONText", "Metrics", "Protocols", "System", "Wire"]),
    room("Correlation", ["Memory", "Protocols", "Wire"]),
    room("Exchange", ["COpenSSL", "Correlation", "Protocols", "System", "Wire"]),
    room("HTTPService", ["CMicroHTTP", "JSONText", "System", "Wire"]),
    room("JSONText"),
    room("KubernetesAPI", ["CCurl", "Cluster", "JSONText", "System", "Wire"]),
    room("Memory"),
    room("Metrics"),
    room("Protocols", ["Wire"]),
    room("Replay", ["CaptureFiles", "Correlation", "LiveCapture", "System", "Wire"]),
    room(
      "Reporting",
      [
        "Affinity", "CaptureFiles", "Cluster", "CommandLineKit", "Correlation", "JSONText",
        "Metrics", "Wire",
      ]
    ),
    room("System", ["CLinux", "Wire"]),
    room(
      "Live",
      ["CommandLineKit", "Correlation", "LiveCapture", "Protocols", "System", "Wire"]
    ),
    room("LiveCapture", ["CPcap", "Wire"]),
    room("Wire", ["CXXHash"]),
    room("Workbench", ["Wire"]),
    program(
      "AllocationCheck",
      ["CMallocCount", "CaptureFiles", "Correlation", "Wire", "Workbench"]
    ),
    program("SandboxCheck", ["LiveCapture", "System", "Wire"]),
    program(
      "stickler",
      [
        "Affinity", "CaptureFiles", "Cluster", "Collector", "CommandLineKit", "Correlation",
        "Exchange", "HTTPService", "JSONText", "KubernetesAPI", "Live", "LiveCapture", "Protocols",
        "Replay",
        "Reporting", "System", "Wire",
      ]
    ),
    program(
      "stickler-client",
      ["CommandLineKit", "Companions", "JSONText", "Protocols", "System", "Wire"]
    ),
    program(
      "stickler-agent",
      [
        "Agent", "CommandLineKit", "Correlation", "Exchange", "HTTPService", "Live", "LiveCapture",
        "System", "Wire",
      ]
    ),
    program("stickler-echo", ["CommandLineKit", "Companions", "System", "Wire"]),
    program("stickler-workbench", ["Wire", "Workbench"]),
    tests("AgentTests", ["Agent", "Exchange", "System", "Wire", "Workbench"]),
    tests("CaptureFilesTests", ["CaptureFiles", "TestSupport", "Wire"]),
    tests("CatalogueTests", ["Affinity", "TestSupport", "stickler"]),
    tests("ClusterTests", ["Cluster", "JSONText", "Wire"]),
    .testTarget(
      name: "CollectorTests",
      dependencies: [
        "Affinity", "Agent", "CaptureFiles", "Cluster", "Collector", "Correlation", "Exchange",
        "HTTPService", "JSONText", "Metrics", "Replay", "Reporting", "System", "TestSupport",
        "Wire",
        "stickler",
      ],
      exclude: ["openapi.py"],
      swiftSettings: settings
    ),
    tests("CommandLineKitTests", ["CommandLineKit"]),
    tests(
      "CompanionsTests",
      [
        "Companions", "JSONText", "Protocols", "System", "TestSupport", "Wire", "stickler-client",
        "stickler-echo",
      ]
    ),
    tests("CorrelationTests", ["Correlation", "Protocols", "TestSupport", "Wire", "Workbench"]),
    .testTarget(
      name: "ExchangeTests",
      dependencies: [
        "Correlation", "Exchange", "Protocols", "Replay", "System", "TestSupport", "Wire",
        "stickler-agent",
      ],
      exclude: ["nfcapd.py"],
      swiftSettings: settings
    ),
    tests("HTTPServiceTests", ["HTTPService", "JSONText", "System", "TestSupport", "Wire"]),
    .testTarget(
      name: "InventoryTests",
      dependencies: [
        "Affinity", "Cluster", "Collector", "Exchange", "KubernetesAPI", "System", "TestSupport",
        "Wire", "stickler",
      ],
      exclude: ["apiserver.py"],
      swiftSettings: settings
    ),
    tests("JSONTextTests", ["JSONText"]),
    tests(
      "ManifestTests",
      ["TestSupport", "stickler", "stickler-agent", "stickler-client", "stickler-echo"]
    ),
    tests("MetricsTests", ["Metrics", "TestSupport"]),
    tests(
      "ProofTests",
      [
        "Affinity", "CaptureFiles", "Cluster", "Correlation", "JSONText", "Protocols", "Reporting",
        "TestSupport", "Wire", "Workbench",
      ]
    ),
    tests("ProtocolsTests", ["Protocols", "TestSupport", "Wire"]),
    tests(
      "ReplayTests",
      ["CaptureFiles", "Correlation", "LiveCapture", "Replay", "Wire", "Workbench"]
    ),
    tests(
      "ReportingTests",
      [
        "Affinity", "CaptureFiles", "CommandLineKit", "JSONText", "Metrics", "Reporting",
        "TestSupport", "Wire", "stickler",
      ]
    ),
    tests("SystemTests", ["System", "Wire"]),
    tests("LegsTests", ["AllocationCheck", "stickler"]),
    tests("LiveCaptureTests", ["LiveCapture", "Wire"]),
    .testTarget(
      name: "LiveTests",
      dependencies: [
        "CaptureFiles", "Live", "SandboxCheck", "System", "TestSupport", "Wire", "stickler",
        "stickler-agent",
      ],
      exclude: ["node.sh", "traffic.py"],
      swiftSettings: settings
    ),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    tests("WireTests", ["Wire", "Workbench"]),
    tests("WorkbenchTests", ["Cluster", "TestSupport", "Wire", "Workbench"]),
  ]
)

/// A libFuzzer program; its seeds lie beside it.
func fuzzer(_ name: String, _ imports: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name,
    dependencies: imports,
    exclude: ["Seeds"],
    swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]
  )
}

// Only libFuzzer gives such a program its `main`, so plain builds leave it out.
if Context.environment["STICKLER_FUZZ"] != nil {
  package.targets += [
    fuzzer(
      "FuzzAnalysis",
      ["Affinity", "CaptureFiles", "Cluster", "Correlation", "Reporting", "Wire", "Workbench"]
    ),
    fuzzer("FuzzErlang", ["Protocols"]),
    fuzzer("FuzzIPFIX", ["Affinity", "Correlation", "Exchange", "Wire"]),
    fuzzer("FuzzInventory", ["Cluster", "JSONText", "Wire"]),
    fuzzer("FuzzKubeconfig", ["KubernetesAPI"]),
    fuzzer("FuzzPacket", ["Correlation", "Wire"]),
    fuzzer("FuzzSavefile", ["CaptureFiles"]),
    fuzzer("FuzzStun", ["Companions", "Protocols", "System", "Wire"]),
  ]
}
