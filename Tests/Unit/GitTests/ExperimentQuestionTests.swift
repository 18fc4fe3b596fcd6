import Testing

@testable import Git

@Suite struct ExperimentQuestionTests {
    private let head: GitOID
    private let other: GitOID

    init() throws {
        head = try #require(GitOID(String(repeating: "a", count: 40)))
        other = try #require(GitOID(String(repeating: "b", count: 40)))
    }

    private func experiment(_ name: String, _ baseline: GitOID) -> Experiment {
        Experiment(ref: ExperimentRef(baseline: baseline, name: name), tip: head)
    }

    @Test func `a name is looked for among HEAD's, then elsewhere`() throws {
        let question = try #require(ExperimentSelection.names(["x"]).question(head: head))
        #expect(question.refs == [ExperimentRef.prefix(of: head) + "x"])
        #expect(question.elsewhere == ["refs/exps/*/*/x"])
        #expect(question.isSettled(by: [experiment("x", head)]))
        #expect(!question.isSettled(by: []))
        #expect(!question.isSettled(by: [experiment("x", other), experiment("x2", head)]))
    }

    @Test func `a full name needs no other look`() throws {
        let ref = ExperimentRef(baseline: other, name: "x").description
        let question = try #require(ExperimentSelection.names([ref]).question(head: nil))
        #expect(question.refs == [ref] && question.isSettled(by: []))
        let mixed = try #require(ExperimentSelection.names([ref, "y"]).question(head: head))
        #expect(mixed.refs == [ref, ExperimentRef.prefix(of: head) + "y"])
        #expect(!mixed.isSettled(by: [experiment("x", other)]))
    }

    @Test func `without a commit a name can only be elsewhere`() throws {
        let question = try #require(ExperimentSelection.names(["x"]).question(head: nil))
        #expect(question.refs.isEmpty && !question.isSettled(by: []))
        #expect(question.elsewhere == ["refs/exps/*/*/x"])
    }

    @Test func `what could be a pattern is never asked for`() throws {
        let names = ["x*", "[a-z]", "?", "-x", "refs/exps/exec/EXEC_HEAD", "a b"]
        let question = try #require(ExperimentSelection.names(names).question(head: head))
        #expect(question.refs.isEmpty && question.elsewhere.isEmpty)
    }

    @Test func `commits mean what is below them`() throws {
        let selection = ExperimentSelection.baselines([other, head])
        let question = try #require(selection.question(head: nil))
        #expect(question.refs == [ExperimentRef.prefix(of: head), ExperimentRef.prefix(of: other)])
        #expect(question.isSettled(by: []))
    }

    @Test func `only all refs tell what many things mean, or letters with two spellings`() {
        let names = (0..<201).map { "x\($0)" }
        #expect(ExperimentSelection.names(names).question(head: head) == nil)
        #expect(ExperimentSelection.names(["\u{e9}"]).question(head: head) == nil)
        #expect(ExperimentSelection.all.question(head: head) == nil)
    }
}
