import Basics
import TestSupport
import Testing

/// A repository in which the same objects must go to the same remotes, whoever pushes.
struct SelectionCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// For `dvc push` and `git dvc push`; with any, `git push` is not compared.
    let arguments: [String]
    /// What our push exits with, where DVC exits with 0 or says otherwise here.
    let status: (dvc: Int32, ours: Int32)
    /// How many objects there must be, so that two empty remotes prove nothing.
    let count: Int
    let write: @Sendable (PushComparison) throws -> Void

    init(
        _ description: String, _ arguments: [String] = [], count: Int,
        status: (dvc: Int32, ours: Int32) = (0, 0),
        write: @escaping @Sendable (PushComparison) throws -> Void
    ) {
        testDescription = description
        self.arguments = arguments
        self.count = count
        self.status = status
        self.write = write
    }
}

/// What is pushed, and where to: dvc-compat 4.4 and items 15 to 20, 22, 23, 55 and 56 of 11.
@Suite struct SelectionTests {
    @Test(arguments: flagCases + pipelineCases + importCases + placeCases + missingCases)
    func `the same objects go to the same remotes`(selection: SelectionCase) throws {
        let comparison = try PushComparison()
        try selection.write(comparison)
        try comparison.sandbox.commitAll("all", in: comparison.path)

        let theirs = try comparison.push(by: .dvc, selection.arguments)
        #expect(theirs.result.status == selection.status.dvc, "\(theirs.result)")
        #expect(theirs.objects.files.count == selection.count, "\(theirs.objects.files)")
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            if pusher == .gitPush, !selection.arguments.isEmpty { continue }
            let ours = try comparison.push(by: pusher, selection.arguments)
            #expect(ours.result.status == selection.status.ours, "\(ours.result)")
            #expect(
                ours.objects.contents == theirs.objects.contents,
                "\(pusher.rawValue): \(ours.objects.files) and not \(theirs.objects.files)")
            #expect(ours.objects.fileModes.subtracting([0o444]).isEmpty)
        }
    }
}

