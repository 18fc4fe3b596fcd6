import Basics
import TestSupport
import Testing

/// The pre-commit hook: it tells of data that the commit does not record.
@Suite struct CommitCheckTests {
    let world: PushWorld

    init() throws {
        world = try PushWorld()
        try world.repository.add("one", as: "file")
        try world.repository.addDirectory("data", ["x": "1", "sub/y": "2"])
        try world.commit()
    }

    private func commit(
        _ arguments: String..., environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        try world.write("\(UInt64.random(in: 0...UInt64.max))", to: "code.c")
        try world.git("add", "code.c")
        return try world.git(arguments + ["commit", "-q", "-m", "code"], environment: environment)
    }

    @Test func `recorded data, and data that is not there, is nothing to talk about`() throws {
        #expect(try commit().checked().errorOutput == "")
        try removeFile(world.path.appending("file"))
        #expect(try commit().checked().errorOutput == "")
    }

    @Test func `changed data is named, and the commit goes on`() throws {
        try world.write("changed", to: "file")
        try world.write("new", to: "data/sub/new")
        let result = try commit().checked()
        #expect(
            result.errorOutput == """
                warning: 'data' has changes that its metafile does not record
                warning: 'file' has changes that its metafile does not record
                hint: record them with 'git dvc add', then commit the '.dvc' file

                """)
        try world.dvc("add", "file", "data").checked()
        #expect(try commit().checked().errorOutput == "")
    }

    @Test func `dvc.commitCheck makes it refuse, or be silent`() throws {
        try world.write("changed", to: "file")
        let refused = try commit("-c", "dvc.commitCheck=refuse")
        #expect(refused.status == 1)
        #expect(refused.errorOutput.hasPrefix("error: 'file' has changes"))
        #expect(refused.errorOutput.contains("git commit --no-verify"))
        #expect(try commit("-c", "dvc.commitCheck=none").checked().errorOutput == "")
        #expect(try commit(environment: ["DVC_SKIP": "1"]).checked().errorOutput == "")
    }

    @Test func `a repository without DVC has nothing to compare`() throws {
        let other = try world.sandbox.makeRepository("other")
        try world.dvc("install", "-q", in: other).checked()
        try world.sandbox.write("x", to: "other/code.c")
        try world.sandbox.git("add", ".", in: other)
        _ = try world.git(["commit", "-q", "-m", "code"], in: other).checked()
        #expect(try !world.traceLines().contains { $0.contains("git-dvc git-hook") })
    }

    @Test func `the hook of somebody else goes first and may refuse`() throws {
        try world.dvc("uninstall", "-q").checked()
        let hook = world.path.appending(".git/hooks/pre-commit")
        try world.sandbox.write(
            Array("#!/bin/sh\necho mine >&2\nexit 7\n".utf8), to: hook, mode: 0o755)
        try world.dvc("install", "-q", "--chain").checked()
        try world.write("changed", to: "file")
        let refused = try commit()
        #expect(refused.status == 1 && refused.errorOutput == "mine\n")
    }
}
