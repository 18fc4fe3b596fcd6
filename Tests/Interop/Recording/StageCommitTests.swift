import Basics
import TestSupport
import Testing

/// `git dvc commit` of stages, compared with `dvc commit` in twin repositories.
@Suite struct StageCommitTests {
    /// Commits by each and says what differs: files, and what is printed.
    private func differences(
        of twins: TwinRepositories, _ arguments: String..., status: Int32 = 0,
        in directory: FilePath = ""
    ) throws -> [String] {
        let results = try twins.run(["commit"] + arguments, in: directory)
        var found = try twins.differences()
        if !results.both(status) {
            found.append(
                "exit codes \(results.theirs.status ?? -1) <> \(results.ours.status ?? -1): "
                    + results.theirs.errorOutput + " <> " + results.ours.errorOutput)
        }
        if results.theirs.output != results.ours.output {
            found.append("output \(results.theirs.output) <> \(results.ours.output)")
        }
        return found
    }

    private func twins(_ pipeline: String, in directory: FilePath = "") throws -> TwinRepositories {
        let twins = try TwinRepositories()
        try twins.write(pipeline, directory.appending("dvc.yaml").string)
        return twins
    }

    private static let single = """
        stages:
          s:
            cmd: cat in >o
            deps:
            - in
            outs:
            - o

        """

    @Test func `a stage that never ran`() throws {
        let twins = try twins(Self.single)
        try twins.shell("echo 1 >in; echo 1 >o")
        #expect(try differences(of: twins, status: 1) == [])
        #expect(!fileExists(twins.ours.appending("dvc.lock")))
        #expect(try differences(of: twins, "--force") == [])
        #expect(fileExists(twins.ours.appending("dvc.lock")))
        // Nothing has changed, so there is nothing to ask and nothing to say.
        #expect(try differences(of: twins) == [])
        #expect(try differences(of: twins, "--force") == [])
        #expect(try twins.run("status").both(0))
    }

    @Test func `a stage that has changed`() throws {
        let twins = try twins(Self.single)
        try twins.shell("echo 1 >in; echo 1 >o")
        #expect(try differences(of: twins, "--force") == [])
        for change in ["echo 2 >in", "echo 22 >o", "sed -i 's/cat/tac/' dvc.yaml", "chmod +x in"] {
            try twins.shell(change)
            let isSeen = change.hasPrefix("chmod") ? 0 : 1
            #expect(try differences(of: twins, status: Int32(isSeen)) == [], "\(change)")
            #expect(try differences(of: twins, "--force") == [], "\(change)")
        }
    }

    @Test func `what is missing`() throws {
        let twins = try twins(Self.single)
        try twins.shell("echo 1 >in")
        #expect(try differences(of: twins, "--force", status: 1) == [])
        try twins.shell("mv in o")
        #expect(try differences(of: twins, "--force", status: 1) == [])
        #expect(try differences(of: twins, "nothing", status: 1) == [])
    }

    @Test func `what Git tracks`() throws {
        let twins = try twins(Self.single)
        try twins.shell("echo 1 >in; echo 1 >o; git add o")
        #expect(try differences(of: twins, "--force", status: 1) == [])
    }

    private static let several = """
        stages:
          prepare:
            cmd:
            - mkdir -p "d e"
            - echo 'a: b' >"d e/x"
            deps:
            - ./z
            - in
            params:
            - train.rate
            - list
            - p.json:
              - deep.s
            - whole.yaml:
            outs:
            - d e
            - b:
                cache: false
          train:
            cmd: echo a very long command whose line has to be folded by the one who writes it into the lock file 'somewhere'
            deps:
            - d e
            outs:
            - model
            metrics:
            - m.json:
                cache: false
            plots:
            - c.csv
          other:
            cmd: echo 1
            outs:
            - kept:
                persist: true
          nothing:
            cmd: echo 2

        """

    private func severalTwins() throws -> TwinRepositories {
        let twins = try twins(Self.several)
        try twins.write(
            "train: {rate: 1e-5}\nlist: [1, 2.50, yes, null, '1', 0x10, true]\n", "params.yaml")
        try twins.write("{\"deep\": {\"s\": \"\\u00e9\", \"n\": 1.0}}", "p.json")
        try twins.write("b: {y: 1e20, x: .inf, z: c}\na: ''\n", "whole.yaml")
        try twins.shell(
            """
            echo 1 >z; echo 2 >in; mkdir -p 'd e/f'; echo 3 >'d e/f/x'; echo 4 >'d e/y'; echo b >b
            echo m >model; echo '{}' >m.json; echo 1,2 >c.csv; echo k >kept; chmod +x z model
            """)
        return twins
    }

