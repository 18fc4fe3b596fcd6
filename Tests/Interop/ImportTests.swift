import Basics
import TestSupport
import Testing

/// Imports made by real DVC: item 17 of dvc-compat 11.
@Suite struct ImportTests {
    /// A Git and DVC repository to import from, and a plain file.
    private func makeSource(in sandbox: Sandbox) throws -> FilePath {
        let source = try DVCRepository(in: sandbox, "source", storage: "source-storage")
        try source.add("imported", as: "data.txt")
        // DVC 3.67 fetches only one of two imports of the same file.
        try source.add("not yet imported", as: "partial.txt")
        try source.addDirectory("tree", ["a": "1", "b/c": "2"])
        try sandbox.commitAll("source", in: source.path)
        try sandbox.dvc("push", "--quiet", in: source.path)
        try sandbox.write(Array("a file elsewhere".utf8), to: sandbox.path("elsewhere/file"))
        return source.path
    }

    @Test func `only what is imported from no repository is pushed, and DVC pulls all`() throws {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        let source = try makeSource(in: sandbox)
        let elsewhere = sandbox.path("elsewhere/file").string
        for arguments in [
            ["import", source.string, "data.txt"],
            ["import", source.string, "tree"],
            ["import", "--no-download", source.string, "partial.txt"],
            ["import-url", elsewhere, "url"],
            ["import-url", "--no-download", elsewhere, "partial-url"],
        ] {
            try sandbox.start(Sandbox.realDVC(), arguments, in: comparison.path).wait().checked()
        }
        try sandbox.commitAll("imports", in: comparison.path)

        let theirs = try comparison.push(by: .dvc)
        #expect(theirs.objects.files.count == 1)
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            let ours = try comparison.push(by: pusher)
            #expect(ours.result.succeeded, "\(ours.result)")
            #expect(ours.objects.contents == theirs.objects.contents)
        }

