// swift-tools-version: 6.2
// Strata: six storeys. A target imports only from storeys below its own; siblings meet in Platform.
// docs/ARCHITECTURE.md explains the storeys; Tests/TidyTests enforces the direction of the arrows.

import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// For what a simulation runs a million times in `make test`, which has to be quick in debug builds as well.
let optimized: [SwiftSetting] = strict + [.unsafeFlags(["-O"])]

let strictC: [CSetting] = [
    .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"])
]

/// A C library from a Debian package; script/debian-packages.txt installs it.
func systemLibrary(_ name: String, _ pkgConfig: String, _ debian: String) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

func library(
    _ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
    .target(name: name, dependencies: dependencies, path: path, resources: resources, swiftSettings: strict)
}

func cLibrary(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, cSettings: strictC)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies, swiftSettings: strict)
}

/// The files of the Python runtime; Runtimes/RuntimeProgram+Python.swift lists them too.
let pythonRuntime = [
    "bootstrap", "bootstrap_api", "bootstrap_context", "bootstrap_encoder", "bootstrap_faults", "bootstrap_json",
    "bootstrap_logging",
]

let storey0: [Target] = [
    systemLibrary("CMicrohttpd", "libmicrohttpd", "libmicrohttpd-dev"),
    systemLibrary("CCurl", "libcurl", "libcurl4-openssl-dev"),
    systemLibrary("CSQLite", "sqlite3", "libsqlite3-dev"),
    systemLibrary("CZlib", "zlib", "zlib1g-dev"),
    systemLibrary("CCrypto", "libcrypto", "libssl-dev"),
    systemLibrary("CSeccomp", "libseccomp", "libseccomp-dev"),
    systemLibrary("CJansson", "jansson", "libjansson-dev"),
    systemLibrary("CPCRE2", "libpcre2-8", "libpcre2-dev"),
    cLibrary("CHTTP", ["CMicrohttpd"]),
    cLibrary("CHTTPClient", ["CCurl"]),
    cLibrary("CLinux"),
    cLibrary("CSandbox"),
    library("LinuxSystem", ["CLinux"]),
    library("Digest", ["CCrypto"]),
    library("SQLite", ["CSQLite"]),
    library("Archive", ["CZlib", "LinuxSystem"]),
    library("HTTP", ["CHTTP", "CMicrohttpd", "LinuxSystem"]),
    library("HTTPClient", ["CCurl", "CHTTPClient"]),
    library("AWSProtocol", ["CPCRE2", "CZlib", "Digest"]),
    library("SignatureV4", ["Digest"]),
]

let storey1: [Target] = [
    library("Domain"),
    library("AWSModel", ["AWSProtocol"]),
    library("SandboxPlan"),
    library("Runtimes", path: "Runtimes", resources: pythonRuntime.map { .embedInCode("python/\($0).py") }),
]

let storey2: [Target] = [
    library("AWSClient", ["AWSProtocol", "HTTPClient", "SignatureV4"]),
    library("Catalog", ["Domain", "Digest", "SQLite"]),
    library("LayerStore", ["Archive", "Digest", "LinuxSystem"]),
    library("Packaging", ["Archive", "Digest", "Domain", "LinuxSystem"]),
    .target(name: "Scheduler", swiftSettings: optimized),
    library("RuntimeAPI", ["AWSProtocol", "Digest", "HTTP"]),
    library("Sandbox", ["CSandbox", "CSeccomp", "LinuxSystem", "SandboxPlan"]),
    library("Telemetry", ["AWSProtocol", "Domain", "LinuxSystem"]),
    library("EventQueue", ["LinuxSystem", "SQLite"]),
]

let storey3: [Target] = [
    library(
        "Platform",
        [
            "AWSClient", "AWSModel", "AWSProtocol", "Catalog", "Digest", "Domain", "EventQueue", "HTTP", "HTTPClient",
            "LayerStore", "LinuxSystem", "RuntimeAPI", "Runtimes", "Sandbox", "SandboxPlan", "Scheduler",
            "SignatureV4", "Telemetry",
        ])
]

let storey4: [Target] = [
    library(
        "Gateway",
        [
            "AWSClient", "AWSModel", "AWSProtocol", "Digest", "Domain", "EventQueue", "HTTP", "LinuxSystem",
            "Platform", "Scheduler", "SignatureV4", "Telemetry",
        ]),
    library(
        "CommandLine",
        [
            "AWSClient", "AWSProtocol", "Digest", "Domain", "HTTPClient", "LinuxSystem", "Packaging", "Platform",
            "Sandbox", "Scheduler", "SignatureV4",
        ]),
]

let storey5: [Target] = [
    .executableTarget(
        name: "strata", dependencies: ["CommandLine", "Domain", "Gateway", "Platform"],
        swiftSettings: strict),
    // Starts with every environment, and is all C: static, and without Swift's start-up object, it starts in a quarter
    // of the time that loading the Swift runtime takes.
    .executableTarget(
        name: "strata-init", dependencies: ["CSandbox"], cSettings: strictC,
        linkerSettings: [.unsafeFlags(["-nostartfiles", "-static-executable"])]),
]

let proof: [Target] = [
    tests("LinuxSystem"),
    tests("Digest"),
    tests("SQLite"),
    library("SeededRandom", path: "Tests/SeededRandom"),
    library("ZipForge", path: "Tests/ZipForge"),
    tests("Archive", ["LinuxSystem", "SeededRandom", "ZipForge"]),
    tests("HTTP", ["LinuxSystem"]),
    tests("HTTPClient", ["HTTP", "LinuxSystem"]),
    tests("AWSProtocol", ["CJansson", "SeededRandom"]),
    tests("SignatureV4", ["Digest", "SeededRandom"]),
    tests("Domain", ["SeededRandom"]),
    tests("AWSModel", ["AWSProtocol", "SeededRandom"]),
    tests("SandboxPlan"),
    tests("AWSClient", ["HTTP", "HTTPClient", "SignatureV4"]),
    tests("Catalog", ["Domain", "Digest", "SQLite"]),
    tests("LayerStore", ["Archive", "Digest", "LinuxSystem", "SeededRandom", "ZipForge"]),
    tests("Packaging", ["Digest", "Domain", "LinuxSystem"]),
    .testTarget(name: "SchedulerTests", dependencies: ["Scheduler", "SeededRandom"], swiftSettings: optimized),
    tests("RuntimeAPI", ["HTTP"]),
    tests("Sandbox", ["CSandbox", "LinuxSystem", "SandboxPlan", "SeededRandom"]),
    tests("Telemetry", ["Domain"]),
    tests("EventQueue", ["LinuxSystem", "SQLite", "SeededRandom"]),
    tests(
        "Platform",
        [
            "AWSClient", "AWSModel", "Catalog", "Domain", "EventQueue", "HTTPClient", "SeededRandom", "SignatureV4",
            "Telemetry",
        ]),
    tests("Gateway", ["Domain", "SignatureV4"]),
    tests("CommandLine", ["AWSClient", "AWSProtocol", "Domain", "LinuxSystem", "Platform", "Sandbox", "Scheduler"]),
    .testTarget(name: "TidyTests", swiftSettings: strict),
]

let package = Package(
    name: "strata",
    products: [
        .executable(name: "strata", targets: ["strata"]),
        .executable(name: "strata-init", targets: ["strata-init"]),
    ],
    targets: storey0 + storey1 + storey2 + storey3 + storey4 + storey5 + proof,
    swiftLanguageModes: [.v6]
)
