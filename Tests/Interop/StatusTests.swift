import Basics
import TestSupport
import Testing

/// `git dvc status` and `dvc status` on the same working copy: the same words, the same exit code.
///
/// The order of metafiles is ours alone: DVC's is that of the file system. dvc-compat 4.10.
@Suite struct StatusTests {
    /// A change to the repository of ``InteropRepository``, and how its status is asked for.
    struct State: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Run by `sh` at the top of the working copy.
        let script: String
        let arguments: [[String]]
        let directory: FilePath

        init(
            _ description: String, _ script: String, _ arguments: [[String]] = [[]],
            in directory: FilePath = ""
        ) {
            testDescription = description
            self.script = script
            self.arguments = arguments
            self.directory = directory
        }
    }

    /// Appends a stage to `dvc.yaml`.
    private static func stage(_ lines: String) -> String { "cat >>dvc.yaml <<'E'\n\(lines)\nE\n" }

    private static let files = [
        State("nothing has changed", ":", [[], ["--json"], ["-q"], ["--no-updates"]]),
        State("a file was written to", "echo x >>weights.bin", [[], ["--json"], ["-q"]]),
        State(
            "what -R is given is no directory", "rm -r features model; echo x >>data/deep/two",
            [
                ["-R", "model"], ["-R", "./features"], ["-R", "features/2"],
                ["-R", "data/deep/two"],
            ]),
        State("a file was only touched", "touch weights.bin; chmod +x weights.bin"),
        State("a file was deleted", "rm weights.bin"),
        State("a file became a directory", "rm weights.bin; mkdir weights.bin"),
        State("a file became a link to the same", "mv tool.sh t; ln -s t tool.sh"),
        State("a member was written to", "echo x >>data/A"),
        State("a member was deleted", "rm data/deep/two"),
        State("a member was added", "echo x >data/deep/new"),
        State("a directory was deleted", "rm -r data"),
        State("a directory became a file", "rm -r data; echo x >data"),
        State("a directory is ignored by .dvcignore in part", "echo A >.dvcignore"),
        State("the cache is empty", "rm -rf .dvc/cache", [[], ["-q"]]),
        State(
            "the cache lacks a member",
            "rm -f .dvc/cache/files/md5/c4/ca4238a0b923820dcc509a6f75849b"),
        State("a damaged list", "for f in .dvc/cache/files/md5/*/*.dir; do echo x >$f; done"),
        State("outs of DVC 2", "echo x >>legacy/old.txt; rm legacy/old/text"),
        State(
            "outs of DVC 2 that are not in the cache",
            "rm -rf .dvc/cache/[0-9a-e]? .dvc/cache/f[0-9a-f]"),
        State("an out without cache was written to", "echo x >>plain.txt; rm metrics.json"),
        State("all of it, from a subdirectory", "echo x >>weights.bin; rm model", in: "legacy"),
        State("no project", "rm -rf *.dvc dvc.yaml dvc.lock legacy", [[], ["--json"], ["-q"]]),
    ]

    private static let pipelines = [
        State("a parameter was changed", "echo 'lr: 2' >params.yaml", [[], ["--json"]]),
        State("a parameter with another type", "echo 'lr: 1.0' >params.yaml"),
        State("a parameter was removed", "echo 'rl: 2' >params.yaml"),
        State("the parameters file is gone", "rm params.yaml"),
        State("another command", "sed -i 's|cmd: sh train.sh|cmd: sh ./train.sh|' dvc.yaml"),
        State("a dependency is gone", "rm train.sh"),
        State("no lock", "rm dvc.lock", [[], ["--json"], ["train"]]),
        State("a lock without the stage", "printf \"schema: '2.0'\\nstages: {}\\n\" >dvc.lock"),
        State(
            "a lock that knows other outs",
            "sed -i 's/path: model/path: mode1/; s/path: train.sh/path: tra1n.sh/' dvc.lock"),
        State(
            "a frozen stage",
            "sed -i 's/cmd: sh train.sh/&\\n    frozen: true/' dvc.yaml; echo >>train.sh; rm model"),
        State(
            "a stage that always runs",
            "sed -i 's/cmd: sh train.sh/&\\n    always_changed: true/' dvc.yaml; rm model"),
        State(
            "a stage without anything, one that never ran",
            stage(
                "  cb:\n    cmd: echo\n  never:\n    cmd: x\n    deps: [data, data/A, no]\n"
                    + "    params: [lr]\n    outs: [o]\n    metrics: [m.json]\n    plots: [p.csv]")),
        State(
            "dependencies that lie elsewhere",
            "echo x >../near; "
                + stage("  far:\n    cmd: x\n    deps: [../near, ../no, /etc/hostname, /no/such]")),
        State(
            "a stage that works in a directory",
            "mkdir w; echo x >w/i; "
                + stage("  w:\n    wdir: w\n    cmd: x\n    deps: [i, ../data]\n    outs: [o]"),
            [[], ["w"], ["dvc.yaml:w"]]),
        State(
            "stages of groups",
            stage(
                "  g:\n    foreach: [a, b]\n    do:\n      cmd: echo ${item}\n      outs: [o-${item}]\n"
                    + "  m:\n    matrix:\n      k: [1, 2]\n    cmd: echo ${item.k}\n    deps: [no${item.k}]"
            ),
            [[], ["g"], ["g@a"], ["m@1", "g@b"]]),
        State(
            "parameters of all kinds",
            """
            echo '{"a": {"b": [1, 2, {"c": 3}]}, "n": null}' >p.json
            printf 'x = 1\\n[t]\\nd = 2020-01-01\\nf = 1e3\\n' >p.toml
            printf 'T = (1, 2)\\nL = [1]\\nclass C:\\n    v = 3\\n' >p.py
            printf '1: a\\nk: {2: b}\\nd: 2020-01-01\\nt: yes\\ns: "1"\\n' >p.yaml
            cat >>dvc.yaml <<'E'
              p:
                cmd: x
                params:
                - p.json: [a.b.2.c, a.b, n, no.such, a.b.7]
                - p.toml: [x, t.d, t.f]
                - p.py:
                - p.yaml: [k.2, k, d, t, s]
            E
            cat >>dvc.lock <<'E'
              p:
                cmd: x
                params:
                  p.json:
                    a.b.2.c: 3
                    a.b: [1, 2, {c: 4}]
                    n: null
                    no.such: 1
                  p.toml:
                    x: 1.0
                    t.d: 2020-01-01
                    t.f: 1000
                  p.py:
                    T: [1, 2]
                    L: [2]
                    gone: 1
                  p.yaml:
                    k: {2: c}
                    d: 2020-01-02
                    t: 'yes'
                    s: 1
            E
            """, [[], ["--json"]]),
    ]

    private static let selections = [
        State(
            "targets", "echo x >>weights.bin; rm data/A model; rm legacy/old.txt",
            [
                ["weights.bin"], ["weights.bin.dvc"], ["data"], ["data/b"], ["train"], ["model"],
                ["dvc.yaml"], ["nope"], ["legacy"], ["-R", "legacy"], ["legacy/old.txt"],
                ["model", "train"], ["train", "model"], ["-d", "model"], ["dvc.lock"],
                ["nope.dvc"],
            ]),
        State("ancestors", "echo x >>weights.bin; rm model", [["-d", "train"]]),
        State(
            "options of the other kind of status", ":",
            [["-a"], ["-T"], ["-A"], ["-j", "4"], ["-aTA"], ["-j", "0"], ["--all-b"]]),
    ]

    @Test(arguments: files + pipelines + selections)
    func `says what DVC says`(state: State) throws {
        let repository = try InteropRepository()
        let sandbox = repository.sandbox
        try sandbox.start("sh", ["-c", state.script], in: repository.path).wait().checked()
        let directory = repository.path.appending(state.directory)
        for arguments in state.arguments {
            let ours = try sandbox.start("git", ["dvc", "status"] + arguments, in: directory).wait()
            let theirs = try sandbox.start(
                Sandbox.realDVC(), ["status"] + arguments, in: directory
            ).wait()
            #expect(ours.status == theirs.status, "\(ours) \(theirs)")
            #expect(Self.blocks(ours) == Self.blocks(theirs), "\(ours) \(theirs)")
            // Once more: from what is remembered of the files.
            let again = try sandbox.start("git", ["dvc", "status"] + arguments, in: directory)
                .wait()
            #expect(again.output == ours.output)
        }
    }

    /// What is said of each stage, in an order that does not depend on the file system.
    private static func blocks(_ result: ProcessResult) -> [String] {
        if result.output.hasPrefix("{") {
            return result.output.split(separator: "], \"").map {
                $0.trimmingPrefix("{").trimmingPrefix("\"").filter { !"]}\n".contains($0) }
            }.sorted()
        }
        var blocks: [String] = []
        for line in result.output.split(separator: "\n") {
            if line.hasPrefix("\t"), !blocks.isEmpty {
                blocks[blocks.count - 1] += "\n" + line
            } else {
                blocks.append(String(line))
            }
        }
        return blocks.sorted()
    }

    @Test func `an import of a repository that moved on`() throws {
        let repository = try InteropRepository()
        let sandbox = repository.sandbox
        let source = try DVCRepository(in: sandbox, "source", storage: "source-storage")
        try source.add("imported", as: "data.txt")
        try sandbox.commitAll("source", in: source.path)
        try sandbox.git("tag", "-a", "-m", "one", "v1", in: source.path)
        try sandbox.dvc("push", "--quiet", in: source.path)
        for arguments in [["data.txt"], ["--rev", "v1", "-o", "tagged", "data.txt"]] {
            try sandbox.start(
                Sandbox.realDVC(), ["import", source.path.string] + arguments, in: repository.path
            ).wait().checked()
        }
        func compare(_ arguments: String..., expecting text: String) throws {
            let theirs = try sandbox.start(
                Sandbox.realDVC(), ["status"] + arguments, in: repository.path
            ).wait()
            let ours = try sandbox.start(
                "git", ["dvc", "status"] + arguments, in: repository.path
            ).wait()
            #expect(Self.blocks(ours) == Self.blocks(theirs), "\(ours) \(theirs)")
            #expect(ours.status == theirs.status)
            #expect(ours.output.contains(text), "\(ours)")
        }
        try compare(expecting: "up to date.")
        try source.add("changed", as: "data.txt")
        try sandbox.commitAll("moved", in: source.path)
        try compare(expecting: "update available")
        try compare("--no-updates", expecting: "up to date.")
        // An edit by hand shows in the checksum.
        try sandbox.run("sed", "-i", "s/rev: v1/rev: v2/", "tagged.dvc", in: repository.path)
            .checked()
        try compare("--no-updates", expecting: "changed checksum")

        // Without its source ours reports the rest, where DVC reports nothing.
        try sandbox.run("rm", "-rf", source.path.string).checked()
        try sandbox.write([], to: repository.path.appending("weights.bin"))
        let ours = try repository.tryOurs("status")
        #expect(ours.status == 1)
        #expect(ours.output.contains("modified:           weights.bin"), "\(ours)")
        #expect(ours.errorOutput.contains("--no-updates"), "\(ours)")
        let theirs = try repository.tryDVC("status")
        #expect(theirs.status != 0 && theirs.output.isEmpty, "\(theirs)")
    }

    @Test func `an import of a file is compared when it is not frozen`() throws {
        let repository = try InteropRepository()
        let sandbox = repository.sandbox
        try sandbox.write(Array("elsewhere".utf8), to: sandbox.path("elsewhere/file"))
        try sandbox.dvc(
            "import-url", sandbox.path("elsewhere/file").string, "url", in: repository.path)
        for script in [
            ":", "echo x >>../elsewhere/file", "sed -i /^frozen/d url.dvc", "rm ../elsewhere/file",
        ] {
            try sandbox.start("sh", ["-c", script], in: repository.path).wait().checked()
            let theirs = try repository.tryDVC("status")
            let ours = try repository.tryOurs("status")
            #expect(Self.blocks(ours) == Self.blocks(theirs), "\(script): \(ours) \(theirs)")
            #expect(ours.status == theirs.status, "\(script)")
        }
    }

    @Test func `one broken metafile hides all others from DVC, and none from us`() throws {
        let repository = try InteropRepository()
        let path = repository.path
        try repository.sandbox.write([], to: path.appending("weights.bin"))
        for broken in ["outs: [", "outs:\n- path: x\n  no: 1\n"] {
            try repository.sandbox.write(Array(broken.utf8), to: path.appending("bad.dvc"))
            let theirs = try repository.tryDVC("status")
            #expect(theirs.status != 0 && theirs.output.isEmpty, "\(theirs)")
            let ours = try repository.tryOurs("status")
            #expect(ours.status == 1)
            #expect(ours.output.contains("modified:           weights.bin"), "\(ours)")
            #expect(ours.errorOutput.contains("bad.dvc"), "\(ours)")
        }
    }
}
