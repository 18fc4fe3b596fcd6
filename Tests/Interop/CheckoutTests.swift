import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// `git dvc checkout`, `fetch` and `pull` beside real DVC's: points 2 and 3 of issue 5.
@Suite struct CheckoutTests {
    private let twins: TwinRepositories
    private var sandbox: Sandbox { twins.sandbox }

    /// Both have a directory and two files recorded, one of which may be run; committed as `one`.
    init() throws {
        twins = try TwinRepositories()
        try twins.write("1", "data/x")
        try twins.write("2", "data/sub/y")
        try twins.write("", "data/empty")
        try twins.write("one", "file")
        try twins.write("#!/bin/sh\n", "tool", mode: 0o755)
        try twins.change {
            try sandbox.dvc("add", "--quiet", "data", "file", "tool", in: $0)
            try sandbox.commitAll("one", in: $0)
        }
    }

    private func expectSame(
        _ results: TwinRepositories.Results, status: Int32 = 0,
        _ place: SourceLocation = #_sourceLocation
    ) throws {
        #expect(results.both(status), "\(results)", sourceLocation: place)
        #expect(results.theirs.tabbedOutput == results.ours.output, sourceLocation: place)
        #expect(
            try twins.differences().filter { !$0.hasPrefix(".dvc/config") } == [],
            sourceLocation: place)
    }

    /// What the working copies have, without caches: objects that DVC makes executable are its own.
    ///
    /// `name`: whose mode is another when DVC has looked at it through a link.
    private func expectSameFiles(
        except name: String = "nothing", _ place: SourceLocation = #_sourceLocation
    ) throws {
        let differences = try twins.differences().filter {
            !$0.hasPrefix(".dvc/") && !$0.hasPrefix("\(name):")
        }
        #expect(differences == [], sourceLocation: place)
    }

    @Test(arguments: ["copy", "hardlink", "symlink", "reflink,copy", "reflink,hardlink,symlink"])
    func `every type of link is made as by DVC, and each takes the other's as unchanged`(
        type: String
    ) throws {
        try twins.configure("cache.type", type)
        try twins.shell("rm -rf data file tool")
        let made = try twins.run("checkout")
        #expect(made.both(0), "\(made)")
        #expect(made.theirs.tabbedOutput == made.ours.output)
        #expect(made.ours.output == "A\tdata/\nA\tfile\nA\ttool\n")
        try expectSameFiles()
        // Each looks at what the other made.
        let other = try sandbox.start(Sandbox.realDVC(), ["checkout"], in: twins.ours).wait()
        #expect(other.status == 0 && other.output == "", "\(other)")
        let status = try sandbox.start(Sandbox.realDVC(), ["status"], in: twins.ours).wait()
        #expect(status.output == "Data and pipelines are up to date.\n", "\(status)")
        let own = try sandbox.run("git", "dvc", "checkout", in: twins.theirs)
        #expect(own.status == 0 && own.output == "", "\(own)")
        try expectSameFiles(except: "tool")
        // What is changed, too little and too much.
        try twins.shell("rm data/x && rm file && cp tool data/extra && mkdir data/void")
        let second = try twins.run("checkout")
        #expect(second.both(0), "\(second)")
        // DVC's look took the executable bit from a hard link, so one of both has more to mend.
        #expect(
            second.theirs.tabbedOutput.replacing("M\ttool\n", with: "")
                == second.ours.output.replacing("M\ttool\n", with: ""))
        try expectSameFiles(except: "tool")
    }

    @Test func `relinking follows cache type`() throws {
        for type in ["hardlink", "symlink", "copy"] {
            try twins.configure("cache.type", type)
            let results = try twins.run("checkout", "--relink")
            #expect(results.both(0), "\(results)")
            #expect(results.theirs.tabbedOutput == results.ours.output)
            try expectSameFiles()
        }
        try twins.shell("rm data/x")
        let summary = try twins.run("checkout", "--relink", "--summary")
        #expect(summary.ours.output == "1 file added\nRelinked successfully\n")
        #expect(summary.theirs.output == summary.ours.output)
    }

    @Test func `targets, parts of directories and the place where the user is`() throws {
        try twins.shell("rm -rf data file tool; mkdir here")
        try expectSame(twins.run("checkout", "data/sub"))
        try expectSame(twins.run("checkout", "../data/x", in: "here"))
        try expectSame(twins.run("checkout", "file.dvc", "--summary"))
        try expectSame(twins.run("checkout", "-R", "."))
        try expectSame(twins.run("checkout"))
        try expectSame(twins.run("checkout", "--summary"))
        let unknown = try twins.run("checkout", "nothing")
        #expect(unknown.both(255), "\(unknown)")
        #expect(try twins.run("checkout", "--no-such").both(254))
    }

    @Test func `what is saved nowhere is refused, and lost only by force`() throws {
        try twins.write("mine", "data/x")
        try twins.write("new", "data/new")
        try twins.shell("rm file")
        let refused = try twins.run("checkout")
        #expect(refused.both(255), "\(refused)")
        #expect(refused.theirs.output == "" && refused.ours.output == "")
        for name in ["data/x", "data/new"] {
            #expect(refused.ours.errorOutput.contains("\n\(twins.ours)/\(name)\n"), "\(refused)")
        }
        #expect(refused.ours.errorOutput.contains("Can't remove the following unsaved files"))
        // Nothing was done at all.
        try expectSameFiles()
        #expect(!fileExists(twins.ours.appending("file")))
        try expectSame(twins.run("checkout", "-f"))
    }

    @Test func `a file where a directory must be, and the reverse`() throws {
        try twins.shell("rm -rf data file && cp tool data && mkdir file && cp tool file/inside")
        try expectSame(twins.run("checkout"))
        try twins.shell("rm -rf data/sub && cp tool data/sub && rm data/x && mkdir data/x")
        try expectSame(twins.run("checkout"))
    }

    @Test func `outs of another commit take the place of these`() throws {
        try twins.write("changed", "data/x")
        try twins.shell("rm data/sub/y")
        try twins.write("more", "data/more")
        try twins.write("two", "file")
        try twins.write("other", "other")
        try twins.change {
            try sandbox.dvc("add", "--quiet", "data", "file", "other", in: $0)
            try sandbox.commitAll("two", in: $0)
        }
        for revision in ["HEAD~1", "main", "HEAD~1"] {
            try twins.shell("git checkout --quiet \(revision)")
            let results = try twins.run("checkout")
            #expect(results.both(0), "\(results)")
            // To DVC what was added was placed by it; to us only what a checkout has seen.
            let changes = results.theirs.tabbedOutput.split(separator: "\n")
                .filter { $0.hasPrefix("M") }
            let own = results.ours.output.split(separator: "\n").filter { $0.hasPrefix("M") }
            #expect(changes == own)
        }
        #expect(!fileExists(twins.ours.appending("other")))
        #expect(
            try twins.differences().filter { !$0.hasPrefix("other:") } == [])
    }

    @Test func `what the cache lacks fails alone`() throws {
        let one = "f97c5d29941bfb1b2fdab0874906ab82"
        try twins.shell("rm -rf data file tool; rm -f .dvc/cache/files/md5/f9/\(one.dropFirst(2))")
        let results = try twins.run("checkout")
        #expect(results.both(255), "\(results)")
        for result in [results.theirs, results.ours] {
            #expect(
                result.errorOutput.contains(
                    """
                    Checkout failed for following targets:
                    file
                    Is your cache up to date?
                    <https://error.dvc.org/missing-files>
                    """), "\(result)")
        }
        #expect(results.theirs.tabbedOutput == results.ours.output)
        try expectSameFiles()
        #expect(try twins.run("checkout", "--allow-missing").both(0))
        // Right already, with or without an object.
        try twins.write("one", "file")
        try expectSame(twins.run("checkout"))
    }

    // MARK: Transfers

    /// Gives both a remote with all data, and takes it from cache and working copy.
    private func empty() throws {
        try twins.change {
            try sandbox.dvc("remote", "add", "-q", "-d", "far", "\($0)-far", in: $0)
            try sandbox.dvc("push", "-q", in: $0)
            try sandbox.run("rm", "-rf", ".dvc/cache", "data", "file", "tool", in: $0).checked()
        }
    }

    @Test func `fetch and pull say and get the same`() throws {
        try empty()
        try expectSame(twins.run("fetch", "--max-size", "3"))
        try expectSame(twins.run("fetch", "data/sub"))
        try expectSame(twins.run("fetch"))
        try expectSame(twins.run("fetch"))
        try expectSame(twins.run("pull", "data/x"))
        try expectSame(twins.run("pull", "--glob", "fil*.dvc"))
        try expectSame(twins.run("pull"))
        try expectSame(twins.run("pull"))
        #expect(try twins.run("fetch", "nothing").both(1))
        #expect(try twins.run("pull", "nothing").both(1))
        #expect(try twins.run("fetch", "-r", "nowhere").both(1))
        #expect(try twins.run("fetch", "--type", "nonsense").both(254))
        try twins.write("mine", "file")
        #expect(try twins.run("pull").both(1))
        try expectSame(twins.run("pull", "-f"))
    }

    @Test func `all commits are fetched, and one out is pulled to its file`() throws {
        try twins.change {
            try sandbox.dvc("remote", "add", "-q", "-d", "far", "\($0)-far", in: $0)
            try sandbox.commitAll("remote", in: $0)
            try sandbox.git("tag", "old", in: $0)
        }
        try twins.write("two", "file")
        try twins.change {
            try sandbox.dvc("add", "--quiet", "file", in: $0)
            try sandbox.commitAll("two", in: $0)
            try sandbox.dvc("push", "-q", "-A", in: $0)
            try sandbox.run("rm", "-rf", ".dvc/cache", "data", "file", "tool", in: $0).checked()
        }
        try expectSame(twins.run("pull", "file"))
        try expectSame(twins.run("fetch", "-T", "file.dvc"))
        try expectSame(twins.run("fetch", "-aT"))
        try expectSame(twins.run("pull", "-A"))
    }

    @Test func `a dry run names what would come, and brings nothing`() throws {
        try empty()
        let result = try sandbox.run("git", "dvc", "pull", "-n", in: twins.ours).checked()
        #expect(result.outputLines.count == 6 && result.output.contains("would fetch files/md5/"))
        #expect(!fileExists(twins.ours.appending(".dvc/cache/files")))
        #expect(!fileExists(twins.ours.appending("file")))
    }

    @Test func `metrics and plots alone, and the record of runs`() throws {
        let yaml = """
            stages:
              s:
                cmd: echo m >m; echo p >p; echo o >o
                deps: [params.yaml]
                outs: [o]
                metrics: [m]
                plots: [p]

            """
        try twins.write(yaml, "dvc.yaml")
        try twins.write("a: 1\n", "params.yaml")
        try twins.change { try sandbox.dvc("repro", "-q", in: $0) }
        try twins.change {
            try sandbox.dvc("remote", "add", "-q", "-d", "far", "\($0)-far", in: $0)
            try sandbox.dvc("push", "-q", "--run-cache", in: $0)
            try sandbox.run("rm", "-rf", ".dvc/cache", in: $0).checked()
        }
        try expectSame(twins.run("fetch", "--type", "metrics"))
        try expectSame(twins.run("fetch", "--type", "plots"))
        try expectSame(twins.run("fetch", "--run-cache", "-d", "s"))
        try expectSame(twins.run("pull", "s"))
    }
}

extension ProcessResult {
    /// The output with the tabs that DVC means: where it writes to no terminal, too, its library makes
    /// blanks of them.
    fileprivate var tabbedOutput: String {
        output.replacing(/(?m)^([AMD]) {7}/) { "\($0.output.1)\t" }
    }
}
