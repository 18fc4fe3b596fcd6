// swift-tools-version: 6.1
import PackageDescription

#if os(Linux)
import Glibc
#endif

/// What every target of ours is compiled with: a dependency that leaks out of a module fails to compile.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A room of `Sources/Shared`; `uses` is its whole row in the table of docs/architecture.md.
///
/// `library` is the system library that this room alone uses.
///
/// `alwaysOptimized`: also in a debug build, because it would be a hundred times slower there.
func shared(
    _ name: String, uses rooms: [Target.Dependency] = [], library: String? = nil,
    alwaysOptimized: Bool = false
) -> Target {
    .target(
        name: name, dependencies: rooms, path: "Sources/Shared/\(name)",
        swiftSettings: strict + (alwaysOptimized ? [.unsafeFlags(["-O"])] : []),
        linkerSettings: library.map(link) ?? [])
}

/// How a system library is linked: on Linux a release takes its static archive, so that an installed
/// program does not depend on the versions of the machine it was built on, and starts without a
/// loader's work.
///
/// Neither pkg-config (see ``system``) nor a module map may name the library besides: their `-l`
/// comes first, and then the shared library wins.
func link(_ library: String) -> [LinkerSetting] {
    [
        .linkedLibrary(library, .when(configuration: .debug)),
        .linkedLibrary(library, .when(platforms: [.macOS])),
        .unsafeFlags(["-l:lib\(library).a"], .when(platforms: [.linux], configuration: .release)),
    ]
}

/// A C library of the system, one module map each.
///
/// pkg-config is needed for Homebrew's folders only; Debian's are the compiler's own.
func system(_ name: String, pkgConfig: String, apt: String, brew: String) -> Target {
    #if os(macOS)
    let pkgConfig: String? = pkgConfig
    #else
    let pkgConfig: String? = nil
    #endif
    return .systemLibrary(
        name: name, path: "Sources/Shared/\(name)", pkgConfig: pkgConfig,
        providers: [.apt([apt]), .brew([brew])])
}

/// Scripts beside the tests that write down what DVC does.
let captures = ["DVC": "capture-dvcignore.py", "YAML": "capture-ruamel.py"]

/// The unit tests of one room.
func unitTests(of room: String, with others: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(room)Tests", dependencies: [.target(name: room)] + others,
        path: "Tests/Unit/\(room)Tests", exclude: captures[room].map { [$0] } ?? [],
        swiftSettings: strict)
}

/// Tests that run programs: the built ones with real git, or real DVC beside them.
func programTests(_ level: String, with others: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(level)Tests", dependencies: ["TestSupport", "Digests", "Basics"] + others,
        path: "Tests/\(level)",
        exclude: level == "Interop"
            ? [
                "requirements.txt", "dvc-commands.py", "dvc-server.py", "dvc-client.py",
                "Random/differential-run.py",
            ]
            : ["RemoteHelper/git-http-server.py"],
        swiftSettings: strict)
}

/// `dvc-hooks` and `git-remote-dvc` run on every push, so they are linked without a dynamic loader (docs/decisions/0002).
let noLoader: [LinkerSetting] = [
    .unsafeFlags(["-static-executable"], .when(platforms: [.linux], configuration: .release))
]

/// `git-dvc` is linked by the toolchain's lld, which folds equal functions and packs relocations: a
/// run takes 3 MiB less memory.
///
/// Nobody looks up its symbols, so it exports none.
func packed() -> [LinkerSetting] {
    var flags = ["-use-ld=lld", "-Xlinker", "--icf=safe", "-Xlinker", "--no-export-dynamic"]
    #if os(Linux)
    // Where install.sh has put the archive of the C++ library, which Swift's runtime needs: the linker
    // takes the shared one from any folder that has both, and to load it costs each start a millisecond.
    if let folder = Context.environment["GIT_DVC_ARCHIVES"] {
        flags += ["-L", folder, "-Xclang-linker", "-static-libgcc"]
    }
    var name = [UInt8](repeating: 0, count: 64)
    name.withUnsafeMutableBytes { buffer in
        _ = confstr(
            CInt(_CS_GNU_LIBC_VERSION), buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
            buffer.count)
    }
    let words = String(decoding: name, as: UTF8.self).split { !$0.isNumber }  // "glibc 2.36"
    let version = words.compactMap { Int($0) }
    // An older C library cannot start what was packed.
    if !version.lexicographicallyPrecedes([2, 36]) {
        flags += ["-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"]
    }
    #endif
    return [.unsafeFlags(flags, .when(platforms: [.linux], configuration: .release))]
}

