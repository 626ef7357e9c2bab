// swift-tools-version: 6.2
// Strata's house: one folder of Sources for each storey. A target imports only from storeys below its own.
// docs/ARCHITECTURE.md explains the storeys; Tests/TidyTests enforces the direction of the arrows.
// Length: one table of all targets; a reader looks for one line of it.

import PackageDescription

let common: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

// Targets are small, and a warm invocation passes through a dozen: without this, their generic code is not specialised,
// and the server works a tenth longer for each.
let strict: [SwiftSetting] =
    common + [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

/// For what a simulation runs a million times in `make test`, which has to be quick in debug builds as well.
let optimized: [SwiftSetting] = strict + [.unsafeFlags(["-O"])]

/// For generated models, which are many functions of one call each: optimized they take three times as long to compile
/// and gain nothing. Each function is a section of its own, and none is kept for other programs or, as by `-Onone`, for
/// the debugger, so that the linker leaves out what no handler uses.
let generated: [SwiftSetting] =
    common + [
        .unsafeFlags(
            [
                "-disable-sil-perf-optzns", "-disable-llvm-optzns", "-function-sections", "-internalize-at-link",
            ].flatMap { ["-Xfrontend", $0] }, .when(configuration: .release))
    ]

let strictC: [CSetting] = [
    .unsafeFlags(["-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE"])
]

/// A C library from a Debian package; script/debian-packages.txt installs it.
func systemLibrary(_ name: String, _ pkgConfig: String, _ debian: String) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

func cLibrary(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: "Sources/C/\(name)", cSettings: strictC)
}

/// One storey of the house: its folder in `Sources`, and its targets with what they import.
func storey(
    _ folder: String, _ targets: [(name: String, dependencies: [Target.Dependency])],
    _ settings: [SwiftSetting] = strict
) -> [Target] {
    targets.map { target in
        .target(
            name: target.name, dependencies: target.dependencies, path: "Sources/\(folder)/\(target.name)",
            swiftSettings: settings)
    }
}

/// The tests of one storey, in a folder of the same name in `Tests`: what each needs beside the target that it tests.
func tests(_ folder: String, _ targets: [(name: String, dependencies: [Target.Dependency])]) -> [Target] {
    targets.map { target in
        .testTarget(
            name: "\(target.name)Tests", dependencies: [.init(stringLiteral: target.name)] + target.dependencies,
            path: "Tests/\(folder)/\(target.name)Tests", swiftSettings: strict)
    }
}

func support(_ name: String) -> Target {
    .target(name: name, path: "Tests/Support/\(name)", swiftSettings: strict)
}

/// The files of the Python runtime; Runtimes/RuntimeProgram+Python.swift lists them too.
let pythonRuntime = [
    "bootstrap", "bootstrap_api", "bootstrap_awslambdaric", "bootstrap_bytecode", "bootstrap_context",
    "bootstrap_encoder", "bootstrap_faults", "bootstrap_json", "bootstrap_logging", "bytecode_compiler",
]

let c: [Target] = [
    systemLibrary("CCurl", "libcurl", "libcurl4-openssl-dev"),
    systemLibrary("CSQLite", "sqlite3", "libsqlite3-dev"),
    systemLibrary("CZlib", "zlib", "zlib1g-dev"),
    systemLibrary("CCrypto", "libcrypto", "libssl-dev"),
    systemLibrary("CSeccomp", "libseccomp", "libseccomp-dev"),
    systemLibrary("CExpat", "expat", "libexpat1-dev"),
    systemLibrary("CJansson", "jansson", "libjansson-dev"),
    systemLibrary("CPCRE2", "libpcre2-8", "libpcre2-dev"),
    systemLibrary("CPostgreSQL", "libpq", "libpq-dev"),
    cLibrary("CHTTPClient", ["CCurl"]),
    cLibrary("CLinux"),
    cLibrary("CSandbox"),
]

let system = storey(
    "System",
    [
        ("LinuxSystem", ["CLinux"]),
        ("Digest", ["CCrypto"]),
    ])

let mechanism = storey(
    "Mechanism",
    [
        ("Store", []),
        ("SQLite", ["CSQLite", "LinuxSystem", "Store"]),
        ("PostgreSQL", ["CPostgreSQL", "LinuxSystem", "Store"]),
        ("Archive", ["CZlib", "LinuxSystem"]),
        ("HTTP", ["CLinux", "LinuxSystem"]),
        ("HTTPClient", ["CCurl", "CHTTPClient"]),
        ("AWSProtocol", ["CExpat", "CPCRE2", "CZlib", "Digest"]),
        ("SignatureV4", ["Digest"]),
        ("TOML", []),
    ])