extension SelectionTests {
    /// DVC pushes what it happens to load last, and so loses data without a word.
    @Test func `of overlapping outs all are pushed`() throws {
        let comparison = try PushComparison()
        let list = try comparison.storeDirectory(["a": "in", "b": "b"])
        let member = try comparison.store("another")
        try comparison.writeMetafile("d", list)
        try comparison.write(
            "wdir: ../d\nouts:\n- {path: a, hash: md5, md5: \(member)}\n", to: "e/a.dvc")
        try comparison.sandbox.commitAll("overlap", in: comparison.path)
        #expect(try comparison.push(by: .dvc).objects.files.count < 4)
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            #expect(try comparison.push(by: pusher).objects.files.count == 4)
        }
    }

    @Test func `of a path that a file names twice both are pushed`() throws {
        let comparison = try PushComparison()
        try comparison.write(
            "outs:\n- {path: a, hash: md5, md5: \(comparison.store("1"))}\n"
                + "- {path: a, hash: md5, md5: \(comparison.store("2"))}\n", to: "a.dvc")
        try comparison.sandbox.commitAll("twice", in: comparison.path)
        #expect(try comparison.push(by: .dvc).objects.files.count == 1)
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            #expect(try comparison.push(by: pusher).objects.files.count == 2)
        }
    }

    @Test func `the case of a remote's name means nothing, in an out either`() throws {
        let comparison = try PushComparison()
        try comparison.writeMetafile("a", comparison.store("a"), "remote: Other")
        try comparison.sandbox.commitAll("case", in: comparison.path)
        let expected = try comparison.push(by: .dvc).objects
        #expect(expected.files.count == 1)
        // DVC finds `Other` here and `other` in its configuration, and takes them for two.
        #expect(try comparison.push(by: .dvc, ["-r", "other"]).objects.files == [])
        #expect(try comparison.push(by: .gitDVC, ["-r", "other"]).objects == expected)
        #expect(try comparison.push(by: .gitPush).objects == expected)
    }

    /// In a commit a link's target may be anywhere, and in a stranger's it would be somebody's.
    @Test func `a metafile that is a link is none`() throws {
        let comparison = try PushComparison()
        try comparison.write(
            "outs:\n- {path: a, hash: md5, md5: \(comparison.store("a"))}\n", to: "meta/a.txt")
        try comparison.sandbox.run("ln", "-s", "meta/a.txt", "a.dvc", in: comparison.path).checked()
        try comparison.sandbox.commitAll("link", in: comparison.path)
        #expect(try comparison.push(by: .dvc).objects.files.count == 1)
        #expect(try comparison.push(by: .gitDVC).objects.files == [])
        #expect(try comparison.push(by: .gitPush).objects.files == [])
    }

    @Test func `an empty dvc.lock is no lock`() throws {
        let comparison = try PushComparison()
        try comparison.write("stages:\n  d: {cmd: x, outs: [d]}\n", to: "dvc.yaml")
        try comparison.write("", to: "dvc.lock")
        try comparison.writeMetafile("a", comparison.store("a"))
        try comparison.sandbox.commitAll("empty", in: comparison.path)
        let theirs = try comparison.push(by: .dvc)
        #expect(theirs.result.status == 1, "\(theirs.result)")
        let ours = try comparison.push(by: .gitPush)
        #expect(ours.result.succeeded, "\(ours.result)")
        #expect(ours.objects.files.count == 1)
    }

    /// Item 55: DVC crashes at the first and calls the second missing, with exit code 0.
    @Test(arguments: ["12345678901234567890123456789012", "'ABCDEF0123456789abcdef0123456789'"])
    func `an id that is none is refused by file and line`(id: String) throws {
        let comparison = try PushComparison()
        try comparison.write("outs:\n- path: a\n  hash: md5\n  md5: \(id)\n", to: "sub/a.dvc")
        try comparison.writeMetafile("b", comparison.store("b"))
        try comparison.sandbox.commitAll("id", in: comparison.path)
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            let ours = try comparison.push(by: pusher)
            #expect(ours.result.status == 1, "\(ours.result)")
            #expect(ours.result.errorOutput.contains("sub/a.dvc:4:"), "\(ours.result)")
            // The broken file does not hide the other.
            #expect(ours.objects.files.count == 1)
        }
        #expect(try comparison.sandbox.git("for-each-ref", in: comparison.bare).output == "")
    }

    /// DVC refuses the whole workspace, or the whole commit.
    @Test func `an out that .dvcignore hides is refused by file and line`() throws {
        let comparison = try PushComparison()
        try comparison.writeMetafile("sub/a", comparison.store("a"))
        try comparison.writeMetafile("b", comparison.store("b"))
        try comparison.write("a\n", to: ".dvcignore")
        try comparison.sandbox.commitAll("ignored", in: comparison.path)
        let theirs = try comparison.push(by: .dvc)
        #expect(theirs.result.status == 1, "\(theirs.result)")
        #expect(theirs.objects.files == [])
        for pusher in [PushComparison.Pusher.gitDVC, .gitPush] {
            let ours = try comparison.push(by: pusher)
            #expect(ours.result.status == 1, "\(ours.result)")
            #expect(ours.result.errorOutput.contains("the out 'sub/a' is ignored"))
            #expect(ours.result.errorOutput.contains("sub/a.dvc:2"))
            #expect(ours.objects.files.count == 1)
        }
    }

    /// Item 22: only the lock says what such a stage made, and it has no flags.
    @Test func `flags of an out of a template count`() throws {
        let comparison = try PushComparison()
        let oids = try comparison.storeAll(["a", "b"])
        try comparison.write(
            """
            stages:
              e:
                foreach: {a: 1, b: 2}
                do: {cmd: x, outs: [{'${key}': {cache: true}}]}

            """, to: "dvc.yaml")
        let lock = zip(["a", "b"], oids).map { name, oid in
            "  e@\(name):\n    cmd: x\n    outs: [{path: \(name), hash: md5, md5: \(oid)}]\n"
        }
        try comparison.write("schema: '2.0'\nstages:\n" + lock.joined(), to: "dvc.lock")
        try comparison.sandbox.commitAll("template", in: comparison.path)
        let expected = try comparison.push(by: .dvc).objects.files
        #expect(expected.count == 2)
        #expect(try comparison.push(by: .gitPush).objects.files == expected)
        #expect(try comparison.push(by: .gitDVC).objects.files == expected)

        let text =
            "stages:\n  e:\n    foreach: [a]\n    do: {cmd: x, outs: [{'${item}': {push: false}}]}\n"
        try comparison.write(text, to: "dvc.yaml")
        try comparison.sandbox.commitAll("flag", in: comparison.path)
        #expect(try comparison.push(by: .dvc).objects.files == [])
        #expect(try comparison.push(by: .gitDVC).objects.files == [])
    }

    /// Item 23: `dvc push` knows its own root only, a push of commits all of them.
    @Test func `a root inside of another is pushed with the commit, each to its remote`() throws {
        let comparison = try PushComparison()
        let outer = try comparison.store("outer")
        let inner = try comparison.store("inner")
        try comparison.writeMetafile("a", outer)
        try comparison.write(
            "[core]\n    remote = x\n['remote \"x\"']\n    url = \(comparison.url("other"))\n",
            to: "sub/.dvc/config")
        try comparison.writeMetafile("sub/deep/b", inner)
        try comparison.sandbox.run(
            "cp", "-a", comparison.repository.cache.string,
            comparison.path.appending("sub/.dvc").string
        ).checked()
        try comparison.sandbox.run("rm", "-f", comparison.cached(inner).string).checked()
        try comparison.write("/cache\n/tmp\n", to: "sub/.dvc/.gitignore")
        try comparison.sandbox.commitAll("both", in: comparison.path)

        let outerObject = PushComparison.object(outer, in: "main")
        try comparison.write("outs: [", to: "sub/broken.dvc")
        for pusher in [PushComparison.Pusher.dvc, .gitDVC] {
            let pushed = try comparison.push(by: pusher)
            #expect(pushed.result.succeeded, "\(pushed.result)")
            #expect(pushed.objects.files == [outerObject])
        }
        #expect(try comparison.sandbox.run("git", "dvc", "pull", in: comparison.path).succeeded)
        try removeFile(comparison.path.appending("sub/broken.dvc"))
        let pushed = try comparison.push(by: .gitPush)
        #expect(pushed.result.succeeded, "\(pushed.result)")
        #expect(
            pushed.objects.files == [outerObject, PushComparison.object(inner, in: "other")])
    }
}