let package = Package(
    name: "git-dvc",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "git-dvc", targets: ["git-dvc"]),
        .executable(name: "dvc-hooks", targets: ["dvc-hooks"]),
        .executable(name: "git-remote-dvc", targets: ["git-remote-dvc"]),
    ],
    targets: [
        system("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
        system("CCrypto", pkgConfig: "libcrypto", apt: "libssl-dev", brew: "openssl@3"),
        system("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev", brew: "sqlite"),

        system("CExpat", pkgConfig: "expat", apt: "libexpat1-dev", brew: "expat"),

        // Loaded at run time, when a transfer starts: never linked (docs/decisions/0009).
        system("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev", brew: "curl"),

        // Declarations that the C library hides from Swift; no library of its own.
        .systemLibrary(name: "CLinux", path: "Sources/Shared/CLinux"),

        shared("Basics"),
        shared("Digests", uses: ["CCrypto", "Basics"], library: "crypto", alwaysOptimized: true),
        shared("YAML", uses: ["CYAML", "Basics"], library: "yaml"),
        shared("StatusCache", uses: ["CSQLite", "Digests", "Basics"], library: "sqlite3"),
        shared("XML", uses: ["CExpat", "Basics"], library: "expat"),
        shared("HTTPClient", uses: ["CCurl", "Basics"]),
        shared("Git", uses: ["Basics"]),
        shared("Storage", uses: ["Digests", "Basics"]),
        shared("DVC", uses: ["YAML", "Digests", "Basics"]),
        shared(
            "LocalBackend",
            uses: [
                "Storage", "Digests", "Basics",
                .target(name: "CLinux", condition: .when(platforms: [.linux])),
            ]),
        shared("CloudStorage", uses: ["Storage", "HTTPClient", "Digests", "Basics"]),
        shared(
            "S3Backend",
            uses: ["CloudStorage", "Storage", "HTTPClient", "XML", "Digests", "Basics"]),
        shared("GCSBackend", uses: ["CloudStorage", "Storage", "HTTPClient", "Digests", "Basics"]),
        shared(
            "AzureBackend",
            uses: ["CloudStorage", "Storage", "HTTPClient", "XML", "Digests", "Basics"]),
        shared(
            "HTTPBackend",
            uses: ["CloudStorage", "Storage", "HTTPClient", "XML", "Digests", "Basics"]),
        shared(
            "SSHBackend",
            uses: [
                "Storage", "Digests", "Basics",
                .target(name: "CLinux", condition: .when(platforms: [.linux])),
            ], alwaysOptimized: true),
        shared("Planning", uses: ["Git", "DVC", "StatusCache", "Digests", "Basics"]),
        shared("Transfer", uses: ["Storage", "DVC", "Digests", "Basics"]),
        shared(
            "Workspace",
            uses: ["LocalBackend", "Storage", "DVC", "StatusCache", "Digests", "Basics"]),
        shared(
            "Workflows",
            uses: [
                "Workspace", "Planning", "Transfer", "SSHBackend", "S3Backend", "GCSBackend",
                "AzureBackend", "HTTPBackend", "LocalBackend", "CloudStorage",
                "Storage", "DVC", "Git", "StatusCache", "HTTPClient", "Digests", "Basics",
            ]),

        .executableTarget(
            name: "git-dvc",
            dependencies: ["Workflows", "Workspace", "Planning", "Git", "Basics"],
            swiftSettings: strict, linkerSettings: packed()),
        .executableTarget(
            name: "dvc-hooks", dependencies: ["Git", "Basics"],
            swiftSettings: strict, linkerSettings: noLoader),
        .executableTarget(
            name: "git-remote-dvc", dependencies: ["Git", "Basics"],
            swiftSettings: strict, linkerSettings: noLoader),

        .target(
            name: "StoreConformance", dependencies: ["Storage", "Digests", "Basics"],
            path: "Tests/Support/StoreConformance", swiftSettings: strict),
        .target(
            name: "TestSupport", dependencies: ["Digests", "Basics"],
            path: "Tests/Support/TestSupport", swiftSettings: strict),

        unitTests(of: "Basics", with: ["TestSupport"]),
        unitTests(of: "Digests", with: ["Basics"]),
        unitTests(of: "XML"),
        unitTests(of: "HTTPClient", with: ["TestSupport", "Basics"]),
        unitTests(of: "Git", with: ["TestSupport", "Basics"]),
        unitTests(of: "StatusCache", with: ["TestSupport", "Digests", "Basics"]),
        unitTests(
            of: "Transfer",
            with: ["TestSupport", "LocalBackend", "Storage", "DVC", "Digests", "Basics"]),
        unitTests(
            of: "Planning",
            with: ["TestSupport", "StatusCache", "DVC", "Git", "Digests", "Basics"]),
        unitTests(
            of: "Workspace",
            with: [
                "TestSupport", "LocalBackend", "Storage", "StatusCache", "DVC", "Digests", "Basics",
            ]),
        unitTests(
            of: "Workflows",
            with: [
                "TestSupport", "Transfer", "Planning", "Workspace", "LocalBackend", "SSHBackend",
                "Storage", "StatusCache", "S3Backend", "CloudStorage", "HTTPClient", "DVC", "Git",
                "Digests", "Basics",
            ]),
        .testTarget(
            name: "GitDVCTests", dependencies: ["git-dvc", "TestSupport", "Basics"],
            path: "Tests/Unit/GitDVCTests", swiftSettings: strict),
        unitTests(of: "YAML", with: ["Basics"]),
        unitTests(of: "DVC", with: ["TestSupport", "Digests", "Basics", "YAML"]),
        unitTests(
            of: "Storage", with: ["TestSupport", "StoreConformance", "Digests", "Basics"]),
        unitTests(of: "LocalBackend", with: ["StoreConformance", "Storage", "Digests", "Basics"]),

        .target(
            name: "FuzzTargets",
            dependencies: [
                "S3Backend", "GCSBackend", "AzureBackend", "CloudStorage", "SSHBackend", "YAML",
                "XML",
                "HTTPClient", "DVC", "Git", "Digests", "Basics",
            ],
            path: "Tests/Support/FuzzTargets", swiftSettings: strict),
        .testTarget(
            name: "FuzzCorpusTests", dependencies: ["FuzzTargets"],
            path: "Tests/Unit/FuzzCorpusTests", swiftSettings: strict),
        unitTests(
            of: "S3Backend",
            with: [
                "TestSupport", "StoreConformance", "CloudStorage", "HTTPClient", "Storage",
                "Digests", "Basics",
            ]),

        unitTests(
            of: "CloudStorage",
            with: ["TestSupport", "HTTPClient", "Storage", "Digests", "Basics"]),
        unitTests(
            of: "GCSBackend",
            with: [
                "TestSupport", "StoreConformance", "CloudStorage", "HTTPClient", "Storage",
                "Digests", "Basics",
            ]),
        unitTests(
            of: "AzureBackend",
            with: [
                "TestSupport", "StoreConformance", "CloudStorage", "HTTPClient", "Storage",
                "Digests", "Basics",
            ]),

        unitTests(
            of: "HTTPBackend",
            with: ["TestSupport", "StoreConformance", "HTTPClient", "Storage", "Digests", "Basics"]),

        programTests("Functional"),
        unitTests(
            of: "SSHBackend",
            with: ["TestSupport", "StoreConformance", "Storage", "Digests", "Basics"]),

        programTests(
            "Interop",
            with: [
                "StoreConformance", "SSHBackend", "S3Backend", "GCSBackend", "HTTPBackend",
                "LocalBackend", "CloudStorage", "HTTPClient", "Storage",
            ]),

        .executableTarget(
            name: "bench", dependencies: ["TestSupport", "Digests", "Basics"],
            path: "Tests/Bench", exclude: ["requirements.txt"], swiftSettings: strict),
    ]
)

// libFuzzer brings its own `main`, so the program cannot be part of an ordinary build.
if Context.environment["GIT_DVC_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets", "Basics"], path: "Tests/Fuzz",
            exclude: ["corpus", "corpus.py", "run.sh"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
