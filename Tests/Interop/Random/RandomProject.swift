import Basics
import Digests
import TestSupport

/// A project that nobody thought of, the same for the same seed: its commits, branches and tags, the
/// objects that its cache has and those that its remotes have.
struct RandomProject {
    struct Out {
        /// Relative to the top of the working copy.
        let path: String
        /// What names it besides its path: its `.dvc` file, or `dvc.yaml:stage`.
        let owner: String
        let members: [(name: String, content: String)]?
        let content: String
        let remote: String?
    }

    static let remotes = ["main", "other", "third"]

    let sandbox: Sandbox
    let path: FilePath
    var random: SeededGenerator
    /// The DVC roots below the working copy; `""` is the working copy itself.
    private(set) var roots = [""]
    /// The outs of the workspace.
    var outs: [Out] = []
    /// Whether commits differ in the default remote.
    private(set) var changesRemote = false
    /// Objects that neither the cache nor, perhaps, a remote has.
    private(set) var lost: [String] = []
    /// Relative to their DVC root: outs of any commit with a remote of their own.
    private(set) var ownRemotes: [String] = []
    /// Relative to their DVC root: outs of any commit that are directories.
    private(set) var directories: [String] = []
    /// Whether a remote may have lists without all of their members.
    private(set) var hasHoles = false
    /// Whether several paths may have the same content.
    let hasSharedContent: Bool
    private var counter = 0

    init(seed: UInt64) throws {
        sandbox = try Sandbox(inMemory: true)
        path = try sandbox.makeRepository("project")
        random = SeededGenerator(seed: seed &+ 77)
        hasSharedContent = Bool.random(using: &random)
        try createDirectories(sandbox.path("remotes"))
        if chance(4) { roots.append("nested root") }
        for root in roots {
            try configure(root, Self.remotes[0])
            try write("/config.local\n/tmp\n/cache\n", at(root, ".dvc/.gitignore"))
            try write(chance(2) ? "" : "hid*en/\n*.tmp\n", at(root, ".dvcignore"))
        }
        for number in 0..<int(1...3) { try makeCommit(number) }
        // After the last commit, so that Git does not get it.
        for out in outs where chance(2) { try materialize(out) }
        try scatterObjects()
    }

