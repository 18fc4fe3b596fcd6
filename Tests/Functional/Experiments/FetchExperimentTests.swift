import Basics
import TestSupport
import Testing

/// `dvc.fetchExps`: what `git fetch` brings of experiments, and what becomes of it.
@Suite struct FetchExperimentTests {
    private let here: ExperimentWorld
    private let clone: FilePath
    private let branches = "+refs/heads/*:refs/remotes/origin/*"
    private let ours = "+refs/exps/*:refs/dvc/origin/exps/*"

    /// A published experiment "one", and a clone without hooks.
    init() throws {
        here = try ExperimentWorld()
        try here.makeExperiment("one", "one")
        try here.world.push("-q", "origin", here.ref("one")).checked()
        clone = try here.clone()
    }

    @discardableResult
    private func git(_ arguments: String...) throws -> ProcessResult {
        try here.world.git(arguments, in: clone).checked()
    }

    @discardableResult
    private func dvc(_ arguments: String...) throws -> ProcessResult {
        try here.sandbox.start("git", ["dvc"] + arguments, in: clone).wait().checked()
    }

    private func refspecs(_ remote: String = "origin", in path: FilePath? = nil) throws -> [String]
    {
        try here.world.git(
            ["config", "--local", "--get-all", "remote.\(remote).fetch"], in: path ?? clone
        ).outputLines
    }

    private func tracked(_ remote: String = "origin") throws -> [String] {
        try here.sandbox.git("for-each-ref", "--format=%(refname)", "refs/dvc/\(remote)", in: clone)
            .outputLines
    }

    /// Publishes another tip under a name, past our hooks.
    private func publish(_ revision: String, as ref: String) throws {
        try here.sandbox.git(
            "push", "-q", "--no-verify", "-f", here.world.bare.string, "\(revision):\(ref)",
            in: here.path)
    }