private let flagCases: [SelectionCase] = [
    SelectionCase("an out with push: false stays", count: 1) {
        try $0.writeMetafile("a", $0.store("a"), "push: false")
        try $0.writeMetafile("b", $0.store("b"), "push: true")
    },
    SelectionCase("an out with cache: false stays, even when the cache has it", count: 1) {
        try $0.writeMetafile("a", $0.store("a"), "cache: false")
        try $0.writeMetafile("b", $0.store("b"))
    },
    SelectionCase("an out with a remote of its own goes there", count: 4) {
        try writeOutsOfTwoRemotes($0)
    },
    SelectionCase("-r other takes the default's outs and its own", ["-r", "other"], count: 4) {
        try writeOutsOfTwoRemotes($0)
    },
    SelectionCase("-r main leaves the other's outs", ["-r", "MAIN"], count: 1) {
        try writeOutsOfTwoRemotes($0)
    },
    SelectionCase("an unknown remote is an error", ["-r", "nowhere"], count: 0, status: (1, 1)) {
        try writeOutsOfTwoRemotes($0)
    },
    SelectionCase("both layouts, the same content in each", count: 6) {
        try $0.writeMetafile("new", $0.store("same"))
        try $0.writeMetafile("old", $0.store("same", legacy: true), legacy: true)
        try $0.writeMetafile("new-dir", $0.storeDirectory(["x": "same", "y": "one"]))
        try $0.writeMetafile(
            "old-dir", $0.storeDirectory(["x": "same", "y": "two", "z": "same"], legacy: true),
            legacy: true)
        try $0.store("never named", legacy: true)
    },
    SelectionCase("an unknown hash has no object", count: 1) {
        try $0.writeMetafile("a", $0.store("a"))
        let oid = try $0.store("b")
        try $0.write("outs:\n- md5: '\(oid)'\n  hash: sha256\n  path: b\n", to: "b.dvc")
    },
]

@Sendable private func writeOutsOfTwoRemotes(_ comparison: PushComparison) throws {
    try comparison.writeMetafile("a", comparison.store("a"))
    try comparison.writeMetafile(
        "b", comparison.storeDirectory(["1": "b1", "2": "b2"]), "remote: other")
}

