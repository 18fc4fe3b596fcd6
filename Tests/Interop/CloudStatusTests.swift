import Basics
import Digests
import TestSupport
import Testing

/// `git dvc status -c` beside `dvc status -c`: the same words and exit codes in every state.
@Suite struct CloudStatusTests {
    let sandbox: Sandbox
    let project: FilePath
    let storage: FilePath

    init() throws {
        sandbox = try Sandbox(inMemory: true)
        project = try sandbox.makeRepository("project")
        storage = sandbox.path("storage")
        try sandbox.dvc("init", "--quiet", in: project)
        try sandbox.dvc("remote", "add", "--quiet", "-d", "storage", storage.string, in: project)
    }

    private func write(_ content: String, to name: String) throws {
        try sandbox.write(Array(content.utf8), to: project.appending(name))
    }

    private func makeData() throws {
        for (name, content) in [
            "a": "a", "b b": "b", "d/1": "1", "d/sub/2": "2", "d/\u{e9}": "3", "deep/x/f": "f",
        ] {
            try write(content, to: name)
        }
        try sandbox.dvc("add", "--quiet", "a", "b b", "d", "deep/x/f", in: project)
        try sandbox.commitAll("data", in: project)
    }

    private func key(_ content: String) -> FilePath {
        DVCRepository.key(objectID(of: Array(content.utf8)))
    }

    private func lose(_ key: FilePath, from root: FilePath) throws {
        try sandbox.run("rm", root.appending(key).string).checked()
    }

    private var cache: FilePath { project.appending(".dvc/cache") }

    private func listKey(of metafile: String) throws -> FilePath {
        let text = String(decoding: try readFile(project.appending(metafile)), as: UTF8.self)
        let id = text.split(separator: "\n").first { $0.hasPrefix("- md5: ") }
        let oid = try #require(ObjectID(String(id?.dropFirst("- md5: ".count) ?? "")))
        return DVCRepository.key(oid)
    }

    private func ours(_ arguments: [String], in directory: FilePath) throws -> ProcessResult {
        try sandbox.start("git", ["dvc", "status"] + arguments, in: directory).wait()
    }

