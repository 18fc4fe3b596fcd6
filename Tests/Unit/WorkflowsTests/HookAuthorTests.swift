import Basics
import TestSupport
import Testing

@testable import Workflows

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct HookAuthorTests {
    private func author(_ script: String) -> HookAuthor {
        HookAuthor(of: "pre-push", script: Array(script.utf8))
    }

    @Test(arguments: [
        "#!/bin/sh\n# git-dvc hook, version 1\nexec true\n",
        "#!/usr/bin/env sh\n# git-dvc hook, version 27\n",
    ])
    func `any version of ours is ours`(script: String) {
        #expect(author(script) == .us)
    }

    @Test(arguments: ["/bin/sh", "/usr/bin/sh", "/opt/a b/bin/bash", " /bin/sh"])
    func `the hook of real DVC is known by its whole text`(shell: String) {
        #expect(author("#!\(shell)\nexec dvc git-hook pre-push $@\n") == .dvc)
    }

    @Test(arguments: [
        "", "\n", "#!/bin/sh", "#!/bin/sh\n", "#!/bin/sh\nexec true\n",
        "#!/bin/sh\nexec dvc git-hook pre-push $@",
        "#!/bin/sh\r\nexec dvc git-hook pre-push $@\r\n",
        "#!/bin/sh\nexec dvc git-hook pre-commit $@\n",
        "#!/bin/sh\nexec dvc git-hook pre-push $@\n\n",
        "#!/bin/sh\nmake test\nexec dvc git-hook pre-push $@\n",
        "#!/usr/bin/python\nexec dvc git-hook pre-push $@\n",
        "exec dvc git-hook pre-push $@\n\n", "# git-dvc hook, version 1\n\n\n",
        // Somebody pasted ours below theirs.
        "#!/bin/sh\nmake test\n# git-dvc hook, version 1\nexec true\n",
        "#!/bin/sh\n # git-dvc hook, version 1\n\n",
    ])
    func `anything else is somebody else's`(script: String) {
        #expect(author(script) == .somebodyElse)
    }

    @Test func `no bytes trap it`() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2000 {
            _ = HookAuthor(
                of: "pre-push",
                script: random.mutated(
                    Array("#!/bin/sh\nexec dvc git-hook pre-push $@\n".utf8),
                    pieces: ["\n", "#!", "# git-dvc hook, version ", "sh"]))
        }
    }

    @Test func `what is no file, or far too long, is somebody else's`() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path.appending("pre-push")
        #expect(try HookAuthor(of: "pre-push", at: path) == .nobody)
        #expect(path.withCString { symlink("/no/such/hook", $0) } == 0)
        #expect(try HookAuthor(of: "pre-push", at: path) == .somebodyElse)
        try removeFile(path)
        try writeFile(path, [UInt8](repeating: UInt8(ascii: "\n"), count: 1 << 20 + 1))
        #expect(try HookAuthor(of: "pre-push", at: path) == .somebodyElse)
        try writeFile(path, Array("#!/bin/sh\n# git-dvc hook, version 1\n".utf8))
        #expect(try HookAuthor(of: "pre-push", at: path) == .us)
    }
}

@Suite struct InstalledRepositoriesTests {
    private let directory: TemporaryDirectory
    private var file: FilePath { directory.path.appending("state/git-dvc/repositories") }

    init() throws { directory = try TemporaryDirectory() }

    private func repositories() throws -> InstalledRepositories {
        try InstalledRepositories(
            Environment(["XDG_STATE_HOME": directory.path.appending("state").string]))
    }

    @Test func `a repository is listed once, in the order of installing`() throws {
        for path in ["/b", "/a", "/b"] as [FilePath] { try repositories().add(path) }
        #expect(String(decoding: try readFile(file), as: UTF8.self) == "/b\n/a\n")
    }

    @Test func `the last one takes the file with it`() throws {
        for path in ["/b", "/a"] as [FilePath] { try repositories().add(path) }
        try repositories().remove("/none")
        try repositories().remove("/b")
        #expect(String(decoding: try readFile(file), as: UTF8.self) == "/a\n")
        try repositories().remove("/a")
        #expect(!fileExists(file) && !directoryExists(file.parent))
        try repositories().remove("/a")
    }

    @Test func `other files beside the list stay`() throws {
        try repositories().add("/a")
        try writeFile(file.parent.appending("other"), [])
        try repositories().remove("/a")
        #expect(try directoryEntries(file.parent) == ["other"])
    }

    @Test func `the home directory is used when the variable is not set or relative`() throws {
        for variable in ["", "relative"] {
            let home = directory.path.appending("home-\(variable)")
            try InstalledRepositories(
                Environment(["XDG_STATE_HOME": variable, "HOME": home.string])
            ).add("/a")
            #expect(fileExists(home.appending(".local/state/git-dvc/repositories")))
        }
        #expect(throws: SystemError.self) { try InstalledRepositories(Environment([:])) }
    }
}