private let pipelineCases: [SelectionCase] = [
    SelectionCase("what only dvc.lock names is ignored", count: 2) {
        let oids = try $0.storeAll(["a", "b", "c", "d"])
        try $0.write(
            "stages:\n  now:\n    cmd: x\n    outs: [a]\n    metrics: [m]\n", to: "p/dvc.yaml")
        try $0.write(
            """
            schema: '2.0'
            stages:
              now:
                cmd: x
                outs:
                - {path: a, hash: md5, md5: \(oids[0])}
                - {path: renamed, hash: md5, md5: \(oids[1])}
                - {path: m, hash: md5, md5: \(oids[2])}
              removed:
                cmd: y
                outs: [{path: d, hash: md5, md5: \(oids[3])}]

            """, to: "p/dvc.lock")
    },
    SelectionCase("the flags come from dvc.yaml, paths are below wdir", count: 3) {
        let oids = try $0.storeAll(["a", "b", "c", "d", "e"])
        try $0.write(
            """
            stages:
              s:
                cmd: x
                wdir: sub
                outs:
                - a
                - b: {push: false}
                - c: {remote: other, persist: true}
                - ../d: {cache: false}
                plots:
                - e: {x: step}

            """, to: "dvc.yaml")
        let outs = zip(["a", "b", "c", "../d", "e"], oids).map {
            "    - {path: \($0), hash: md5, md5: \($1)}\n"
        }
        try $0.write(
            "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n\(outs.joined())",
            to: "dvc.lock")
    },
    SelectionCase("stages without an entry in the lock, and no lock at all", count: 1) {
        try $0.write(
            "stages:\n  a: {cmd: x, outs: [a]}\n  b: {cmd: x, outs: [b]}\n", to: "dvc.yaml")
        try $0.write(
            "schema: '2.0'\nstages:\n  b:\n    cmd: x\n    outs:\n"
                + "    - {path: b, hash: md5, md5: \($0.store("b"))}\n", to: "dvc.lock")
        try $0.write("stages:\n  c: {cmd: x, outs: [c]}\n", to: "none/dvc.yaml")
        try $0.write("stages:\n  d: {cmd: x, outs: [d]}\n", to: "other/dvc.yaml")
        try $0.write(
            "schema: '2.0'\nstages:\n  b:\n    cmd: x\n    outs:\n"
                + "    - {path: b, hash: md5, md5: \($0.store("orphan"))}\n", to: "orphan/dvc.lock")
    },
    SelectionCase("templates: what the cache has of the lock's outs", count: 2) {
        let oids = try $0.storeAll(["a", "b"])
        try $0.write(
            """
            stages:
              each:
                foreach: [a, b]
                do:
                  cmd: x
                  outs: ["${item}"]
                  metrics:
                  - m-${item}.json: {cache: false}

            """, to: "dvc.yaml")
        let stages = zip(["a", "b"], oids).map { name, oid in
            """
              each@\(name):
                cmd: x
                outs:
                - {path: \(name), hash: md5, md5: \(oid)}
                - {path: m-\(name).json, hash: md5, md5: '\(oid.reversed().map(String.init).joined())'}

            """
        }
        try $0.write("schema: '2.0'\nstages:\n\(stages.joined())", to: "dvc.lock")
    },
    SelectionCase("a schema that is a number", count: 0, status: (1, 1)) {
        try $0.write("stages:\n  a: {cmd: x, outs: [a]}\n", to: "dvc.yaml")
        try $0.write(
            "schema: 2.0\nstages:\n  a:\n    cmd: x\n    outs:\n"
                + "    - {path: a, hash: md5, md5: \($0.store("a"))}\n", to: "dvc.lock")
    },
]

private let importCases: [SelectionCase] = [
    SelectionCase("imports from URLs and databases are pushed, repositories' are not", count: 2) {
        comparison in
        func write(_ name: String, _ dependency: String) throws {
            try comparison.write(
                """
                md5: 0123456789abcdef0123456789abcdef
                frozen: true
                deps:
                - \(dependency)
                outs:
                - md5: \(comparison.store(name))
                  hash: md5
                  path: \(name)

                """, to: "\(name).dvc")
        }
        try write("repo", "{path: x, repo: {url: /nowhere/repo, rev_lock: '\(zeros)'}}")
        try write("url", "{path: /nowhere/file, hash: md5, md5: \(comparison.store("url"))}")
        try write("db", "db: {connection: c, query: select 1, file_format: csv}")
        try comparison.write(
            "md5: 0123456789abcdef0123456789abcdef\nfrozen: true\ndeps:\n- {path: /nowhere/p}\n"
                + "outs:\n- {path: partial, hash: md5}\n", to: "partial.dvc")
    }
]

private let zeros = String(repeating: "0", count: 40)

