import Basics
import TestSupport
import Testing

extension Trait where Self == ConditionTrait {
    /// For what happens where a file of somebody else's is in the way, and there is no way past it.
    static var needsFilesForHooks: Self {
        .disabled(if: gitRunsConfiguredHooks, "ConfiguredHookTests are for this Git")
    }
}

/// A suite about a repository's hooks, and what it looks at.
protocol HookSuite {
    /// A repository without our hook.
    var world: PushWorld { get }
}

extension HookSuite {
    var hooks: FilePath { world.path.appending(".git/hooks") }
    var hook: FilePath { hooks.appending("pre-push") }
    var list: FilePath { world.sandbox.home.appending(".local/state/git-dvc/repositories") }

    /// Everything about the files of a folder: names, modes, content.
    func snapshot(_ folder: FilePath) throws -> String {
        try world.sandbox.run(
            "sh", "-c",
            "find . -printf '%p %m %l\\n' | sort; find . -type f | sort | xargs -d '\\n' md5sum",
            in: folder
        ).output
    }

    /// Pushes a new object and tells whether it was uploaded.
    func pushUploads(
        in directory: FilePath? = nil, environment: [String: String?] = [:]
    ) throws -> Bool {
        let content = "object \(UInt64.random(in: 0...UInt64.max))"
        let oid = try world.commit(content, as: "a")
        try world.push("-q", "origin", "main", environment: environment).checked()
        return try world.repository.remoteHolds(oid)
    }
}
