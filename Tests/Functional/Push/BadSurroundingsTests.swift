import Basics
import Digests
import TestSupport
import Testing

/// Remotes, repositories and programs that do not work as they should.
@Suite struct BadSurroundingsTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    // MARK: Remotes

    @Test func `a remote that is a file`() throws {
        try world.commit("1", as: "a")
        try world.sandbox.run("rm", "-r", world.storage.string).checked()
        try world.sandbox.write("in the way", to: "storage")
        let result = try world.push("-q", "origin", "main")
        #expect(result.status == 1)
        let lines = world.ourLines(result)
        #expect(
            lines.first?.hasSuffix("on remote 'storage': '\(world.storage)' is not a directory")
                == true)
        #expect(lines.last == "hint: check the url of remote 'storage' with 'git dvc remote list'")
        #expect(lines.count == 2)
        #expect(try readFile(world.storage) == Array("in the way".utf8))
        #expect(try world.refs() == [])
    }

    @Test(arguments: [(0o000, "look up"), (0o555, "upload"), (0o444, "look up")])
    func `a remote without permission`(mode: Int, operation: String) throws {
        try world.repository.addDirectory("d", ["x": "1", "y": "2"])
        try world.commit()
        try world.sandbox.run("chmod", String(mode, radix: 8), world.storage.string).checked()
        let result = try world.sandbox.runUnprivileged(
            "git", "push", "-q", "origin", "main", in: world.path)
        #expect(result.status == 1)
        let lines = world.ourLines(result)
        // Two transfers at a time may both have met it; the advice is given once.
        #expect(lines.count { $0.hasPrefix("hint: ") } == 1, "\(result)")
        #expect(
            lines.first?.hasPrefix("error: cannot \(operation) files/md5/") == true, "\(result)")
        #expect(lines.first?.contains(" remote 'storage': permission denied: '") == true)
        #expect(lines.last?.hasPrefix("hint: check the permissions and the owner of '") == true)
        #expect(try world.refs() == [])
        #expect(try world.stored() == [])
    }

    /// Pushes with another file system at the remote's place; gives the push and what is stored.
    private func push(on options: String) throws -> (push: ProcessResult, stored: [String]) {
        let result = try world.sandbox.run(
            "git push -q origin main; status=$?; find \"$1\" -type f; exit $status",
            mounting: world.storage, options, in: world.path)
        return (result, result.outputLines)
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a remote that is full in the middle of a push`() throws {
        let big = String(repeating: "x", count: 100 << 10)
        try world.repository.addDirectory(
            "d", .init(uniqueKeysWithValues: (0..<8).map { ("f\($0)", "\($0)\(big)") }))
        try world.commit()
        let (result, stored) = try push(on: "size=320k")
        #expect(result.status == 1)
        let lines = world.ourLines(result)
        #expect(lines.first?.contains("to remote 'storage': no space left on device: '") == true)
        #expect(lines.contains { $0.hasPrefix("hint: free some space on the file system") })
        #expect(try world.refs() == [])
        // Some members came through; nothing is half-written, and no list promises the rest.
        #expect(!stored.contains { $0.hasSuffix(".tmp") || $0.hasSuffix(".dir") }, "\(stored)")
        #expect((1..<8).contains(stored.count))
    }

    @Test(.enabled(if: Sandbox.canMount, "needs root and unshare"))
    func `a remote that is read-only`() throws {
        try world.commit("1", as: "a")
        let (result, stored) = try push(on: "ro")
        #expect(result.status == 1)
        let lines = world.ourLines(result)
        #expect(lines.first?.contains("to remote 'storage': read-only file system: '") == true)
        #expect(lines.last?.hasSuffix("is mounted read-only") == true)
        #expect(lines.count == 2)
        #expect(stored == [])
        #expect(try world.refs() == [])
    }

    // MARK: The record of what is where

    @Test func `a record that cannot be written costs a warning only`() throws {
        let oid = try world.commit("1", as: "a")
        try world.sandbox.run("rm", "-rf", ".git/dvc", in: world.path).checked()
        try world.write("in the way", to: ".git/dvc")
        let result = try world.push("-q", "origin", "main").checked()
        let lines = world.ourLines(result).filter { $0.hasPrefix("warning: ") }
        #expect(lines.count == 1)
        #expect(lines.first?.contains("'\(world.path)/.git/dvc': not a directory") == true)
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.refs().count == 1)
    }

    @Test func `a Git directory that may not be written to costs a warning only`() throws {
        let oid = try world.commit("1", as: "a")
        try world.sandbox.run("rm", "-rf", ".git/dvc", in: world.path).checked()
        try world.sandbox.run("chmod", "555", ".git", in: world.path).checked()
        let result = try world.sandbox.runUnprivileged(
            "git", "push", "-q", "origin", "main", in: world.path)
        #expect(
            result.errorOutput.contains("warning: cannot create directory '\(world.path)/.git/dvc'")
        )
        #expect(try world.stored() == world.keys(oid))
        #expect(try world.refs().count == 1)
    }

    @Test(arguments: ["header", "pages", "tables", "empty", "text"])
    func `a damaged record is made anew, and that is said once`(kind: String) throws {
        let first = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let file = world.path.appending(".git/dvc/status.db")
        let intact = try readFile(file)
        let noise = [UInt8](repeating: 0xA5, count: intact.count)
        let damaged: [UInt8] =
            switch kind {
            case "header": noise
            case "pages": Array(intact.prefix(4096) + noise.dropFirst(4096))
            // The number of cells in the first page: no table is listed any more.
            case "tables": Array(intact.prefix(103) + [0, 0] + intact.dropFirst(105))
            case "empty": []
            default: Array("not a database".utf8)
            }
        try writeFile(file, damaged)
        let second = try world.commit("2", as: "b")
        let result = try world.push("-q", "origin", "main").checked()
        let warnings = world.ourLines(result).filter { $0.hasPrefix("warning: ") }
        // An empty file is a database without tables: nothing is lost that was there.
        let expected = kind == "empty" ? [] : ["warning: '\(file)' was damaged and is built anew"]
        #expect(warnings == expected, "\(result)")
        #expect(try world.stored() == world.keys(first, second))
        let third = try world.commit("3", as: "b")
        #expect(!(try world.push("-q", "origin", "main").checked().errorOutput.contains("warning")))
        #expect(try world.stored() == world.keys(first, second, third))
    }

    // MARK: Programs

    @Test func `git is missing`() throws {
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        let result = try world.sandbox.run(
            program, "push", in: world.path, environment: ["PATH": "/nonexistent"])
        #expect(result.status == 255)
        #expect(
            result.errorOutput == """
                error: the program 'git' was not found on PATH
                hint: install git, or add its directory to PATH

                """)
    }

    @Test func `git is too old`() throws {
        let stub =
            "#!/bin/sh\n[ \"$1\" != version ] || { echo git version 2.20.1; exit; }\nexit 129\n"
        try world.sandbox.write(stub, to: "old/git", mode: 0o755)
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        for command in ["push", "pull", "install"] {
            let result = try world.sandbox.run(
                program, command, in: world.path,
                environment: ["PATH": "\(world.sandbox.path("old")):/usr/bin:/bin"])
            #expect(result.status == 255)
            #expect(
                result.errorOutput
                    == "error: git 2.20.1 is too old: version 2.30.0 or later is needed\nhint: upgrade git\n"
            )
        }
    }

    @Test func `a program planted in the working copy never runs`() throws {
        let canary = "#!/bin/sh\n: >'\(world.sandbox.root)/ran'\n"
        for name in ["git", "git-dvc", "dvc-hooks", "dvc", "sh"] {
            try world.sandbox.write(Array(canary.utf8), to: world.path.appending(name), mode: 0o755)
        }
        try world.commit("1", as: "a")
        let head = try world.git("rev-parse", "HEAD").outputLines[0]
        let refs = "refs/heads/main \(head) refs/heads/main \(String(repeating: "0", count: 40))\n"
        // Git itself looks in '.' when PATH says so, so ours are called without it.
        let path = try #require(world.sandbox.environment["PATH"])
        let bin = try Sandbox.installedPrefix().appending("bin")
        for arguments in [["dvc-hooks", "pre-push", "origin", "x"], ["git-dvc", "push"]] {
            try world.sandbox.start(
                bin.appending(arguments[0]).string, Array(arguments.dropFirst()), in: world.path,
                stdin: Array(refs.utf8), environment: ["PATH": ":.:\(path)"]
            ).wait().checked()
        }
        #expect(!fileExists(world.sandbox.path("ran")))
    }

    @Test func `not in a repository, and not in a DVC repository`() throws {
        let program = try Sandbox.installedPrefix().appending("bin/git-dvc").string
        for command in ["push", "pull", "install", "uninstall"] {
            let result = try world.sandbox.run(program, command, in: world.sandbox.home)
            #expect(result.status == 253, "\(result)")
            #expect(result.errorOutput.hasPrefix("error: not a git repository"), "\(result)")
        }
        let plain = try world.sandbox.makeRepository("plain")
        for command in ["push", "pull"] {
            let result = try world.dvc(command, in: plain)
            #expect(result.status == 253)
            #expect(
                result.errorOutput.hasPrefix("error: '\(plain)' is not inside of a DVC repository"))
            #expect(result.errorOutput.contains("\nhint: run 'git dvc init'"))
        }
    }

    @Test func `standard input that no hook gets is refused with its line`() throws {
        let result = try world.dvc("push", "--stdin", "origin", "x", stdin: "nonsense\n")
        #expect(result.status != 0)
        #expect(
            result.errorOutput.hasPrefix("error: standard input, line 1: expected '<local ref>"))
    }
}
