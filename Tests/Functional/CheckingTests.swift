import Basics
import Digests
import TestSupport
import Testing

/// How commands that only look behave when that takes long.
@Suite struct CheckingTests {
    let world: PushWorld
    init() throws { world = try PushWorld() }

    @Test(arguments: [["verify"], ["status", "-c", "--check-members"]])
    func `who looks at many objects says how far it is`(words: [String]) throws {
        try world.repository.add("one", as: "a")
        try world.repository.addDirectory("d", ["x": "1", "y": "2", "z": "1"])
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        let file = world.sandbox.path("progress")
        let result = try world.sandbox.start(
            "git", ["dvc"] + words, in: world.path,
            environment: ["DVC_PROGRESS_FILE": file.string]
        ).wait().checked()
        #expect(result.errorOutput == "")
        let lines = String(decoding: try readFile(file), as: UTF8.self).split(separator: "\n")
        let last = try #require(lines.last?.split(separator: " "))
        #expect(last[0] == "verify")
        let counts = last[1].split(separator: "/")
        #expect(counts[0] == counts[1], "\(lines)")
    }

    @Test func `a hook that does not end keeps the doctor from nothing`() throws {
        let hook = world.path.appending(".git/hooks/pre-push")
        // What it starts must end with it, or would hold the test's own pipes.
        try world.sandbox.write(
            Array("#!/bin/sh\nsleep 1000 & echo $! >../slept; wait\n".utf8), to: hook, mode: 0o755)
        let result = try world.dvc("doctor")
        #expect(result.status == 1)
        #expect(
            result.outputLines.contains("error: hook: it did not end within 5 seconds"),
            "\(result)")
        #expect(result.output.contains("ok: root"), "\(result)")
        let child = String(decoding: try readFile(world.sandbox.path("slept")), as: UTF8.self)
        let state = try? readFile(FilePath("/proc/\(child.split(separator: "\n")[0])/status"))
        // Ended; at most still to be reaped by whoever inherited it.
        let text = String(decoding: state ?? [], as: UTF8.self)
        #expect(text.isEmpty || text.contains("State:\tZ"), "\(text)")
    }
}
