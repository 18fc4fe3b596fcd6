import Basics
import Git
import TestSupport
import Testing

@testable import Workflows

/// What is read of a repository without Git is what Git says of it.
@Suite struct SessionStartTests {
    private let directory: TemporaryDirectory
    private let top: FilePath
    private let environment: Environment

    init() throws {
        directory = try TemporaryDirectory()
        top = try #require(directory.path.resolved).appending("a repository")
        environment = Environment([
            "PATH": "/usr/bin:/bin", "HOME": directory.path.string, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "A",
            "GIT_COMMITTER_EMAIL": "a@b.c",
        ])
        try git("init", "-q", "-b", "main", top.string, in: directory.path)
        try git("commit", "-q", "--allow-empty", "-m", "one")
        try createDirectories(top.appending("deep/er"))
    }

    private func git(_ words: String..., in place: FilePath? = nil) throws {
        let git = try GitProgram(environment: environment)
        _ = try git.command(["-C", (place ?? top).string] + words).outputIfSuccessful()
    }

    private func shell(_ script: String) throws {
        _ = try Command("/bin/sh", ["-c", "cd '\(top)' && \(script)"], environment: environment)
            .outputIfSuccessful()
    }

    /// Whether Git need not be asked; in any case what is found is what Git finds.
    private func isPlain(
        at place: FilePath? = nil, with variables: [String: String] = [:],
        _ location: SourceLocation = #_sourceLocation
    ) throws -> Bool {
        var environment = environment
        for (name, value) in variables { environment[name] = value }
        let place = place ?? top
        let git = try GitProgram(environment: environment)
        let expected = try GitRepository(at: place, git: git, findsHead: true)
        let trace = directory.path.appending("trace")
        try removeFile(trace)
        environment["GIT_DVC_TRACE"] = trace.string
        let session = try Session(SessionStart(at: place, environment: environment))
        let found = session.repository
        #expect(found.gitDirectory == expected.gitDirectory, sourceLocation: location)
        #expect(found.commonDirectory == expected.commonDirectory, sourceLocation: location)
        #expect(found.workTree == expected.workTree, sourceLocation: location)
        #expect(found.emptyTree == expected.emptyTree, sourceLocation: location)
        let heads = try (found.headCommit(), expected.headCommit())
        #expect(heads.0 == heads.1, sourceLocation: location)
        return try !String(decoding: readFile(trace), as: UTF8.self).contains("rev-parse")
    }

    @Test func `a common repository is understood without Git`() throws {
        #expect(try isPlain())
        #expect(try isPlain(at: top.appending("deep/er")))
        try git("pack-refs", "--all")
        #expect(try isPlain())
        try git("branch", "mainly")
        try git("commit", "-q", "--allow-empty", "-m", "two")
        #expect(try isPlain(), "packed, and written anew since")
        try git("checkout", "-q", "mainly")
        #expect(try isPlain())
        try git("checkout", "-q", "--detach")
        #expect(try isPlain())
        #expect(try isPlain(with: ["GIT_SSH_COMMAND": "ssh -4", "GIT_PAGER": "cat"]))
    }

    @Test func `Git is asked about what is not common`() throws {
        try git("worktree", "add", "-q", "-b", "other", "../linked")
        #expect(try !isPlain(at: top.parent.appending("linked")))
        try git("clone", "-q", "--bare", ".", "../bare.git")
        #expect(try !isPlain(at: top.parent.appending("bare.git")))
        #expect(try !isPlain(at: top.appending(".git")))
        #expect(try !isPlain(at: top.appending(".git/objects")))
        try git("clone", "-q", "--separate-git-dir=../apart", ".", "../with-file")
        #expect(try !isPlain(at: top.parent.appending("with-file")))
        try shell("mkdir ../linking && ln -s ../'a repository'/.git ../linking/.git")
        #expect(try !isPlain(at: top.parent.appending("linking")))
        try git("init", "-q", "--object-format=sha256", "../long")
        #expect(try !isPlain(at: top.parent.appending("long")))
        try git("init", "-q", "../empty")
        #expect(try !isPlain(at: top.parent.appending("empty")))
        for (name, value) in [
            ("GIT_DIR", ".git"), ("GIT_WORK_TREE", top.string), ("GIT_NEW_THING", "1"),
        ] {
            #expect(try !isPlain(with: [name: value]), "\(name)")
        }
        let ceiling = ["GIT_CEILING_DIRECTORIES": "/nowhere"]
        #expect(try isPlain(with: ceiling))
        #expect(try !isPlain(at: top.appending("deep"), with: ceiling))
        try shell("mv .git/refs/heads/main .git/m && ln -s ../../m .git/refs/heads/main")
        #expect(try !isPlain())
    }

    @Test(arguments: [
        ["core.worktree", "../deep"], ["core.bare", "true"],
        ["core.repositoryformatversion", "1"], ["extensions.preciousobjects", "true"],
    ])
    func `the configuration is obeyed`(setting: [String]) throws {
        try git("config", setting[0], setting[1])
        #expect(try !isPlain())
        try git("config", "--unset", setting[0], in: top.appending(".git"))
        try git("config", "core.bare", "false", in: top.appending(".git"))
        #expect(try isPlain())
        #expect(
            try !isPlain(with: [
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": setting[0],
                "GIT_CONFIG_VALUE_0": setting[1],
            ]))
    }

    @Test func `a symbolic branch and one without commits are Git's to follow`() throws {
        try git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
        try git("symbolic-ref", "HEAD", "refs/heads/alias")
        #expect(try !isPlain())
        try git("symbolic-ref", "HEAD", "refs/heads/unborn")
        #expect(try !isPlain())
    }
}
