import Basics
import Digests
import TestSupport
import Testing

/// `git dvc verify`: whether the remote has all that commits need.
@Suite struct VerifyTests {
    let world: PushWorld
    let file: ObjectID
    let list: ObjectID
    let member = objectID(of: Array("two\n".utf8))

    init() throws {
        world = try PushWorld()
        file = try world.repository.add("one\n", as: "one.txt")
        list = try world.repository.addDirectory("d", ["two": "two\n", "sub/three": "three\n"])
        try world.commit("first")
        try world.push("-q", "origin", "main").checked()
    }

    private func verify(_ arguments: String...) throws -> ProcessResult {
        try world.git(["dvc", "verify"] + arguments)
    }

    private func head(_ revision: String = "HEAD") throws -> String {
        try world.git("rev-parse", "--short=10", revision).outputLines[0]
    }

    private func remotePath(_ oid: ObjectID) -> FilePath {
        world.storage.appending(DVCRepository.key(oid))
    }

    private func line(_ state: String, _ path: String, _ commit: String, _ oid: ObjectID) -> String
    {
        "\(state)\t\(path)\t\(commit)\tstorage\t\(DVCRepository.key(oid))"
    }

    // MARK: What is found

    @Test func `what is there is asked for, each object, and said to be there`() throws {
        let result = try verify()
        #expect(result.status == 0)
        #expect(
            result.output
                == "Everything that 1 commit needs is there: 4 objects on remote 'storage'.\n")
        #expect(result.errorOutput == "")
        // One for the file, one for the list, and the members share no folder.
        #expect(try world.requests("find").count == 4)
    }

    @Test func `a lost file is named by path, commit and object`() throws {
        try removeFile(remotePath(file))
        let result = try verify()
        #expect(result.status == 1)
        #expect(result.outputLines == [line("missing", "one.txt", try head(), file)])
        #expect(
            result.errorOutput == """
                error: 1 of 4 objects is not on the remote
                hint: run 'git dvc push --check-members' where the data is, for older commits \
                with '-A'

                """)
    }

    @Test func `a lost member is found behind its list, which proves nothing`() throws {
        try removeFile(remotePath(member))
        let result = try verify()
        #expect(result.status == 1)
        #expect(result.outputLines == [line("missing", "d/two", try head(), member)])
        // As the hint says.
        #expect(try world.dvc("push", "--check-members").output == "1 file pushed\n")
        #expect(try verify().status == 0)
    }

    @Test func `an object of another size is damaged`() throws {
        try removeFile(remotePath(file))
        try world.sandbox.write(Array("on".utf8), to: remotePath(file), mode: 0o444)
        let result = try verify("--json")
        #expect(result.status == 1)
        #expect(result.output.contains(#""state":"damaged""#), "\(result)")
        #expect(result.output.contains(#""reason":"it has 2 bytes instead of 4""#), "\(result)")
        #expect(try verify().outputLines == [line("damaged", "one.txt", try head(), file)])
    }

    @Test func `an object that is not read-only is looked at closely`() throws {
        try removeFile(remotePath(member))
        try world.sandbox.write(Array("tw0\n".utf8), to: remotePath(member), mode: 0o644)
        #expect(try verify().outputLines == [line("missing", "d/two", try head(), member)])
    }

    @Test func `a damaged list is seen with and without a cache`() throws {
        try removeFile(remotePath(list))
        try world.sandbox.write(Array("[]".utf8), to: remotePath(list), mode: 0o444)
        let expected = [line("damaged", "d", try head(), list)]
        #expect(try verify().outputLines == expected)
        try world.loseFromCache(list)
        let result = try verify()
        #expect(result.outputLines == expected)
        #expect(result.errorOutput.contains("'d' (commit \(try head())) has no list anywhere"))
    }

    @Test func `a list that nobody has is missing, and its members are not said to be there`()
        throws
    {
        try removeFile(remotePath(list))
        #expect(try verify().outputLines == [line("missing", "d", try head(), list)])
        try world.loseFromCache(list)
        let result = try verify()
        #expect(result.status == 1)
        #expect(result.outputLines == [line("missing", "d", try head(), list)])
    }

    @Test func `an object that many need is one line, and lines are sorted by path`() throws {
        for name in ["z.txt", "b.txt"] { try world.repository.add("same\n", as: name) }
        let later = try world.repository.add("late\n", as: "a.txt")
        try world.commit("second")
        let result = try verify("main~1", "main")
        let same = objectID(of: Array("same\n".utf8))
        #expect(
            result.outputLines == [
                line("missing", "a.txt", try head(), later),
                line("missing", "b.txt", try head(), same),
            ])
    }

    // MARK: Which commits

    @Test func `only the commits that are asked for count`() throws {
        try world.commit("two\n2", as: "two.txt")
        try world.commit("three\n3", as: "three.txt")
        #expect(try verify().outputLines.count == 2)
        #expect(try verify("HEAD~2").status == 0)
        #expect(try verify("HEAD~1").outputLines.count == 1)
        // The commits of a range need what they inherited as well.
        try removeFile(remotePath(file))
        let result = try verify("HEAD~1..HEAD")
        #expect(
            result.outputLines.map { $0.split(separator: "\t")[1] } == [
                "one.txt", "three.txt", "two.txt",
            ], "\(result)")
    }

    @Test func `all means every branch, tag, remote and experiment, and no stash`() throws {
        func hide(_ content: String, behind ref: String) throws {
            try world.git("checkout", "-q", "--detach", "main")
            try world.commit(content, as: "\(content).txt")
            try world.git("update-ref", ref, "HEAD")
            try world.git("checkout", "-q", "main")
        }
        let baseline = try world.git("rev-parse", "main").outputLines[0]
        let exps = "refs/exps/\(baseline.prefix(2))/\(baseline.dropFirst(2))"
        let wanted = [
            "refs/heads/side": "branch", "refs/tags/v1": "tag", "refs/remotes/origin/x": "remote",
            "\(exps)/good-name": "experiment", "refs/dvc/origin/exps/x": "tracked",
        ]
        for (ref, content) in wanted { try hide(content, behind: ref) }
        for ref in ["refs/exps/exec/EXEC_HEAD", "refs/exps/stash", "refs/stash"] {
            try hide(String(ref.filter { $0 != "/" }), behind: ref)
        }
        #expect(try verify().status == 0)
        let result = try verify("--all")
        let paths = result.outputLines.map { String($0.split(separator: "\t")[1]) }
        #expect(paths == wanted.values.map { "\($0).txt" }.sorted(), "\(result)")
    }

    @Test func `older versions count in a history`() throws {
        let old = file
        try world.repository.add("one, changed\n", as: "one.txt")
        try world.commit("second")
        try world.push("-q", "origin", "main").checked()
        try removeFile(remotePath(old))
        #expect(try verify().status == 0)
        let result = try verify("--all")
        #expect(
            result.outputLines == [line("missing", "one.txt", try head("HEAD~1"), old)])
    }

    // MARK: Clones

    @Test func `a bare clone without a cache can be verified`() throws {
        let clone = world.sandbox.path("clone.git")
        try world.git("clone", "-q", "--bare", world.path.string, clone.string)
        #expect(try world.dvc("verify", "--all", in: clone).status == 0)
        try removeFile(remotePath(member))
        let result = try world.dvc("verify", in: clone)
        #expect(result.status == 1)
        #expect(result.outputLines == [line("missing", "d/two", try head(), member)])
    }

    @Test func `a shallow clone says that its history is cut`() throws {
        try world.commit("later\n", as: "later.txt")
        try world.push("-q", "origin", "main").checked()
        let clone = world.sandbox.path("clone")
        try world.git("clone", "-q", "--depth=1", "file://\(world.path)", clone.string)
        let one = try world.dvc("verify", in: clone)
        #expect(one.status == 0)
        #expect(one.errorOutput == "")
        let all = try world.dvc("verify", "--all", in: clone)
        #expect(all.status == 1)
        #expect(all.output == "")
        #expect(
            all.errorOutput.hasPrefix(
                "error: this clone is shallow: commits before the cut were not looked at\n"))
        // A range that does not reach the cut is whole.
        try world.sandbox.write(Array("new\n".utf8), to: clone.appending("new"))
        try world.sandbox.commitAll("new", in: clone)
        let range = try world.dvc("verify", "origin/main..HEAD", in: clone)
        #expect(range.status == 0, "\(range)")
    }

    // MARK: What cannot be known

    @Test func `a folder that may not be read is no proof of anything`() throws {
        let folder = remotePath(member).parent
        try world.sandbox.run("chmod", "0", folder.string).checked()
        let result = try world.sandbox.runUnprivileged("git", "dvc", "verify", in: world.path)
        #expect(result.status == 1)
        #expect(result.output == "")
        #expect(
            result.errorOutput.contains("on remote 'storage': permission denied")
                || result.errorOutput.contains("Permission denied")
                || result.errorOutput.contains("permission denied"), "\(result)")
        try world.sandbox.run("chmod", "755", folder.string).checked()
    }

    @Test func `a remote that is not there at all has nothing`() throws {
        try world.sandbox.run("rm", "-rf", world.storage.string).checked()
        let result = try verify()
        #expect(result.status == 1)
        #expect(result.outputLines.count == 4)
    }

    @Test func `a commit without a remote is an error`() throws {
        try world.write("", to: ".dvc/config")
        try world.commit("no remote")
        let result = try verify()
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("error: no remote is configured for"), "\(result)")
        #expect(result.output == "")
    }

    @Test func `a metafile that cannot be read is an error, whatever else is there`() throws {
        try world.write("outs: [", to: "broken.dvc")
        try world.commit("broken")
        let result = try verify()
        #expect(result.status == 1)
        #expect(result.errorOutput.contains("broken.dvc"), "\(result)")
        #expect(result.output == "")
        #expect(try verify("--quiet").errorOutput.contains("broken.dvc"))
    }

    @Test func `a configuration that cannot be read has DVC's exit code`() throws {
        try world.write("[core\n", to: ".dvc/config")
        try world.commit("broken")
        #expect(try verify().status == 251)
    }

    @Test func `exit codes are those of DVC`() throws {
        #expect(try verify("no-such-revision").status == 1)
        #expect(try verify("-r", "nosuch").status == 1)
        #expect(try verify("--nosuch").status == 254)
        #expect(try verify("--all", "HEAD").status == 254)
        #expect(try world.dvc("verify", in: world.sandbox.root).status == 253)
        #expect(try verify("--output=/tmp/x").status == 254)
        #expect(try verify("--", "--output=\(world.sandbox.root)/injected").status == 1)
        #expect(!fileExists(world.sandbox.path("injected")))
    }

    @Test func `quiet says nothing but the exit code`() throws {
        #expect(try verify("-q").output == "")
        try removeFile(remotePath(file))
        let result = try verify("-q")
        #expect(result.status == 1)
        #expect(result.output + result.errorOutput == "")
    }

    @Test func `commits without data need nothing`() throws {
        try world.git("rm", "-rq", "one.txt.dvc", "d.dvc")
        try world.commit("no data")
        let result = try verify()
        #expect(result.status == 0)
        #expect(result.output == "No data is tracked in 1 commit.\n")
    }

    @Test func `JSON has the whole answer`() throws {
        try removeFile(remotePath(member))
        let commit = try world.git("rev-parse", "HEAD").outputLines[0]
        let result = try verify("--json")
        #expect(
            result.output == """
                {"commits":1,"errors":[],"gaps":[{"commit":"\(commit)","md5":"\(member)",\
                "object":"\(DVCRepository.key(member))","path":"d/two","remote":"storage",\
                "state":"missing"}],"objects":4,"warnings":[],"whole":false}

                """)
        #expect(result.status == 1)
    }

    // MARK: What is remembered

    @Test func `a push after a verification uploads what it found missing`() throws {
        try removeFile(remotePath(file))
        #expect(try verify().status == 1)
        #expect(try world.dvc("push").output == "1 file pushed\n")
    }

    @Test func `a push after a verification asks for nothing that it saw`() throws {
        try removeFile(world.path.appending(".git/dvc/status.db"))
        #expect(try verify().status == 0)
        try world.git(["dvc", "push"], environment: [:]).checked()
        // Only whether what is recorded still holds.
        #expect(try Set(world.requests("find")) == Set(world.keys(file, list).map { "find \($0)" }))
        try world.repository.addDirectory("d", ["two": "two\n", "four": "four\n"])
        try world.git(["dvc", "push"]).checked()
        let asked = try world.requests("find")
        #expect(!asked.contains("find \(DVCRepository.key(member))"), "\(asked)")
    }
}
