import Basics
import Digests
import TestSupport
import Testing

/// Repositories of every layout, and settings that change how Git speaks.
@Suite struct PushLayoutTests {
    let world: PushWorld

    init() throws { world = try PushWorld() }

    @Test func `a push of code contacts nothing and creates nothing`() throws {
        try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        // Data that cannot be pushed, a configuration that cannot be read: not ours to look at.
        try world.sandbox.run("rm", "-r", world.storage.string, ".git/dvc", in: world.path)
            .checked()
        try world.sandbox.write("in the way", to: "storage")
        try world.write("broken: [", to: "uncommitted.dvc")
        let before = try world.sandbox.run("find", ".git", "-not", "-path", "*/objects/*")
        try world.write("int main;", to: "code.c")
        try world.git("add", "code.c")
        try world.git("commit", "-q", "-m", "code")
        let result = try world.push("origin", "main").checked()
        #expect(world.ourLines(result) == [])
        #expect(!fileExists(world.path.appending(".git/dvc/status.db")))
        #expect(
            try world.sandbox.run("find", ".git", "-not", "-path", "*/objects/*").output
                == before.output)
        // One process of Git, and nobody took over.
        let lines = try world.traceLines()
        #expect(lines.count == 1, "\(lines)")
        #expect(lines.first?.contains("rev-list") == true)
    }

    @Test func `a repository without DVC is pushed as ever`() throws {
        try world.git("rm", "-r", "-q", "--cached", "--ignore-unmatch", ".")
        try world.sandbox.run("rm", "-r", ".dvc", ".dvcignore", in: world.path).checked()
        try world.write("x", to: "code.c")
        try world.commit()
        let result = try world.push("origin", "main").checked()
        #expect(world.ourLines(result) == [])
        #expect(!fileExists(world.path.appending(".git/dvc")))
        #expect(try world.stored() == [])
    }

    @Test func `metafiles in folders with odd names are found`() throws {
        let names = [
            "deep/er/a", "\u{fc}nicode/\"quoted\"", "with blank/and\ttab", "-dash", "a:b",
            "star*[x]?", "e\u{301}/NFD", "back\\slash",
        ]
        var oids: [String] = []
        for (index, name) in names.enumerated() {
            oids += world.keys(try world.repository.add("\(index)", as: name))
        }
        try world.commit()
        try world.git("config", "core.quotePath", "true")
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == oids.sorted())
    }

    @Test(arguments: [
        ["GIT_LITERAL_PATHSPECS": "1"], ["GIT_ICASE_PATHSPECS": "1"],
        ["GIT_NOGLOB_PATHSPECS": "1"], ["GIT_EXTERNAL_DIFF": "false"], ["LC_ALL": "C"],
        ["GIT_DIFF_OPTS": "--unified=1"],
    ])
    func `variables that change what Git means change nothing`(
        environment: [String: String]
    ) throws {
        let oid = try world.commit("1", as: "sub/a")
        try world.push("-q", "origin", "main", environment: environment).checked()
        #expect(try world.stored() == world.keys(oid))
    }

    @Test(arguments: [
        "diff.renames=copies", "diff.noprefix=true", "core.quotePath=false", "color.ui=always",
        "log.showSignature=true", "diff.external=false", "diff.orderFile=/nowhere",
        "status.renames=true",
    ])
    func `settings that change what Git prints change nothing`(setting: String) throws {
        let oid = try world.commit("1", as: "sub/\u{fc}")
        try world.git(["-c", setting, "push", "-q", "origin", "main"]).checked()
        #expect(try world.stored() == world.keys(oid))
    }

    @Test func `the same metafile under two names counts for both`() throws {
        // Two DVC repositories, each with its own remote, and the very same blobs in them.
        for name in ["one", "two"] {
            let root = DVCRepository(
                at: world.path.appending(name), in: world.sandbox, storage: nil)
            try world.write(
                """
                [core]
                    remote = own
                ['remote "own"']
                    url = \(world.sandbox.path(name))
                """, to: "\(name)/.dvc/config")
            try root.add("same", as: "data")
        }
        try world.sandbox.run("cp", "one/data.dvc", "0.txt", in: world.path).checked()
        try world.commit()
        try world.push("-q", "origin", "main").checked()
        let oid = world.keys(objectID(of: Array("same".utf8)))
        #expect(try world.stored(in: world.sandbox.path("one")) == oid)
        #expect(try world.stored(in: world.sandbox.path("two")) == oid)
        #expect(try world.stored() == [])
    }

    @Test func `a linked worktree shares hook and records`() throws {
        let first = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let path = world.sandbox.path("linked tree")
        try world.git("worktree", "add", "-q", "-b", "side", path.string)
        let linked = DVCRepository(at: path, in: world.sandbox, storage: world.storage)
        let second = try linked.add("2", as: "b")
        try world.sandbox.commitAll("new", in: path)
        try world.push("-q", "origin", "side", in: path).checked()
        #expect(try world.stored() == world.keys(first, second))
        #expect(fileExists(world.path.appending(".git/dvc/status.db")))
        #expect(!fileExists(world.path.appending(".git/worktrees/linked tree/dvc")))
    }

    @Test func `a bare repository pushes when the data is on the remote`() throws {
        let oid = try world.commit("1", as: "a")
        try world.push("-q", "origin", "main").checked()
        let mirror = try world.sandbox.makeBareRepository("mirror.git")
        try world.sandbox.run("git", "dvc", "install", "-q", in: world.bare).checked()
        try world.push("-q", mirror.string, "main", in: world.bare).checked()
        #expect(try world.refs(of: mirror).count == 1)

        try removeFile(world.storage.appending(DVCRepository.key(oid)))
        try world.sandbox.run("rm", "-r", "dvc", in: world.bare).checked()
        let refused = try world.push("-q", mirror.string, "main:second", in: world.bare)
        #expect(refused.status == 1)
        #expect(refused.errorOutput.contains("error: 'a' (commit "), "\(refused)")
        #expect(try world.refs(of: mirror).count == 1)
    }

    @Test func `a repository of SHA-256 objects is pushed`() throws {
        let sandbox = world.sandbox
        let path = sandbox.path("modern")
        try sandbox.git("init", "-q", "--object-format=sha256", path.string, in: sandbox.root)
        try sandbox.git(
            "init", "-q", "--bare", "--object-format=sha256", "modern.git", in: sandbox.root)
        let modern = DVCRepository(at: path, in: sandbox, storage: world.storage)
        try sandbox.run("cp", "-r", ".dvc", ".dvcignore", path.string, in: world.path).checked()
        try sandbox.run("git", "dvc", "install", "-q", in: path).checked()
        let first = try modern.add("1", as: "a")
        let oid = try sandbox.commitAll("one", in: path)
        #expect(oid.utf8.count == 64)
        try world.push("-q", "../modern.git", "main", in: path).checked()
        let second = try modern.add("2", as: "a")
        try sandbox.commitAll("two", in: path)
        try world.push("-q", "../modern.git", "main", in: path).checked()
        #expect(try world.stored() == world.keys(first, second))
    }

    @Test func `a Git directory somewhere else is found`() throws {
        let first = try world.commit("1", as: "a")
        let elsewhere = world.sandbox.path("else where.git")
        try world.git("init", "-q", "--separate-git-dir", elsewhere.string)
        try world.push("-q", "origin", "main").checked()
        #expect(try world.stored() == world.keys(first))
        #expect(fileExists(elsewhere.appending("dvc/status.db")))
        try removeFile(world.path.appending(".git"))
        var oids = world.keys(first)
        for (gitDirectory, workTree) in [
            (elsewhere.string, world.path.string), ("else where.git", "project"),
        ] {
            let options = ["--git-dir=\(gitDirectory)", "--work-tree=\(workTree)"]
            oids += world.keys(try world.repository.add(workTree, as: "a"))
            for arguments in [
                ["add", "-A"], ["commit", "-qm", "x"], ["push", "-q", "origin", "main"],
            ] {
                try world.git(options + arguments, in: world.sandbox.root).checked()
            }
            #expect(try world.stored() == oids.sorted())
        }
    }

    @Test func `it works from a folder below the top`() throws {
        let first = try world.commit("1", as: "sub/a")
        try world.push("-q", "origin", "main", in: world.path.appending("sub")).checked()
        #expect(try world.stored() == world.keys(first))
    }
}
