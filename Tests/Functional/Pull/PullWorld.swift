import Basics
import TestSupport

/// A repository with a file and a directory, pushed and cloned: where pulls are tried.
struct PullWorld {
    let world: PushWorld
    let clone: FilePath

    init() throws {
        world = try PushWorld()
        try world.repository.add("one", as: "file")
        try world.repository.addDirectory("data", ["x": "1", "sub/y": "2"])
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        clone = world.sandbox.path("clone")
        try world.sandbox.git(
            "clone", "-q", world.bare.string, clone.string, in: world.sandbox.root)
    }

    func pull() throws -> ProcessResult { try world.dvc("pull", in: clone) }

    func content(_ name: String) throws -> String? {
        try readFileIfPresent(clone.appending(name)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Publishes another state of the project and fetches it into the clone.
    ///
    /// `hook`: whether our hook has a say; a hostile pusher has none.
    func update(hook: Bool = true, _ change: () throws -> Void) throws {
        try change()
        try world.commit()
        let environment = hook ? [:] : ["DVC_SKIP_PUSH": "1"]
        try world.push("-q", "origin", "main", environment: environment).checked()
        try world.sandbox.git("pull", "-q", in: clone)
    }
}
