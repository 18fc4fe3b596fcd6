import Basics
import TestSupport
import Testing

/// The shells in which people's hooks run, as far as they are here; the system's own always is.
private let shells: [[String]] = [["sh"], ["dash"], ["bash", "--posix"], ["busybox", "sh"]]
    .filter { shell in
        shell == ["sh"]
            || ["/bin", "/usr/bin"].contains { fileExists(FilePath($0).appending(shell[0])) }
    }

private let zeros = String(repeating: "0", count: 40)

/// The hook script alone, with stub programs in place of ours.
@Suite struct PrePushHookTests {
    let world: HookWorld

    init() throws { world = try HookWorld() }

    @Test func `it starts with an interpreter line, has the marker, and no carriage return`() throws
    {
        let script = try readFile(HookWorld.script)
        let lines = String(decoding: script, as: UTF8.self).split(separator: "\n")
        #expect(lines.first == "#!/bin/sh")
        #expect(lines.contains("# git-dvc hook, version 1"))
        #expect(lines.count { $0.hasPrefix("program=") } == 1)
        #expect(!script.contains(UInt8(ascii: "\r")))
        #expect(script.last == UInt8(ascii: "\n"))
    }

    @Test(arguments: shells)
    func `the program replaces the shell and gets arguments and refs`(shell: [String]) throws {
        try world.installHook(program: world.stub(exit: 7))
        let refs = "refs/heads/main \(world.plain) refs/heads/main \(zeros)\n"
        let result = try world.push(shell: shell, refs: refs)
        #expect(result.status == 7, "\(result)")
        #expect(try world.seen("program.arguments") == "pre-push\norigin name\nhttps://x/?a b\n")
        #expect(try world.seen("program.stdin") == refs)
        // No shell is left between git and the program: it has the process id of the hook.
        #expect(try world.seen("program.pid") == "\(world.lastProcessID)\n")
    }

    @Test(arguments: shells)
    func `without the recorded program the one on PATH is used`(shell: [String]) throws {
        try world.installHook(program: "/nowhere/dvc-hooks")
        _ = try world.stub(exit: 0)
        let result = try world.push(shell: shell, refs: "", path: world.stubFolder.string)
        #expect(result.succeeded, "\(result)")
        #expect(try world.seen("program.stdin") == "")
    }

    @Test(arguments: shells)
    func `a program planted in the working copy never runs`(shell: [String]) throws {
        try world.installHook(program: "")
        try world.plant()
        let refs = "refs/heads/main \(world.plain) refs/heads/main \(zeros)\n"
        for path in ["", ":", ".", "sub", "::sub:."] {
            let result = try world.push(shell: shell, refs: refs, path: path)
            #expect(result.succeeded, "\(result)")
            #expect(!fileExists(world.repository.appending("planted-ran")), "PATH '\(path)'")
        }
    }

    @Test(arguments: shells)
    func `a missing program stops a push only when a tip has DVC data`(shell: [String]) throws {
        try world.installHook(program: "/nowhere/dvc-hooks")
        let cases: [(refs: String, stops: Bool)] = [
            ("", false),
            ("refs/heads/main \(world.plain) refs/heads/main \(zeros)\n", false),
            ("refs/heads/main \(world.tracked) refs/heads/main \(zeros)\n", true),
            ("refs/heads/sub \(world.below) refs/heads/sub \(zeros)\n", true),
            ("HEAD \(world.pipeline) refs/heads/p \(world.plain)\n", true),
            ("refs/heads/near \(world.lookalike) refs/heads/near \(zeros)\n", false),
            ("refs/tags/v1 \(world.tag) refs/tags/v1 \(zeros)\n", true),
            // The last of several, without a line break at the end.
            (
                "refs/heads/a \(world.plain) refs/heads/a \(zeros)\n"
                    + "refs/heads/b \(world.tracked) refs/heads/b \(zeros)", true
            ),
            // Deletions, even of what had data.
            ("(delete) \(zeros) refs/heads/gone \(world.tracked)\n", false),
            ("(delete) \(zeros) refs/heads/gone \(zeros)\n", false),
            // Sources that are expressions, and names that a shell might take for its own.
            (":/fix the $(touch ran) build \(world.tracked) refs/heads/x \(zeros)\n", true),
            ("refs/heads/a*b\\n`id`'\" \(world.tracked) refs/heads/-x \(zeros)\n", true),
            ("refs/heads/\u{fc}ml \(world.plain) refs/heads/$HOME \(zeros)\n", false),
            // Not an object of this repository, and not an oid at all.
            ("refs/heads/m \(String(repeating: "1", count: 40)) refs/heads/m \(zeros)\n", false),
            ("x --help refs/heads/m \(zeros)\n", false),
        ]
        for (refs, stops) in cases {
            let result = try world.push(shell: shell, refs: refs)
            #expect(result.status == (stops ? 1 : 0), "\(refs)\(result)")
            #expect(result.output == "")
            let text = result.errorOutput
            #expect(text.isEmpty != stops)
            if stops {
                #expect(text.hasPrefix("error: cannot upload the DVC data of this push: "))
                #expect(text.contains("\nhint: install git-dvc again"))
                let hook = world.repository.appending(".git/hooks/pre-push")
                #expect(text.contains("\nhint: or remove this hook: rm '\(hook)'\n"))
            }
        }
        #expect(!fileExists(world.repository.appending("ran")))
    }

