import Basics
import Digests
import TestSupport

/// Whose pre-push hook is used for a push.
enum Hook: String, CaseIterable {
    case none
    case ours
    case dvc
    case lfs
}

/// A DVC repository with one working copy, of which every contender pushes to its own places.
struct Project {
    let world: World
    let name: String
    private let repository: DVCRepository

    var path: FilePath { repository.path }
    var cache: FilePath { repository.cache }
    /// The cache's objects, which the copying contenders copy as they are.
    var objects: FilePath { cache.appending("files") }

    init(_ name: String, in world: World) throws {
        self.world = world
        self.name = name
        repository = try DVCRepository(
            in: world.sandbox, "work/\(name)/project", storage: "work/\(name)/storage")
    }

    // MARK: Data

    func addSmallFile() throws { try repository.add("small\n", as: "small.txt") }

    /// Tracks a file whose object is in the cache; the working copy has only the metafile.
    func track(_ name: String, _ oid: ObjectID, size: Int) throws {
        try repository.writeMetafile(for: name, oid: oid, size: size)
    }

    /// Makes the directory `data` of 10 000 files of 4 KiB, in which `version` times ten files are
    /// not as at first.
    func addTenThousandFiles(version: Int) throws { try addFiles(10_000, version: version) }

    /// `count`: at most ten thousand.
    func addFiles(_ count: Int, version: Int) throws {
        try repository.addDirectory("data", names: (0..<count).map(fileName)) { index in
            randomBytes(4096, seed: UInt64(index < version * 10 ? index + 1_000_000 : index))
        }
    }

    /// Ten thousand names in two levels, as a data set has them.
    private func fileName(_ index: Int) -> String {
        let digits = "\(100_000 + index)".dropFirst()
        return "part-\(digits.prefix(2))/sample-\(digits).bin"
    }

    // MARK: Remotes

    /// A directory to push data to; it is made when something is pushed.
    func storage(_ name: String) -> FilePath { world.path("\(self.name)/storage-\(name)") }

    /// Makes a directory the data remote, for ours and for DVC.
    ///
    /// In a file that is not tracked, so that it counts for every commit.
    func use(_ storage: FilePath) throws {
        let text = "['remote \"storage\"']\n    url = \(storage)\n"
        try world.write(text, to: path.appending(".dvc/config.local"))
    }

    /// Makes an empty Git remote for pushes with this hook, in place of the last one.
    func makeGitRemote(for hook: Hook) throws {
        let bare = world.path("\(name)/\(hook.rawValue).git")
        try world.run("rm", "-rf", "\(bare)")
        try world.run("git", "init", "--quiet", "--bare", "\(bare)")
        let remotes = try world.run("git", "remote", in: path).split(separator: "\n")
        if remotes.contains("\(hook.rawValue)") {
            try world.run("git", "remote", "remove", hook.rawValue, in: path)
        }
        try world.run("git", "remote", "add", hook.rawValue, "\(bare)", in: path)
    }

    // MARK: Hooks and pushes

    private func hooks(_ hook: Hook) -> FilePath { world.path("\(name)/hooks-\(hook.rawValue)") }

    /// Has each hook's own program install it, and keeps it in a folder of its own.
    func installHooks() throws {
        for hook in Hook.allCases { try createDirectories(hooks(hook)) }
        // What else is installed beside, such as DVC's pre-commit, is not for the bench.
        func keep(_ hook: Hook) throws {
            let installed = path.appending(".git/hooks")
            try renameFile(
                installed.appending("pre-push"), to: hooks(hook).appending("pre-push"))
            try world.run("rm", "-rf", "\(installed)")
        }
        try world.run("git", "dvc", "install", in: path)
        try keep(.ours)
        try world.run("dvc", "install", in: path)
        try keep(.dvc)
        if world.has("git-lfs") {
            try world.run("git", "lfs", "install", "--local", in: path)
            try keep(.lfs)
        }
    }

    /// A push of `main` to the hook's own Git remote.
    func push(with hook: Hook) throws -> Invocation {
        try world.invocation(
            "git",
            ["-c", "core.hooksPath=\(hooks(hook))", "push", "--quiet", hook.rawValue, "main"],
            in: path)
    }

    /// Commits everything.
    func commit(_ message: String) throws {
        try world.run("git", "add", "--all", in: path)
        try world.run("git", "commit", "--quiet", "--message", message, in: path)
    }

    /// Changes a tracked metafile's text and nothing that it says.
    func touchMetafile(_ metafile: String, round: Int) throws {
        let file = path.appending(metafile)
        let lines = try readFile(file).split(separator: UInt8(ascii: "\n"))
            .filter { $0.first != UInt8(ascii: "#") }
        let text = lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
        try world.write("\(text)\n# \(round)\n", to: file)
    }
}

/// Bytes that do not compress and are the same in every run.
func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    while bytes.count < count {
        // SplitMix64.
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        word ^= word >> 31
        withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
    }
    return bytes
}
