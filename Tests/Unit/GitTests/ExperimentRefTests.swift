import Testing

@testable import Git

@Suite struct ExperimentRefTests {
    private static let baseline = "29ed5b0c6b3d0f0b8d9c1a2e3f4455667788990a"
    private static let prefix = "refs/exps/29/ed5b0c6b3d0f0b8d9c1a2e3f4455667788990a/"

    private static func ref(_ name: String, _ digit: Character = "a") throws -> ExperimentRef {
        let hex = String(repeating: digit, count: 40)
        return ExperimentRef(baseline: try #require(GitOID(hex)), name: name)
    }

    private static func experiment(_ name: String, _ digit: Character) throws -> Experiment {
        let tip = try #require(GitOID(String(repeating: "f", count: 40)))
        return Experiment(ref: try ref(name, digit), tip: tip)
    }

    @Test func `the name of an experiment's ref holds baseline and name`() throws {
        let ref = try #require(ExperimentRef(Self.prefix + "exp-a"))
        #expect(ref.baseline.hex == Self.baseline)
        #expect(ref.name == "exp-a")
        #expect(ref.description == Self.prefix + "exp-a")
        #expect(!ExperimentRef.isInternal(ref.description))
    }

    @Test(arguments: [
        "refs/exps/stash", "refs/exps/exec/EXEC_HEAD", "refs/exps/exec/EXEC_BRANCH",
        "refs/exps/celery/stash", "refs/exps/celery/failed", "refs/exps/apply/ORIG_HEAD",
        "refs/exps/apply/stash", "refs/exps/temp/head-1", "refs/exps/foo", "refs/exps",
        "\(prefix)name/below", prefix, "refs/exps/29/ed5b0c6b3d0f0b8d9c1a2e3f4455667788990a",
        "refs/exps/29/ED5B0C6B3D0F0B8D9C1A2E3F4455667788990A/x", "refs/exps/29/ed5b0c/x",
        "refs/exps/29e/d5b0c6b3d0f0b8d9c1a2e3f4455667788990a/x",
        "refs/exps//29ed5b0c6b3d0f0b8d9c1a2e3f445566778899/x",
    ])
    func `everything else below refs/exps is internal`(name: String) {
        #expect(ExperimentRef(name) == nil)
        #expect(ExperimentRef.isInternal(name))
    }

    @Test(arguments: ["refs/heads/refs/exps/x", "refs/expsX/a", "HEAD", "", "refs/remotes/exps/x"])
    func `other refs are none of ours`(name: String) {
        #expect(ExperimentRef(name) == nil)
        #expect(!ExperimentRef.isInternal(name))
    }

    @Test func `listings keep experiments only`() throws {
        let tip = String(repeating: "1", count: 40)
        let text = """
            \(tip)\t\(Self.prefix)a
            \(tip) \(Self.prefix)b
            \(tip)\trefs/exps/exec/EXEC_HEAD
            \(tip)\trefs/x\(Self.prefix)c
            nonsense
            zz \(Self.prefix)d

            """
        let found = Experiment.parse(Array(text.utf8))
        #expect(found.map(\.ref.name) == ["a", "b"])
        #expect(found.allSatisfy { $0.tip.hex == tip })
    }

    @Test func `a name means the one experiment, or the one of HEAD`() throws {
        let all = [
            try Self.experiment("x", "a"), try Self.experiment("x", "b"),
            try Self.experiment("y", "b"),
        ]
        let head = all[1].ref.baseline
        #expect(try all.chosen(by: ["y"], head: nil, remote: nil) == [all[2]])
        #expect(try all.chosen(by: ["y", "x", "y"], head: head, remote: nil) == [all[2], all[1]])
        #expect(
            try all.chosen(by: ["\(all[0].ref)", "y"], head: head, remote: nil)
                == [all[0], all[2]])
        #expect(throws: ExperimentError.ambiguousName("x", [all[0].ref, all[1].ref])) {
            try all.chosen(by: ["x"], head: nil, remote: nil)
        }
        #expect(throws: ExperimentError.unknownNames(["p", "q"], remote: "origin")) {
            try all.chosen(by: ["p", "y", "q"], head: nil, remote: "origin")
        }
        #expect(throws: ExperimentError.noExperimentRef("refs/exps/exec/EXEC_HEAD")) {
            try all.chosen(by: ["refs/exps/exec/EXEC_HEAD"], head: nil, remote: nil)
        }
    }

    @Test func `what a push did is read for each ref`() {
        let text = """
            To ../bare.git
            *\t1111:refs/exps/a\t[new reference]
            =\t1111:refs/exps/b\t[up to date]
            !\t1111:refs/exps/c\t[remote rejected] (hook declined)
            -\t:refs/exps/d\t[deleted]
            Done

            """
        #expect(
            PushedRefStatus.parse(Array(text.utf8)) == [
                "refs/exps/a": .done, "refs/exps/b": .done, "refs/exps/d": .done,
                "refs/exps/c": .refused(why: "[remote rejected] (hook declined)"),
            ])
    }

    @Test(arguments: ["-x", "--upload-pack=touch x", ""])
    func `a remote that looks like an option is refused`(name: String) {
        #expect(throws: GitRemoteError(remote: name, cause: .badName)) {
            try ExperimentRemote(name)
        }
    }

    @Test(arguments: ["a b", "a*", "a..b", "x.lock", "/a", "a/", "-a", "a:b", "", "a\u{1}", "a@{b"])
    func `names that would be patterns or paths are told apart`(name: String) {
        #expect(!name.isRefComponents)
        #expect("exp-1/\u{fc}".isRefComponents)
    }
}