let nouns =
    storey(
        "Nouns",
        [
            ("Domain", ["Digest"]), ("PackageContents", ["AWSProtocol", "Archive", "Digest", "LinuxSystem"]),
            ("SandboxPlan", []),
        ]) + [
        .target(
            name: "Runtimes", path: "Runtimes",
            resources: pythonRuntime.map { .embedInCode("python/\($0).py") }, swiftSettings: strict)
    ]

/// Generated by script/generate-aws-model: one target for each service.
let models = storey(
    "Models",
    [
        ("LambdaModel", ["AWSProtocol"]),
        ("IAMModel", ["AWSProtocol"]),
        ("SSMModel", ["AWSProtocol"]),
        ("STSModel", ["AWSProtocol"]),
    ], generated)

let engines =
    storey(
        "Engines",
        [
            ("AWSClient", ["AWSProtocol", "Digest", "HTTPClient", "LinuxSystem", "SignatureV4"]),
            ("Bytecode", ["Digest", "LinuxSystem"]),
            ("Catalog", ["Domain", "Digest", "Store"]),
            ("LayerCheck", ["Domain", "PackageContents"]),
            ("LayerStore", ["Archive", "Digest", "LinuxSystem"]),
            ("Packaging", ["AWSProtocol", "Archive", "Digest", "Domain", "LinuxSystem", "TOML"]),
            ("RuntimeAPI", ["AWSProtocol", "Digest", "HTTP"]),
            ("SampleEvents", ["AWSProtocol"]),
            ("Sandbox", ["CLinux", "CSandbox", "CSeccomp", "LinuxSystem", "SandboxPlan"]),
            ("Telemetry", ["AWSProtocol", "Domain", "LinuxSystem"]),
            ("EventQueue", ["LinuxSystem", "Store"]),
        ])
    + storey(
        "Engines",
        [("LayerSplit", ["Archive", "Digest", "Domain", "LinuxSystem", "PackageContents"]), ("Scheduler", [])],
        optimized)

let kit = storey(
    "Kit",
    [
        (
            "ServiceKit",
            [
                "AWSClient", "AWSProtocol", "Catalog", "Digest", "Domain", "EventQueue", "HTTP", "HTTPClient",
                "LinuxSystem", "Runtimes", "SignatureV4", "Store", "Telemetry",
            ]
        )
    ])

/// What commands do with layers and functions, on files and through the API; none of it needs a server of its own.
let tools = storey(
    "Tools", [("Toolchain", ["AWSProtocol", "Digest", "Domain", "LinuxSystem", "Packaging", "TOML"])])

let execution = storey(
    "Execution",
    [
        (
            "FunctionExecution",
            [
                "Bytecode", "Digest", "Domain", "HTTP", "LayerStore", "LinuxSystem", "Packaging", "RuntimeAPI",
                "Runtimes", "Sandbox", "SandboxPlan", "Scheduler", "Telemetry",
            ]
        )
    ])

let services = storey(
    "Services",
    [
        (
            "IAMService",
            ["AWSProtocol", "Catalog", "Digest", "Domain", "IAMModel", "LinuxSystem", "STSModel", "ServiceKit"]
        ),
        (
            "LambdaService",
            [
                "AWSClient", "AWSProtocol", "Catalog", "Digest", "Domain", "EventQueue", "FunctionExecution", "HTTP",
                "HTTPClient", "LambdaModel", "LayerCheck", "LayerStore", "LinuxSystem", "Scheduler", "ServiceKit",
                "SignatureV4", "Telemetry",
            ]
        ),
        ("SSMService", ["AWSProtocol", "Digest", "Domain", "LinuxSystem", "SSMModel", "ServiceKit", "Store"]),
    ])

let edges = storey(
    "Edges",
    [
        (
            "Gateway",
            ["AWSProtocol", "Domain", "HTTP", "LinuxSystem", "ServiceKit", "SignatureV4", "Telemetry"]
        ),
        (
            "CommandLine",
            [
                "AWSClient", "AWSProtocol", "Digest", "Domain", "FunctionExecution", "HTTPClient", "LayerCheck",
                "LayerSplit", "LinuxSystem", "PackageContents", "Packaging", "Runtimes", "SampleEvents", "Sandbox",
                "Scheduler", "ServiceKit", "SignatureV4", "Store", "TOML", "Toolchain",
            ]
        ),
    ])