    @Test func `a plain fetch brings experiments once we are installed, and none afterwards`()
        throws
    {
        try dvc("install", "-q")
        #expect(try refspecs() == [branches, ours])
        #expect(try dvc("install").output.contains("brings experiments") == false)
        #expect(try refspecs() == [branches, ours])
        try git("fetch", "-q")
        #expect(
            try tracked() == [here.ref("one").replacing("refs/exps", with: "refs/dvc/origin/exps")])
        #expect(try here.refs(of: clone) == [])
        // Nobody asked for local ones.
        #expect(try git("checkout", "-q", "-b", "mine").errorOutput == "")
        #expect(try here.refs(of: clone) == [])
        try dvc("uninstall", "-q")
        #expect(try refspecs() == [branches])
    }

    @Test func `pruning takes what is gone there, and nothing of ours`() throws {
        try dvc("install", "-q")
        try git("config", "fetch.prune", "true")
        try git("fetch", "-q")
        try git("update-ref", here.ref("mine"), "HEAD")
        try git("update-ref", "refs/exps/exec/EXEC_HEAD", "HEAD")
        try here.sandbox.git("update-ref", "-d", here.ref("one"), in: here.world.bare)
        // Now the server has no experiment at all.
        try git("fetch", "-q", "--prune")
        #expect(try tracked() == [])
        #expect(try here.names(in: clone).sorted() == ["EXEC_HEAD", "mine"])
    }

    @Test func `auto makes local experiments, and keeps those that are others`() throws {
        try here.makeExperiment("two", "two")
        try here.makeExperiment("far", "far")
        let (two, far) = (try tip("two"), try tip("far"))
        for name in ["two", "far"] { try publish(here.ref(name), as: here.ref(name)) }
        // Not well-formed, internal, or no commit: these stay where they are.
        try publish("HEAD", as: "refs/exps/exec/EXEC_HEAD")
        try publish("HEAD:.dvcignore", as: here.ref("blob"))
        try dvc("install", "-q")
        try git("config", "dvc.fetchExps", "auto")
        // One of that name here has diverged, another only lacks what was added.
        try git("update-ref", here.ref("far"), "HEAD")
        let other = try here.sandbox.git(
            "commit-tree", "-m", "other", "-p", "HEAD", "HEAD^{tree}", in: clone
        ).outputLines[0]
        try git("update-ref", here.ref("two"), other)
        try git("fetch", "-q")
        let said = try git("checkout", "-q", "-b", "mine").errorOutput
        #expect(said == "")
        #expect(try here.names(in: clone).sorted() == ["far", "one", "two"])
        #expect(try here.tip("one", in: clone) == here.tip("one"))
        #expect(try here.tip("far", in: clone) == far)
        #expect(try here.tip("two", in: clone) == other)
        #expect(two != other)
        // Nothing new, nothing said; and a newer local one is not set back.
        let newer = try here.sandbox.git(
            "commit-tree", "-m", "newer", "-p", far, "\(far)^{tree}", in: clone
        ).outputLines[0]
        try git("update-ref", here.ref("far"), newer)
        try git("fetch", "-q")
        #expect(try git("checkout", "main").errorOutput == "Switched to branch 'main'\n")
        #expect(try here.tip("far", in: clone) == newer)
        // With 'git dvc fetch' as well, and told.
        try git("update-ref", "-d", here.ref("one"))
        try git("fetch", "-q")
        #expect(
            try dvc("fetch").errorOutput
                .contains("Took over 1 experiment that git fetch brought (dvc.fetchExps)"))
        #expect(try here.tip("one", in: clone) == here.tip("one"))
    }

    private func tip(_ name: String) throws -> String { try here.tip(name, in: here.path) }

    @Test func `none writes no line, and takes ours out`() throws {
        try dvc("install", "-q")
        try git("config", "dvc.fetchExps", "none")
        try dvc("install", "-q")
        #expect(try refspecs() == [branches])
        try git("fetch", "-q")
        #expect(try tracked() == [])
    }

    @Test func `remotes of which somebody wants something else are left alone`() throws {
        let path = here.world.bare.string
        try git("remote", "add", "--mirror=fetch", "mirror", path)
        try git("remote", "add", "-t", "main", "narrow", path)
        try git("config", "remote.bare.url", path)
        try git("remote", "add", "own", path)
        try git("config", "--add", "remote.own.fetch", "+refs/exps/*:refs/mine/*")
        try git("remote", "add", "a.b+c/d", path)
        try git("remote", "rename", "origin", "source")
        try dvc("install", "-q")
        #expect(try refspecs("mirror") == ["+refs/*:refs/*"])
        #expect(try refspecs("narrow") == ["+refs/heads/main:refs/remotes/narrow/main"])
        #expect(try refspecs("bare") == [])
        #expect(try refspecs("own").count == 2)
        #expect(try refspecs("a.b+c/d").last == "+refs/exps/*:refs/dvc/a.b+c/d/exps/*")
        // A rename leaves our line as it was; the next installation mends it.
        try git("remote", "rename", "source", "other")
        try dvc("install", "-q")
        #expect(
            try refspecs("other") == [
                "+refs/heads/*:refs/remotes/other/*", "+refs/exps/*:refs/dvc/other/exps/*",
            ])
        try dvc("uninstall", "-q")
        #expect(try refspecs("a.b+c/d") == ["+refs/heads/*:refs/remotes/a.b+c/d/*"])
        #expect(try refspecs("own").last == "+refs/exps/*:refs/mine/*")
        #expect(try refspecs("other") == ["+refs/heads/*:refs/remotes/other/*"])
    }

    @Test(arguments: [
        ([], true), (["--no-checkout"], true), (["--single-branch"], false), (["--depth=1"], false),
        (["--depth=1", "--no-single-branch"], false),
    ])
    func `a clone by dvc::<url> fetches them too, unless it is to be small`(
        options: [String], brings: Bool
    ) throws {
        let path = here.sandbox.path("second")
        try here.sandbox.start(
            "git", ["clone", "-q"] + options + ["dvc::file://\(here.world.bare)", path.string]
        ).wait().checked()
        if options.contains("--no-checkout") {
            try here.world.git(["checkout", "-q", "main"], in: path).checked()
        }
        #expect(try refspecs(in: path).contains(ours) == brings)
        #expect(!fileExists(path.appending(".git/dvc/clone-begun")))
        try here.world.git(["fetch", "-q"], in: path).checked()
        let refs = try here.sandbox.git("for-each-ref", "refs/dvc", in: path).outputLines
        #expect(refs.isEmpty != brings)
    }
}