private let placeCases: [SelectionCase] = [
    SelectionCase("metafiles that Git ignores, or that lie in a tracked directory", count: 3) {
        try $0.writeMetafile("data", $0.storeDirectory(["inner.dvc": "outs: []\n"]))
        try $0.writeMetafile("data/inner", $0.store("inner"))
        try $0.writeMetafile("ignored", $0.store("ignored"))
        try $0.writeMetafile("dropped/a", $0.store("dropped"))
        try $0.writeMetafile("kept", $0.store("kept"))
        try $0.write("/data\n/ignored.dvc\n/dropped/\n", to: ".gitignore")
    },
    SelectionCase("metafiles below a path of .dvcignore", count: 3) {
        try $0.writeMetafile("scratch/a", $0.store("a"))
        try $0.writeMetafile("b", $0.store("b"))
        try $0.writeMetafile("data/c", $0.store("c"))
        try $0.writeMetafile("data/keep", $0.store("keep"))
        try $0.writeMetafile("n/d", $0.store("d"))
        try $0.writeMetafile("n/e", $0.store("e"))
        try $0.write("scratch/\n/data/*\n!/data/k*\n", to: ".dvcignore")
        try $0.write("# only here\r\n  e.dvc  \r\n", to: "n/.dvcignore")
        try $0.write("outs: [", to: "scratch/broken.dvc")
    },
    SelectionCase("a lock or a pipeline that .dvcignore hides", count: 1) {
        for name in ["a", "b", "c"] {
            let oid = try $0.store(name)
            try $0.write("stages: {s: {cmd: x, outs: [\(name)]}}\n", to: "\(name)/dvc.yaml")
            try $0.write(
                "schema: '2.0'\nstages: {s: {cmd: x, outs: [{path: \(name), hash: md5, "
                    + "md5: \(oid)}]}}\n", to: "\(name)/dvc.lock")
        }
        try $0.write("/a/dvc.lock\n/b/dvc.yaml\n", to: ".dvcignore")
    },
    SelectionCase("metafiles inside of an out, but not of one at the top of a commit", count: 3) {
        try $0.writeMetafile("sub/d", $0.storeDirectory(["a": "1"]))
        try $0.writeMetafile("sub/d/in", $0.store("in"))
        try $0.write("outs: [", to: "sub/d/deep/broken.dvc")
        try $0.writeMetafile("sub/other", $0.store("other"))
    },
    SelectionCase("directories behind a link are not walked", count: 1) {
        try $0.writeMetafile("real/a", $0.store("a"))
        try $0.sandbox.run("ln", "-s", "real", "link", in: $0.path).checked()
        try $0.sandbox.write(
            Array("outs:\n- {path: x, hash: md5, md5: \($0.store("outside"))}\n".utf8),
            to: $0.sandbox.path("outside/x.dvc"))
        try $0.sandbox.run("ln", "-s", "../outside", "away", in: $0.path).checked()
    },
    SelectionCase("outs outside of the repository are none", count: 1) {
        let oid = try $0.store("a")
        try $0.write(
            "outs:\n- {path: ../../a, hash: md5, md5: \(oid)}\n"
                + "- {path: /tmp/abs, hash: md5, md5: \($0.store("b"))}\n", to: "far/out.dvc")
        try $0.write(
            "wdir: ..\nouts:\n- {path: near, hash: md5, md5: \($0.store("c"))}\n", to: "sub/c.dvc")
    },
    SelectionCase("the same out in two files travels once", count: 3) {
        try $0.writeMetafile("d", $0.storeDirectory(["a": "same", "b": "other"]))
        try $0.write(
            "wdir: ..\nouts:\n- {path: d, hash: md5, md5: \($0.storeDirectory(["a": "same", "b": "other"]))}\n",
            to: "e/1.dvc")
    },
    SelectionCase("several outs in a file, empty files, odd names, a file called .dvc", count: 3) {
        try $0.write(
            "outs:\n- {path: one, hash: md5, md5: \($0.store("1"))}\n"
                + "- {path: \"t\\two\\u00e9\", hash: md5, md5: \($0.store("2"))}\n", to: "both.dvc")
        try $0.write("", to: "empty.dvc")
        try $0.write(
            "outs:\n- {path: x, hash: md5, md5: \($0.store("3"))}\n",
            to: "a \"b\"\t\u{e9}/ -n\n.dvc")
        try $0.write("outs:\n- {path: x, hash: md5, md5: \($0.store("4"))}\n", to: "file/.dvc")
    },
]

private let missingCases: [SelectionCase] = [
    SelectionCase(
        "a missing member holds its list back, and nothing else", count: 4, status: (0, 1)
    ) {
        let oid = try $0.store("lost")
        try $0.writeMetafile("d", $0.storeDirectory(["a": "a", "lost": "lost", "z": "z"]))
        try $0.writeMetafile("e", $0.storeDirectory(["a": "b"]))
        try $0.sandbox.run("rm", "-f", $0.cached(oid).string).checked()
    },
    SelectionCase("of a list that is missing nothing is known", count: 1, status: (0, 1)) {
        let oid = try $0.storeDirectory(["a": "a", "b": "b"])
        try $0.writeMetafile("d", oid)
        try $0.writeMetafile("f", $0.store("f"))
        try $0.sandbox.run("rm", "-f", $0.cached(oid).string).checked()
    },
]
