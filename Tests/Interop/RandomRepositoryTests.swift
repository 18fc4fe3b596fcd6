import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Repositories that nobody thought of: `git dvc push` and `git push` must upload what `dvc push`
/// uploads, to the same remotes, byte for byte.
///
/// `RANDOM_ROUNDS` in the environment asks for more of them, `RANDOM_SEED` for others.
@Suite struct RandomRepositoryTests {
    static let seeds: Range<UInt64> = {
        func number(_ name: String, _ usual: UInt64) -> UInt64 {
            getenv(name).flatMap { UInt64(String(cString: $0)) } ?? usual
        }
        let first = number("RANDOM_SEED", 1)
        return first..<(first + number("RANDOM_ROUNDS", 6))
    }()

    @Test(arguments: seeds)
    func `a random repository is pushed as DVC pushes it`(seed: UInt64) throws {
        let comparison = try PushComparison()
        var writer = RandomRepository(comparison, seed: seed)
        try writer.write()
        let sandbox = comparison.sandbox
        // What is in the workspace is added by DVC itself, all at once.
        if !writer.added.isEmpty {
            try sandbox.start(
                Sandbox.realDVC(), ["add", "--quiet", "--"] + writer.added, in: comparison.path
            ).wait().checked()
        }
        try writer.setFlags()
        let lost = try writer.loseSomething()
        try sandbox.commitAll("all", in: comparison.path)

        let arguments = seed % 4 == 0 ? ["-r", "other"] : []
        let theirs = try comparison.push(by: .dvc, arguments)
        #expect(theirs.result.succeeded, "\(theirs.result)")
        #expect(!theirs.objects.files.isEmpty)
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            if pusher == .gitPush, !arguments.isEmpty { continue }
            let ours = try comparison.push(by: pusher, arguments)
            #expect(
                theirs.objects.difference(from: ours.objects) == [],
                "seed \(seed), \(pusher.rawValue), lost \(lost): \(ours.result)")
            #expect(ours.objects.fileModes == [0o444])
            if lost == nil { #expect(ours.result.succeeded, "seed \(seed): \(ours.result)") }
        }
        if arguments.isEmpty, lost == nil { try comparePulls(comparison, seed: seed) }
    }

    /// Pulls what was pushed last in two clones.
    private func comparePulls(_ comparison: PushComparison, seed: UInt64) throws {
        let sandbox = comparison.sandbox
        let theirs = sandbox.path("theirs")
        let ours = sandbox.path("ours")
        for clone in [theirs, ours] {
            try sandbox.git(
                "clone", "--quiet", comparison.bare.string, clone.string, in: sandbox.root)
        }
        let real = try sandbox.start(Sandbox.realDVC(), ["pull"], in: theirs).wait()
        let pulled = try sandbox.start("git", ["dvc", "pull"], in: ours).wait()
        // Outs with `push: false` are nowhere, stages that never ran have none: both say so.
        #expect(pulled.status == real.status, "seed \(seed): \(real)\(pulled)")
        let difference = try FileTree(workingCopy: theirs)
            .difference(from: FileTree(workingCopy: ours))
        #expect(difference == [], "seed \(seed): \(real)\(pulled)")
    }
}

/// Writes files, directories and metafiles, the same for the same seed.
private struct RandomRepository {
    let comparison: PushComparison
    private var random: SeededGenerator
    /// Paths in the workspace for `dvc add`.
    private(set) var added: [String] = []
    private var objects: [FilePath] = []

    init(_ comparison: PushComparison, seed: UInt64) {
        self.comparison = comparison
        random = SeededGenerator(seed: seed)
    }

    private static let names = [
        "a", "A", "b.txt", "a-b", "a.b", "sp ace", " lead", "trail ", "\u{e9}", "e\u{301}",
        "\u{1f600}", "\u{e000}", "qu\"o'te", "back\\slash", "tab\t", "new\nline", "#hash",
        "${item}", "-dash", "x:y", "[br]", "{cu}", "*?", "100%", "&amp", "null", "1e3", "0x10",
        "yes", "~", "\u{7f}", "\u{85}", "\u{2028}", "!bang", "@at", "`tick`", "=", ",", "|", ">",
    ]
    private static let contents = [
        "", "a", "b", "same", "one\r\ntwo\r\n", "\u{0}\u{1}",
        String(repeating: "long ", count: 3000),
    ]