    @Test func `several stages, parameters and kinds of outs`() throws {
        let twins = try severalTwins()
        #expect(try differences(of: twins, "--force") == [])
        #expect(try differences(of: twins) == [])
        try twins.shell("echo 5 >'d e/f/x'; sed -i 's/2.50/2.75/' params.yaml; echo n >model")
        #expect(try differences(of: twins, status: 1) == [])
        #expect(try differences(of: twins, "--force", "prepare") == [])
        #expect(try differences(of: twins, "--force", "dvc.yaml:train") == [])
        #expect(try differences(of: twins) == [])
    }

    @Test func `targets`() throws {
        let twins = try severalTwins()
        #expect(try differences(of: twins, "--force", "other") == [])
        #expect(try differences(of: twins, "--force", "model") == [])
        #expect(try differences(of: twins, "--force", "--with-deps", "train") == [])
        #expect(try differences(of: twins, "--force", "nothing", "dvc.yaml") == [])
        #expect(try differences(of: twins, "--force", "--recursive", ".") == [])
        #expect(try differences(of: twins, "--force", "nowhere", status: 1) == [])
        #expect(try differences(of: twins, "--force", "dvc.yaml:nowhere", status: 1) == [])
        #expect(try differences(of: twins, "--force", "other", "nowhere", "train", status: 1) == [])
    }

    @Test func `a parameter that is not there`() throws {
        let twins = try severalTwins()
        try twins.shell("sed -i 's/train:/test:/' params.yaml")
        #expect(try differences(of: twins, "--force", "prepare", status: 1) == [])
        try twins.shell("rm params.yaml")
        #expect(try differences(of: twins, "--force", "prepare", status: 1) == [])
    }

    @Test func `members of groups, templates and a working directory`() throws {
        let twins = try twins(
            """
            stages:
              each:
                foreach: [a, b]
                do:
                  wdir: w
                  cmd: cp ../in ${item}
                  deps: [../in]
                  params:
                  - ../q.toml: [t.k]
                  outs: ['${item}']
              grid:
                matrix: {n: [1, 2]}
                cmd: echo ${item.n} >g${item.n}
                deps: [in]
                outs: ['g${item.n}']

            """, in: "sub")
        try twins.write("[t]\nk = [1, 2]\n", "sub/q.toml")
        try twins.shell(
            "cd sub; mkdir w; echo 1 >in; echo 1 >w/a; echo 1 >w/b; echo 1 >g1; echo 2 >g2")
        #expect(try differences(of: twins, "--force", "each@b", in: "sub") == [])
        #expect(try differences(of: twins, "--force", "each", in: "sub") == [])
        #expect(try differences(of: twins, "--force", "sub/dvc.yaml:grid@1") == [])
        #expect(try differences(of: twins, "--force", in: "sub/w") == [])
        #expect(try differences(of: twins) == [])
    }

    @Test func `data and stages together, and entries of others`() throws {
        let twins = try twins(Self.single)
        try twins.write(
            """
            schema: '2.0'
            stages:
              gone:
                cmd: echo gone
                outs:
                - path: gone
                  md5: 0123456789abcdef0123456789abcdef
                  size: 3
              s:
                cmd: cat in >o
                deps:
                - path: in
                  md5: b026324c6904b2a9cb4b88d6d61c81d1
                  size: 2
                outs:
                - path: o
                  md5: 0123456789abcdef0123456789abcdef
                  size: 2

            """, "dvc.lock")
        try twins.shell("echo 1 >in; echo 1 >o; echo 1 >f")
        #expect(try twins.run("add", "--quiet", "f").both(0))
        try twins.shell("echo 2 >f")
        #expect(try differences(of: twins, "--force") == [])
        #expect(try differences(of: twins, "s", "f.dvc") == [])
    }

    @Test func `what is elsewhere is left to DVC`() throws {
        let twins = try twins(
            """
            stages:
              s:
                cmd: echo 1 >o
                deps:
                - s3://bucket/in
                outs:
                - o

            """)
        try twins.shell("echo 1 >o")
        let ours = try twins.sandbox.run("git", "dvc", "commit", "--force", in: twins.ours)
        #expect(ours.status == 1)
        #expect(ours.errorOutput.contains("hint: use real DVC for it: 'dvc commit'"))
        #expect(!fileExists(twins.ours.appending("dvc.lock")))
    }
}