    // MARK: Chances

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    /// Whether a chance of one in `count` came true.
    mutating func chance(_ count: Int) -> Bool { int(1...count) == 1 }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[int(0...choices.count - 1)]
    }

    private static let names = [
        "a", "A", "b.txt", "a-b", "sp ace", " lead", "trail ", "\u{e9}", "e\u{301}", "\u{1f600}",
        "\u{e000}", "qu\"o'te", "back\\slash", "tab\t", "new\nline", "#hash", "${item}", "-dash",
        "x:y", "[br]", "{cu}", "*?", "100%", "&amp", "null", "1e3", "0x10", "yes", "~", "\u{7f}",
        "!bang", "@at", "`tick`", "=", ",", "|", ">", "a/../b".replacing("/", with: "_"),
    ]

    /// A name that nothing else in the project has.
    mutating func name() -> String {
        counter += 1
        return (chance(3) ? "n" : pick(Self.names)) + "\(counter)"
    }

    mutating func content() -> String {
        if hasSharedContent, chance(3) { return pick(["", "a", "same", "\u{0}\u{1}"]) }
        counter += 1
        return "content \(counter)"
    }

    // MARK: Files

    func write(_ text: String, _ relative: String) throws {
        try sandbox.write(Array(text.utf8), to: path.appending(relative))
    }

    func at(_ root: String, _ name: String) -> String { root.isEmpty ? name : "\(root)/\(name)" }

    private func configure(_ root: String, _ remote: String) throws {
        var text = "[core]\n    remote = \(remote)\n"
        for name in Self.remotes {
            text += "['remote \"\(name)\"']\n    url = \(sandbox.path("remotes").appending(name))\n"
        }
        try write(text, at(root, ".dvc/config"))
    }

    /// Puts an object into the cache of a root; returns its name.
    func store(_ content: [UInt8], isDirectory: Bool = false, _ root: String, legacy: Bool) throws
        -> String
    {
        let name = "\(objectID(of: content, isDirectory: isDirectory))"
        let place = path.appending(
            at(
                root,
                ".dvc/cache/\(legacy ? "" : "files/md5/")\(name.prefix(2))/\(name.dropFirst(2))"))
        if !fileExists(place) { try sandbox.write(content, to: place, mode: 0o444) }
        return name
    }

    func store(_ out: Out, _ root: String, legacy: Bool) throws -> String {
        guard let members = out.members else {
            return try store(Array(out.content.utf8), root, legacy: legacy)
        }
        let entries = try members.map { name, content in
            _ = try store(Array(content.utf8), root, legacy: legacy)
            return (name: name, oid: objectID(of: Array(content.utf8)))
        }
        let sorted = entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return try store(
            DVCRepository.directoryList(sorted), isDirectory: true, root, legacy: legacy)
    }

    // MARK: Commits

    private mutating func makeCommit(_ number: Int) throws {
        if number > 0, chance(3) {
            changesRemote = true
            for root in roots { try configure(root, pick(Self.remotes)) }
        }
        for root in roots {
            for _ in 0..<int(1...4) { try writeMetafile(in: root) }
            if chance(2) { try writePipeline(in: root) }
        }
        if number > 0, chance(2) { try forgetMetafile() }
        if number > 0, chance(3) { try changeMetafile() }
        try sandbox.commitAll("commit \(number)", in: path)
        if chance(2) { try sandbox.git("tag", "v\(number)", in: path) }
        if chance(2) { try sandbox.git("branch", "b\(number)", in: path) }
    }

    private mutating func folder() -> String {
        switch int(1...5) {
        case 1: "sub/"
        case 2: "sub/in ner/"
        case 3: chance(3) ? "hidden/" : name() + "/"
        default: ""
        }
    }

    mutating func makeOut(_ path: String, owner: String, remote: String?) -> Out {
        let root = root(of: path)
        let relative = root.isEmpty ? path : String(path.dropFirst(root.count + 1))
        if remote != nil { ownRemotes.append(relative) }
        guard chance(2) else {
            return Out(path: path, owner: owner, members: nil, content: content(), remote: remote)
        }
        directories.append(relative)
        var members: [(name: String, content: String)] = []
        for _ in 0..<int(hasSharedContent ? 0...5 : 1...5) {
            members.append((chance(3) ? "deep/\(name())" : name(), content()))
        }
        return Out(path: path, owner: owner, members: members, content: "", remote: remote)
    }

    private mutating func writeMetafile(in root: String) throws {
        let name = at(root, folder() + name())
        let remote = chance(5) ? pick(Self.remotes) : nil
        try write(metafileFor: makeOut(name, owner: "\(name).dvc", remote: remote), in: root)
    }

    private mutating func write(metafileFor out: Out, in root: String) throws {
        let legacy = chance(4)
        let oid = try store(out, root, legacy: legacy)
        let name = String(out.path.split(separator: "/").last ?? "")
        var lines = ["outs:", "- md5: '\(oid)'", "  path: \(Self.quoted(name))"]
        if !legacy { lines.append("  hash: md5") }
        if let remote = out.remote { lines.append("  remote: \(remote)") }
        if chance(6) { lines.append(pick(["  push: false", "  push: true", "  cache: false"])) }
        if chance(6) { lines += ["  desc: 'some: words'", "  labels: [a, b]", "  type: model"] }
        if chance(6) { lines += ["meta: {a: [1, {b: c}]}", "desc: of the file"] }
        try write(lines.joined(separator: "\n") + "\n", out.owner)
        if !out.owner.contains("hidden/") { outs.append(out) }
    }

    /// The DVC root that a path is in.
    func root(of path: String) -> String {
        roots.last { $0.isEmpty || path.hasPrefix("\($0)/") } ?? ""
    }

    private var metafiles: [Int] { outs.indices.filter { outs[$0].owner.hasSuffix(".dvc") } }

    private mutating func forgetMetafile() throws {
        guard let index = metafiles.randomElement(using: &random) else { return }
        try removeFile(path.appending(outs.remove(at: index).owner))
    }

    private mutating func changeMetafile() throws {
        guard let index = metafiles.randomElement(using: &random) else { return }
        let old = outs.remove(at: index)
        try write(
            metafileFor: makeOut(old.path, owner: old.owner, remote: old.remote),
            in: root(of: old.path))
    }

    // MARK: Data

    /// Writes an out into the working copy, sometimes not as it was recorded.
    private mutating func materialize(_ out: Out) throws {
        if let members = out.members {
            try createDirectories(path.appending(out.path))
            for (name, content) in members where !chance(8) {
                try write(chance(8) ? "changed" : content, "\(out.path)/\(name)")
            }
        } else {
            try write(chance(5) ? "changed" : out.content, out.path)
        }
    }

    /// Puts some objects on remotes, and takes some out of the cache.
    private mutating func scatterObjects() throws {
        hasHoles = chance(2)
        let losing = chance(2)
        for root in roots {
            let cache = path.appending(at(root, ".dvc/cache"))
            for object in try FileTree(cache).files {
                for remote in Self.remotes where hasHoles && chance(6) {
                    try sandbox.write(
                        readFile(cache.appending(object)),
                        to: sandbox.path("remotes/\(remote)").appending(object), mode: 0o444)
                }
                if losing, chance(12) {
                    try removeFile(cache.appending(object))
                    lost.append(object.string)
                }
            }
        }
    }

    /// A text as YAML, with escapes for what has no other form.
    static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": return "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let hex = String(scalar.value, radix: 16)
                return "\\x" + String(repeating: "0", count: 2 - hex.count) + hex
            default: return String(scalar)
            }
        }
        return "\"\(escaped.joined())\""
    }
}