    private mutating func name(_ number: Int) -> String {
        (Self.names.randomElement(using: &random) ?? "") + "\(number)"
    }

    private mutating func content() -> String {
        let common = Self.contents.randomElement(using: &random) ?? ""
        return Bool.random(using: &random)
            ? common : "\(UInt64.random(in: 0...9999, using: &random))"
    }

    private mutating func folder() -> String {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: ""
        case 1: "sub/"
        default: name(0) + "/in ner/"
        }
    }

    /// Makes outs: in the workspace for DVC to add, and metafiles of DVC 2 with their objects.
    mutating func write() throws {
        for number in 1...Int.random(in: 2...6, using: &random) {
            let path = folder() + name(number)
            if Bool.random(using: &random) {
                try comparison.write(content(), to: path)
            } else {
                for member in 0..<Int.random(in: 1...8, using: &random) {
                    let deep = Bool.random(using: &random) ? name(member) + "/" : ""
                    try comparison.write(content(), to: "\(path)/\(deep)\(name(member))")
                }
            }
            added.append(path)
        }
        for number in 0..<Int.random(in: 0...3, using: &random) {
            let path = "\(folder())old \(number)"
            // Names of texts with line ends of Windows are another test's matter.
            let oid =
                Bool.random(using: &random)
                ? try comparison.store("legacy \(content().count)", legacy: true)
                : try comparison.storeDirectory(
                    ["x/y": "old \(number)", "z": "same"], legacy: true)
            try comparison.writeMetafile(path, oid, legacy: true, flag())
        }
        for number in 0..<Int.random(in: 0...2, using: &random) {
            try writePipeline(number)
        }
    }

    private mutating func writePipeline(_ number: Int) throws {
        var definition = "stages:\n  s:\n    cmd: x\n    wdir: '.'\n    outs:\n"
        var lock = "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n"
        for out in 0..<Int.random(in: 1...4, using: &random) {
            let isDirectory = Bool.random(using: &random)
            let oid =
                isDirectory
                ? try comparison.storeDirectory(["m": content(), "n": "n\(out)"])
                : try comparison.store(content())
            definition += "    - out \(out): {\(flag())}\n"
            if Int.random(in: 0..<5, using: &random) > 0 {
                lock += "    - {path: out \(out), hash: md5, md5: '\(oid)'}\n"
            }
        }
        if lock.hasSuffix("outs:\n") { lock += "      []\n" }
        try comparison.write(definition, to: "pipe\(number)/dvc.yaml")
        try comparison.write(lock, to: "pipe\(number)/dvc.lock")
    }

    private mutating func flag() -> String {
        ["push: false", "push: true", "remote: other", "remote: main", "cache: false", "desc: x"]
            .randomElement(using: &random) ?? ""
    }

    /// Gives some of the outs that DVC added a flag.
    mutating func setFlags() throws {
        for path in added where Int.random(in: 0..<3, using: &random) == 0 {
            let metafile = comparison.path.appending("\(path).dvc")
            // DVC 3.67 now and then adds a file without a word and without a metafile.
            guard fileExists(metafile) else { continue }
            let text = try readFile(metafile) + Array("  \(flag())\n".utf8)
            try comparison.sandbox.write(text, to: metafile)
        }
    }

    /// Takes an object out of the cache, now and then; returns its path.
    mutating func loseSomething() throws -> FilePath? {
        guard Int.random(in: 0..<3, using: &random) == 0 else { return nil }
        let cache = comparison.repository.cache
        let lost = try FileTree(cache).files.filter { $0.string.hasPrefix("files/") }
            .randomElement(using: &random)
        if let lost {
            try comparison.sandbox.run("rm", "-f", cache.appending(lost).string).checked()
        }
        return lost
    }
}