        let clone = sandbox.path("clone")
        try sandbox.git(
            "clone", "--quiet", comparison.bare.string, clone.string, in: sandbox.root)
        let ours = try sandbox.run("git", "dvc", "pull", in: clone)
        #expect(ours.status == 0, "\(ours)")
        // What was never downloaded comes from its source, and its metafile stays as it is.
        #expect(try readFile(clone.appending("partial.txt")) == Array("not yet imported".utf8))
        #expect(try readFile(clone.appending("partial-url")) == Array("a file elsewhere".utf8))
        #expect(try sandbox.git("status", "--porcelain", in: clone).output == "")
        #expect(try readFile(clone.appending("data.txt")) == Array("imported".utf8))
        #expect(try readFile(clone.appending("tree/b/c")) == Array("2".utf8))
        #expect(try readFile(clone.appending("url")) == Array("a file elsewhere".utf8))
        try sandbox.dvc("pull", "--quiet", in: clone)
        #expect(try readFile(clone.appending("data.txt")) == Array("imported".utf8))
        #expect(try readFile(clone.appending("tree/b/c")) == Array("2".utf8))
        #expect(try readFile(clone.appending("partial-url")) == Array("a file elsewhere".utf8))
    }

    @Test func `what was imported comes from the other repository, tracked there or not`() throws {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        let source = try makeSource(in: sandbox)
        try sandbox.write(Array("by Git".utf8), to: source.appending("plain/git.txt"))
        try sandbox.commitAll("plain", in: source)
        let bare = sandbox.path("source.git").string
        try sandbox.git("clone", "--quiet", "--bare", source.string, bare, in: sandbox.root)
        let address = "file://" + bare
        for path in ["data.txt", "tree", "tree/b", "tree/a", "plain/git.txt", "plain"] {
            let out = path.replacing("/", with: "-")
            try sandbox.start(
                Sandbox.realDVC(), ["import", "-o", out, address, path], in: comparison.path
            ).wait().checked()
        }
        try sandbox.commitAll("imports", in: comparison.path)
        let clone = sandbox.path("clone")
        try sandbox.git("clone", "--quiet", comparison.path.string, clone.string, in: sandbox.root)
        try sandbox.run("git", "dvc", "pull", in: clone).checked()
        let own = try FileTree(workingCopy: clone)
        #expect(own.contents == (try FileTree(workingCopy: comparison.path)).contents)
        let theirs = try sandbox.start(Sandbox.realDVC(), ["pull"], in: clone).wait().checked()
        #expect(theirs.output == "Everything is up to date.\n", "\(theirs)")
    }

    @Test func `an experiment brings what it imports`() throws {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        let source = try makeSource(in: sandbox)
        let path = comparison.path
        let base = try sandbox.commitAll("base", in: path)
        for (word, out) in [("data.txt", "data"), ("tree", "tree")] {
            try sandbox.start(
                Sandbox.realDVC(), ["import", "-o", out, source.string, word], in: path
            ).wait().checked()
        }
        let commit = try sandbox.commitAll("imports", in: path)
        let ref = "refs/exps/\(base.prefix(2))/\(base.dropFirst(2))/tried"
        try sandbox.git("update-ref", ref, commit, in: path)
        try sandbox.git("reset", "--quiet", "--hard", base, in: path)
        let clone = sandbox.path("clone")
        try sandbox.git("clone", "--quiet", path.string, clone.string, in: sandbox.root)
        let pull = try sandbox.run("git", "dvc", "exp", "pull", "origin", "tried", in: clone)
        #expect(pull.succeeded && pull.errorOutput == "", "\(pull)")
        try sandbox.run("mv", source.string, source.string + ".away").checked()
        try sandbox.run("git", "dvc", "exp", "apply", "tried", in: clone).checked()
        #expect(try readFile(clone.appending("data")) == Array("imported".utf8))
        #expect(try readFile(clone.appending("tree/b/c")) == Array("2".utf8))
    }

    @Test
    func `imports without download, with settings of their own, of parts and of a changed source`()
        throws
    {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        let source = try makeSource(in: sandbox)
        // Its data is on a remote that only the imports name.
        let storage = sandbox.path("moved").string
        try sandbox.run("mv", sandbox.path("source-storage").string, storage).checked()
        try sandbox.run("rm", "-rf", source.appending(".dvc/cache").string).checked()
        let bare = sandbox.path("source.git").string
        try sandbox.git("clone", "--quiet", "--bare", source.string, bare, in: sandbox.root)
        let address = "file://" + bare
        let commit = try sandbox.git("rev-parse", "HEAD", in: source).outputLines[0]
        func write(_ path: String, _ out: String, _ settings: String, _ id: String = "") throws {
            try comparison.write(
                "frozen: true\ndeps:\n- path: \(path)\n  repo:\n    url: \(address)\n"
                    + "    rev_lock: \(commit)\n\(settings)outs:\n- \(id)hash: md5\n  path: \(out)\n",
                to: "\(out).dvc")
        }
        try sandbox.write(
            Array("[core]\nremote = m\n['remote \"m\"']\nurl = \(storage)\n".utf8),
            to: comparison.path.appending("import.conf"))
        try write("data.txt", "by-remote", "    remote:\n      url: \(storage)\n")
        try write(
            "tree/b", "by-map",
            "    config:\n      remote:\n        storage:\n          url: \(storage)\n"
        )
        try write("tree", "by-file", "    config: import.conf\n")
        let pulled = try sandbox.run("git", "dvc", "pull", in: comparison.path)
        #expect(pulled.status == 0, "\(pulled)")
        let own = try FileTree(workingCopy: comparison.path)
        #expect(
            try readFile(comparison.path.appending("by-remote")) == Array("imported".utf8))
        #expect(try readFile(comparison.path.appending("by-map/c")) == Array("2".utf8))
        #expect(try readFile(comparison.path.appending("by-file/b/c")) == Array("2".utf8))
        // Again there is nothing to do, and DVC comes to the same.
        try sandbox.run(
            "sh", "-c", "rm -rf by-remote by-map by-file .dvc/cache", in: comparison.path
        ).checked()
        // DVC 3.67 takes only one import at a time from a repository.
        for name in ["by-remote", "by-map", "by-file"] {
            try sandbox.start(Sandbox.realDVC(), ["pull", "--quiet", name], in: comparison.path)
                .wait().checked()
        }
        #expect(try FileTree(workingCopy: comparison.path).contents == own.contents)
        // Settings that lead nowhere are named.
        try write("data.txt", "nowhere", "    config: no-such-file\n")
        let failed = try sandbox.run("git", "dvc", "pull", "nowhere.dvc", in: comparison.path)
        #expect(failed.status == 1)
        #expect(failed.errorOutput.contains("no-such-file"), "\(failed)")
    }

    @Test func `files of this machine are copied if they are what was imported, directories too`()
        throws
    {
        let comparison = try PushComparison()
        let sandbox = comparison.sandbox
        let elsewhere = sandbox.path("elsewhere")
        try sandbox.write(Array("1".utf8), to: elsewhere.appending("folder/a"))
        try sandbox.write(Array("2".utf8), to: elsewhere.appending("folder/sub/b"))
        try sandbox.write(Array("file".utf8), to: elsewhere.appending("file"))
        for name in ["folder", "file"] {
            try sandbox.start(
                Sandbox.realDVC(),
                ["import-url", "--no-download", elsewhere.appending(name).string, name],
                in: comparison.path
            ).wait().checked()
        }
        let pulled = try sandbox.run("git", "dvc", "pull", in: comparison.path)
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try readFile(comparison.path.appending("folder/sub/b")) == Array("2".utf8))
        #expect(try readFile(comparison.path.appending("file")) == Array("file".utf8))
        // Changed since, or of unknown content: not copied.
        try sandbox.run("rm", "-rf", "file", "folder", ".dvc/cache", in: comparison.path).checked()
        try sandbox.write(Array("changed".utf8), to: elsewhere.appending("file"))
        try sandbox.write(Array("3".utf8), to: elsewhere.appending("folder/new"))
        try comparison.write(
            "deps:\n- path: /etc/passwd\nouts:\n- hash: md5\n  path: secret\n", to: "secret.dvc")
        let refused = try sandbox.run("git", "dvc", "pull", in: comparison.path)
        #expect(refused.status == 1)
        for words in ["'file'", "'folder'", "'secret'", "it is not what was imported"] {
            #expect(refused.errorOutput.contains(words), "\(words): \(refused)")
        }
        for name in ["file", "folder", "secret"] {
            #expect(!fileExists(comparison.path.appending(name)))
        }
    }

    @Test func `a pull says what was never made`() throws {
        let comparison = try PushComparison()
        try comparison.write("stages:\n  a: {cmd: x, outs: [never]}\n", to: "dvc.yaml")
        try comparison.write(
            "stages:\n  a: {cmd: x, outs: [plain: {cache: false}]}\n", to: "sub/dvc.yaml")
        let theirs = try comparison.sandbox.start(Sandbox.realDVC(), ["pull"], in: comparison.path)
            .wait()
        #expect(theirs.status == 1)
        let id = "60b725f10c9c85c70d97880dfe8191b3"
        try comparison.write(
            "outs:\n- path: versions\n  hash: md5\n  files:\n  - relpath: x\n    md5: \(id)\n"
                + "    cloud: {store: {version_id: v}}\n", to: "versions.dvc")
        let ours = try comparison.sandbox.run("git", "dvc", "pull", in: comparison.path)
        #expect(ours.status == 1)
        #expect(ours.errorOutput.hasPrefix("error: 'dvc.yaml' has no id for 'never'\n"), "\(ours)")
        #expect(ours.errorOutput.contains("'versions' is kept in versions, by a remote"), "\(ours)")
        #expect(!ours.errorOutput.contains("plain"))
    }
}
