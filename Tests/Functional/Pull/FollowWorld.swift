import Basics
import Digests
import TestSupport

/// A repository with our hooks and two branches whose data differs, and what its working copy holds.
///
/// Branch `main`: `file` is "one", `data/x` is "1", `data/sub/y` is "2". Branch `side`: `file` is "two",
/// `data/x` is "changed", `data/z` is new.
struct FollowWorld {
    let world: PushWorld

    var path: FilePath { world.path }

    /// Stands on `main`, whose data is in place; the remote has nothing yet.
    init(installed: Bool = true) throws {
        world = try PushWorld(hook: false)
        try world.repository.add("one", as: "file")
        try world.repository.addDirectory("data", ["x": "1", "sub/y": "2"])
        try world.commit()
        try world.git("checkout", "-q", "-b", "side")
        try world.repository.add("two", as: "file")
        try world.repository.addDirectory("data", ["x": "changed", "sub/y": "2", "z": "3"])
        try world.commit()
        // As a checkout would leave it.
        try world.git("checkout", "-q", "main")
        try world.write("one", to: "file")
        try world.write("1", to: "data/x")
        try removeFile(path.appending("data/z"))
        if installed { try world.dvc("install", "-q").checked() }
    }

    /// Runs git, which must succeed, and returns what it wrote to standard error.
    @discardableResult
    func git(
        _ arguments: String..., in directory: FilePath? = nil, environment: [String: String?] = [:]
    ) throws -> String {
        try world.git(arguments, in: directory, environment: environment).checked().errorOutput
    }

    /// The content of the data, by name; of the directory only what differs between the branches.
    func data(in directory: FilePath? = nil) throws -> [String: String] {
        var found: [String: String] = [:]
        for name in ["file", "data/x", "data/z"] {
            let bytes = try readFileIfPresent((directory ?? path).appending(name))
            found[name] = bytes.map { String(decoding: $0, as: UTF8.self) }
        }
        return found
    }

    static let main = ["file": "one", "data/x": "1"]
    static let side = ["file": "two", "data/x": "changed", "data/z": "3"]

    /// Whether the last ``git`` came to git-dvc, and did not end within `dvc-hooks`.
    func cameToGitDVC() throws -> Bool {
        try world.traceLines().contains { $0.contains("git-dvc git-hook") }
    }

    /// Removes the cache.
    func loseCache() throws {
        try world.sandbox.run("rm", "-rf", world.repository.cache.string).checked()
    }
}