let server: [Target] = [
    .executableTarget(
        name: "strata",
        dependencies: [
            "Bytecode", "Catalog", "CommandLine", "Digest", "Domain", "EventQueue", "FunctionExecution", "Gateway",
            "HTTP",
            "IAMService", "LambdaService", "LinuxSystem", "Packaging", "PostgreSQL", "RuntimeAPI", "Runtimes", "SQLite",
            "SSMService", "Sandbox", "Scheduler", "ServiceKit", "Store", "Telemetry",
        ], path: "Sources/Server/strata",
        swiftSettings: strict,
        // No library is loaded at run time that could ask for symbols of the program; the toolchain exports all.
        linkerSettings: [.unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(configuration: .release))]),
    // Starts with every environment, and is all C: static, and without Swift's start-up object, it starts in a quarter
    // of the time that loading the Swift runtime takes. At a random address (static-pie), as every program.
    .executableTarget(
        name: "strata-init", dependencies: ["CSandbox"], path: "Sources/Server/strata-init", cSettings: strictC,
        linkerSettings: [
            .unsafeFlags([
                "-nostartfiles", "-static-executable", "-Xclang-linker", "-static-pie", "-Xclang-linker",
                "--ld-path=\(Context.packageDirectory)/script/link-init",
            ])
        ]),
    // For Tests/Contract/test_uploads.py.
    .executableTarget(
        name: "upload-probe",
        dependencies: [
            "AWSProtocol", "Catalog", "Digest", "Domain", "Gateway", "HTTP", "LinuxSystem", "SQLite", "ServiceKit",
            "SignatureV4",
        ], path: "Tests/Support/upload-probe", swiftSettings: strict),
    // For Tests/Contract/test_wire_protocols.py.
    .executableTarget(
        name: "protocol-probe", dependencies: ["AWSProtocol"], path: "Tests/Support/protocol-probe",
        swiftSettings: strict),
]