    @Test(arguments: [
        ["DVC_SKIP": "1"], ["DVC_SKIP_PUSH": "1"],
        [
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "dvc.pushData",
            "GIT_CONFIG_VALUE_0": "never",
        ],
    ])
    func `whoever wants no data pushed is not stopped by a missing program`(
        environment: [String: String]
    ) throws {
        try world.installHook(program: "/nowhere/dvc-hooks")
        let refs = "refs/heads/main \(world.tracked) refs/heads/main \(zeros)\n"
        #expect(try world.push(refs: refs).status == 1)
        #expect(try world.push(refs: refs, environment: environment).status == 0)
    }

    @Test(arguments: shells)
    func `a chained hook comes first with the same arguments and refs`(shell: [String]) throws {
        try world.installHook(program: world.stub(exit: 0))
        try world.chain(exit: 0)
        for refs in [
            "", "refs/heads/main \(world.plain) refs/heads/main \(zeros)\n",
            "a\\b $HOME \(world.plain) `x` \(zeros)\n:/a  b \(world.plain) refs/heads/b \(zeros)\n",
            // More than a pipe holds.
            String(
                repeating: "refs/heads/main \(world.plain) refs/heads/main \(zeros)\n", count: 3000),
        ] {
            let result = try world.push(shell: shell, refs: refs)
            #expect(result.succeeded, "\(result)")
            #expect(try world.seen("chained.stdin") == refs)
            #expect(try world.seen("program.stdin") == refs)
            #expect(try world.seen("chained.arguments") == "origin name\nhttps://x/?a b\n")
            #expect(try world.seen("program.pid") == "\(world.lastProcessID)\n")
        }
    }

    @Test(arguments: shells)
    func `a chained hook that does not read its refs harms nobody`(shell: [String]) throws {
        try world.installHook(program: world.stub(exit: 0))
        try world.chain(exit: 0, reads: false)
        let refs = String(
            repeating: "refs/heads/main \(world.plain) refs/heads/main \(zeros)\n", count: 3000)
        let result = try world.push(shell: shell, refs: refs)
        #expect(result.succeeded, "\(result)")
        #expect(try world.seen("program.stdin") == refs)
    }

    @Test(arguments: shells)
    func `a chained hook can refuse the push`(shell: [String]) throws {
        try world.installHook(program: world.stub(exit: 0))
        try world.chain(exit: 3)
        for refs in ["", "refs/heads/main \(world.plain) refs/heads/main \(zeros)\n"] {
            #expect(try world.push(shell: shell, refs: refs).status == 3)
            #expect(!fileExists(world.stubFolder.appending("program.stdin")))
        }
    }

    @Test func `a chained hook that is not executable is left alone`() throws {
        try world.installHook(program: world.stub(exit: 0))
        try world.chain(exit: 3, mode: 0o644)
        #expect(try world.push(refs: "").succeeded)
    }

    @Test func `without the program the chained hook still runs, and the advice keeps it`() throws {
        try world.installHook(program: "/nowhere/dvc-hooks")
        try world.chain(exit: 0)
        let refs = "refs/heads/main \(world.tracked) refs/heads/main \(zeros)\n"
        let result = try world.push(refs: refs)
        #expect(result.status == 1)
        let hook = world.repository.appending(".git/hooks/pre-push")
        #expect(result.errorOutput.contains("mv '\(hook).git-dvc-chained' '\(hook)'\n"))
        #expect(try world.seen("chained.stdin") == refs)
    }

    @Test func `a real push without the program is refused, and passes for plain code`() throws {
        try world.installHook(program: "/nowhere/dvc-hooks")
        let sandbox = world.sandbox
        let bare = try sandbox.makeBareRepository("bare.git")
        let refused = try sandbox.run(
            "git", "push", bare.string, "\(world.tracked):refs/heads/data", in: world.repository,
            environment: ["PATH": "/usr/bin:/bin"])  // not where the programs under test are
        #expect(refused.status == 1, "\(refused)")
        #expect(refused.errorOutput.contains("error: cannot upload the DVC data of this push"))
        #expect(try sandbox.git("for-each-ref", in: bare).output == "")
        try sandbox.run(
            "git", "push", bare.string, "\(world.plain):refs/heads/code", in: world.repository,
            environment: ["PATH": "/usr/bin:/bin"]
        ).checked()
        #expect(try sandbox.git("for-each-ref", in: bare).outputLines.count == 1)
    }
}