    /// Runs both and expects the same lines, which DVC prints in no order, and the same exit code.
    ///
    /// Ours first: DVC brings lists into the cache while it looks.
    @discardableResult
    private func expectSame(
        _ arguments: String..., in directory: String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let place = project.appending(directory)
        let ours = try ours(arguments, in: place)
        // DVC must not believe what it saw before.
        try sandbox.run("rm", "-rf", sandbox.home.appending("dvc-site").string).checked()
        let theirs = try sandbox.start(Sandbox.realDVC(), ["status"] + arguments, in: place).wait()
        func sorted(_ result: ProcessResult) -> [String] {
            result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
                .sorted()
        }
        #expect(
            sorted(ours) == sorted(theirs), "\(ours)\n\(theirs)", sourceLocation: sourceLocation)
        #expect(ours.status == theirs.status, "\(ours)\n\(theirs)", sourceLocation: sourceLocation)
        return ours.output
    }

    @Test func `a project without data`() throws {
        let said = try expectSame("-c")
        #expect(said.hasPrefix("There are no data or pipelines tracked in this project yet.\n"))
        try expectSame("-c", "-q")
    }

    @Test func `each state of files and members, one after the other`() throws {
        try makeData()
        let new = try expectSame("-c")
        #expect(new.hasPrefix("\tnew:                a\n\tnew:                b b\n"))
        try expectSame("-c", "-q")
        try expectSame("-c", in: "deep/x")
        // Without -c there is no tab.
        #expect(try expectSame("-r", "storage").hasPrefix("new:                a\n"))
        try expectSame("-cr", "storage")
        try sandbox.dvc("push", "--quiet", in: project)
        #expect(try expectSame("-c") == "Cache and remote 'storage' are in sync.\n")
        try expectSame("-c", "-q")

        try lose(key("a"), from: cache)
        #expect(try expectSame("-c") == "\tdeleted:            a\n")
        try lose(key("a"), from: storage)
        #expect(try expectSame("-c") == "\tmissing:            a\n")

        // A member that only the list on the remote vouches for counts as being there.
        try lose(key("1"), from: storage)
        #expect(try expectSame("-c") == "\tmissing:            a\n")
        try lose(key("2"), from: cache)
        try expectSame("-c")
        try lose(try listKey(of: "d.dvc"), from: cache)
        try expectSame("-c")
        try lose(try listKey(of: "d.dvc"), from: storage)
        let partial = try expectSame("-c")
        #expect(
            partial == """
                \tdeleted:            d/sub/2
                \tnew:                d
                \tnew:                d/1
                \tmissing:            a

                """)
        try expectSame("-c", in: "deep")
    }

    @Test func `targets`() throws {
        try makeData()
        try sandbox.dvc("push", "--quiet", "a", in: project)
        for target in ["a", "b b.dvc", "d", "d/1", "d/sub", "deep/x/f"] {
            try expectSame("-c", target)
        }
        try expectSame("-c", "a", "d/1")
        try expectSame("-c", "-R", "deep")
        try expectSame("-c", "../a", in: "deep")
        let unknown = try ours(["-c", "nosuch"], in: project)
        #expect(unknown.status == 1)
        #expect(unknown.errorOutput.contains("error: 'nosuch' is neither"))
        let theirs = try sandbox.start(
            Sandbox.realDVC(), ["status", "-c", "nosuch"], in: project
        ).wait()
        #expect(theirs.status == 1)
    }

    @Test func `several revisions`() throws {
        try makeData()
        try sandbox.git("tag", "v1", in: project)
        try sandbox.dvc("push", "--quiet", in: project)
        try write("a, changed", to: "a")
        try write("1, changed", to: "d/1")
        try sandbox.dvc("add", "--quiet", "a", "d", in: project)
        try sandbox.commitAll("change", in: project)
        try sandbox.git("mv", "b b.dvc", "moved.dvc", in: project)
        try write(
            String(decoding: try readFile(project.appending("moved.dvc")), as: UTF8.self)
                .replacing("path: b b", with: "path: moved"), to: "moved.dvc")
        try lose(key("a"), from: cache)
        try lose(key("b"), from: storage)
        for option in ["-a", "-T", "-A"] {
            try expectSame("-c", option)
            try expectSame("-c", option, in: "deep")
        }
        try expectSame("-c", "-A", "a")
    }

    @Test func `JSON`() throws {
        try makeData()
        try sandbox.dvc("push", "--quiet", "d", in: project)
        try lose(key("2"), from: cache)
        let ours = try ours(["-c", "--json"], in: project)
        let theirs = try sandbox.dvc("status", "-c", "--json", in: project)
        func same(_ text: String) throws -> String {
            // Python writes an escape and blanks, and in no order.
            let json = text.replacing("\\u00e9", with: "\u{e9}").replacing("\": \"", with: "\":\"")
            return String(
                json.split(separator: "\n").joined().dropFirst().dropLast()
                    .split(separator: ",").map { $0.drop { $0 == " " } }.sorted()
                    .joined(separator: ","))
        }
        #expect(try same(ours.output) == same(theirs.output))
        #expect(ours.output.contains(#""d/sub/2":"deleted""#))
        #expect(ours.status == 0)
        #expect(try self.ours(["-c", "--json", "-q"], in: project).output == "")
        try expectSame("-c", "--json", "-q")
    }

    @Test func `a directory that nobody has is missing, where DVC forgets it`() throws {
        try makeData()
        try lose(try listKey(of: "d.dvc"), from: cache)
        let theirs = try sandbox.dvc("status", "-c", in: project)
        #expect(!theirs.output.contains("d\n"), "\(theirs)")
        let ours = try ours(["-c"], in: project)
        #expect(ours.outputLines.contains("\tmissing:            d"), "\(ours)")
    }

    @Test func `an out with a remote of its own is compared with that, where DVC passes it over`()
        throws
    {
        try makeData()
        let other = sandbox.path("other")
        try sandbox.dvc("remote", "add", "--quiet", "other", other.string, in: project)
        let metafile = String(
            decoding: try readFile(project.appending("a.dvc")), as: UTF8.self)
        try write(metafile + "  remote: other\n", to: "a.dvc")
        try sandbox.dvc("push", "--quiet", in: project)
        try sandbox.run("rm", "-rf", other.string).checked()
        let theirs = try sandbox.dvc("status", "-c", in: project)
        #expect(theirs.output == "Cache and remote 'storage' are in sync.\n")
        #expect(try ours(["-c"], in: project).output == "\tnew:                a\n")
        let named = try ours(["-c", "-r", "storage"], in: project)
        #expect(named.output == "Cache and remote 'storage' are in sync.\n")
    }

    @Test func `a comparison leaves the cache as it is, where DVC brings lists into it`() throws {
        try makeData()
        try sandbox.dvc("push", "--quiet", in: project)
        let list = try listKey(of: "d.dvc")
        try lose(list, from: cache)
        let said = try ours(["-c"], in: project)
        #expect(said.output == "Cache and remote 'storage' are in sync.\n")
        #expect(!fileExists(cache.appending(list)))
        try sandbox.dvc("status", "-c", in: project)
        #expect(fileExists(cache.appending(list)))
    }

    @Test func `every member is asked for when told to`() throws {
        try makeData()
        try sandbox.dvc("push", "--quiet", in: project)
        try lose(key("1"), from: storage)
        #expect(try expectSame("-c") == "Cache and remote 'storage' are in sync.\n")
        let checked = try ours(["-c", "--check-members"], in: project)
        #expect(checked.output == "\tnew:                d/1\n")
    }
}