let proof: [Target] =
    [
        support("SeededRandom"), support("ZipForge"),
        .target(
            name: "ScratchPackages", dependencies: ["LinuxSystem", "PackageContents", "ZipForge"],
            path: "Tests/Support/ScratchPackages", swiftSettings: strict),
        .target(
            name: "PostgreSQLCluster", dependencies: ["LinuxSystem"], path: "Tests/Support/PostgreSQLCluster",
            swiftSettings: strict),
        // Measures durable writes, for Benchmarks/rows.py.
        .executableTarget(
            name: "WriteRate", dependencies: ["LinuxSystem", "PostgreSQL", "SQLite", "Store"],
            path: "Tests/Support/WriteRate", swiftSettings: strict),
        .target(
            name: "StoreEngines", dependencies: ["PostgreSQL", "PostgreSQLCluster", "SQLite", "Store"],
            path: "Tests/Support/StoreEngines", swiftSettings: strict),
    ]
    + tests("System", [("LinuxSystem", ["SeededRandom"]), ("Digest", [])])
    + tests(
        "Mechanism",
        [
            ("SQLite", ["LinuxSystem", "SeededRandom", "Store", "StoreEngines"]),
            ("PostgreSQL", ["LinuxSystem", "PostgreSQLCluster", "Store"]),
            ("Store", ["LinuxSystem", "StoreEngines"]),
            ("Archive", ["LinuxSystem", "SeededRandom", "ZipForge"]),
            ("HTTP", ["LinuxSystem", "SeededRandom"]),
            ("HTTPClient", ["HTTP", "LinuxSystem"]),
            ("AWSProtocol", ["CJansson", "SeededRandom"]),
            ("SignatureV4", ["Digest", "SeededRandom"]),
            ("TOML", ["SeededRandom"]),
        ])
    + tests(
        "Nouns",
        [("Domain", ["SeededRandom"]), ("PackageContents", ["ScratchPackages", "ZipForge"]), ("SandboxPlan", [])])
    + tests(
        "Engines",
        [
            ("AWSClient", ["HTTP", "HTTPClient", "SignatureV4"]),
            ("Bytecode", ["Digest", "LinuxSystem"]),
            ("Catalog", ["Domain", "Digest", "Store", "StoreEngines"]),
            ("LayerCheck", ["Domain", "LinuxSystem", "PackageContents", "SeededRandom", "ZipForge"]),
            ("LayerSplit", ["PackageContents", "ScratchPackages", "SeededRandom", "ZipForge"]),
            ("LayerStore", ["Archive", "Digest", "LinuxSystem", "SeededRandom", "ZipForge"]),
            ("Packaging", ["Digest", "Domain", "LinuxSystem"]),
            ("RuntimeAPI", ["HTTP"]),
            ("SampleEvents", ["AWSProtocol", "SeededRandom"]),
            ("Sandbox", ["CLinux", "CSandbox", "LinuxSystem", "SandboxPlan", "SeededRandom"]),
            ("Telemetry", ["Domain", "LinuxSystem", "SeededRandom"]),
            ("EventQueue", ["LinuxSystem", "SeededRandom", "Store", "StoreEngines"]),
        ])
    + tests(
        "Kit",
        [
            (
                "ServiceKit",
                [
                    "AWSProtocol", "Catalog", "Domain", "EventQueue", "HTTP", "LinuxSystem", "SeededRandom",
                    "SignatureV4", "SQLite", "Store", "StoreEngines",
                ]
            )
        ])
    + tests("Tools", [("Toolchain", ["AWSProtocol"])])
    + tests(
        "Execution",
        [
            (
                "FunctionExecution",
                [
                    "Domain", "HTTP", "LinuxSystem", "RuntimeAPI", "Runtimes", "Sandbox", "SandboxPlan", "Scheduler",
                    "SeededRandom", "Telemetry",
                ]
            )
        ])
    + tests(
        "Services",
        [
            (
                "SSMService",
                ["AWSProtocol", "Digest", "Domain", "SSMModel", "ServiceKit", "Store", "StoreEngines"]
            ),
            ("IAMService", ["AWSProtocol", "Catalog", "Domain", "IAMModel", "STSModel", "ServiceKit", "StoreEngines"]),
            (
                "LambdaService",
                [
                    "AWSClient", "AWSProtocol", "Catalog", "Digest", "Domain", "EventQueue", "FunctionExecution",
                    "HTTPClient", "LambdaModel", "LinuxSystem", "Scheduler", "SeededRandom",
                    "ServiceKit", "StoreEngines", "Telemetry",
                ]
            ),
        ])
    + tests(
        "Edges",
        [
            (
                "Gateway",
                [
                    "AWSProtocol", "Catalog", "Domain", "HTTP", "HTTPClient", "LinuxSystem", "ServiceKit",
                    "SignatureV4", "StoreEngines",
                ]
            ),
            (
                "CommandLine",
                [
                    "AWSClient", "AWSProtocol", "Domain", "FunctionExecution", "LayerCheck", "LinuxSystem",
                    "Packaging", "SQLite", "SampleEvents", "Sandbox", "Scheduler", "ServiceKit", "SignatureV4",
                ]
            ),
        ]) + [
        .testTarget(
            name: "ModelTests",
            dependencies: ["AWSProtocol", "Digest", "IAMModel", "LambdaModel", "STSModel", "SeededRandom"],
            path: "Tests/Models/ModelTests", swiftSettings: strict),
        .testTarget(
            name: "SchedulerTests", dependencies: ["Scheduler", "SeededRandom"],
            path: "Tests/Engines/SchedulerTests", swiftSettings: optimized),
        .testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: optimized),
    ]

/// Readers of untrusted bytes with what must hold for any input, and the corpus as a test (`script/fuzz`).
let fuzz: [Target] =
    [
        .target(
            name: "CPlanProbe", dependencies: ["CSandbox"], path: "Tests/Fuzz/CPlanProbe", cSettings: strictC),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "AWSProtocol", "Archive", "CJansson", "CPlanProbe", "CSandbox", "Domain", "HTTP", "IAMService",
                "LayerCheck", "LayerStore", "LinuxSystem", "PackageContents", "Sandbox", "SandboxPlan", "SeededRandom",
                "ServiceKit", "SignatureV4", "TOML", "Telemetry", "ZipForge",
            ], path: "Tests/Fuzz/FuzzTargets", swiftSettings: strict),
        .testTarget(
            name: "FuzzTests", dependencies: ["FuzzTargets"], path: "Tests/Fuzz/FuzzTests", swiftSettings: strict),
    ]
    // Links with libFuzzer, which no other build has.
    + (Context.environment["STRATA_FUZZER"] == nil
        ? []
        : [
            .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
            .executableTarget(
                name: "fuzzer", dependencies: ["CFuzzer", "FuzzTargets"], path: "Tests/Fuzz/fuzzer",
                swiftSettings: strict),
        ])

let package = Package(
    name: "strata",
    products: [
        .executable(name: "strata", targets: ["strata"]),
        .executable(name: "strata-init", targets: ["strata-init"]),
    ],
    targets: c + system + mechanism + nouns + models + engines + kit + tools + execution + services + edges + server
        + proof
        + fuzz,
    swiftLanguageModes: [.v6]
)
