import Basics
import DVC
import Digests
import Git
import StatusCache
import Storage
import Testing
import Transfer

@testable import Planning
@testable import Workflows

@Suite struct PushJudgementTests {
    private struct Flaw: UserFacingError {
        let summary: String
    }

    private let remote: DVCRemote
    private let one: GitOID
    private let two: GitOID

    init() throws {
        let source = ConfigSource(
            level: .repo, bytes: Array("['remote \"s\"']\n    url = /srv/s\n".utf8),
            directory: "/top/.dvc", name: "config")
        remote = try DVCConfig([source], home: nil).remote(named: "s")
        one = try #require(GitOID(String(repeating: "1", count: 40)))
        two = try #require(GitOID(String(repeating: "2", count: 40)))
    }

    private static func oid(_ number: Int) -> ObjectID { objectID(of: Array("\(number)".utf8)) }

    /// An out of the metafile `<number>.dvc`, found in a commit.
    private func out(
        _ number: Int, _ oid: ObjectID? = nil, in commit: GitOID? = nil
    ) -> NeededOut {
        NeededOut(
            oid: oid ?? Self.oid(number), path: FilePath("data/\(1000 + number)"),
            sources: [MetafileVersion(path: FilePath("\(number).dvc"), blob: one)],
            revision: commit.map { .commit($0) } ?? .workspace)
    }

    private func plan(_ outs: [NeededOut]) -> StorePlan {
        var plan = StorePlan(remote: remote, cacheDirectory: "/top/.dvc/cache")
        plan.outs = outs
        return plan
    }

    private func outcome(_ outs: [NeededOut], missing: [ObjectID] = []) -> StoreOutcome {
        var outcome = StoreOutcome(plan: plan(outs))
        outcome.missing = missing
        return outcome
    }

    /// Which tips still have which metafiles, by the number of the out.
    private func history(
        _ live: [GitOID: Set<Int>] = [:], commits: [GitOID: [GitOID]] = [:]
    ) -> PushedHistory {
        PushedHistory(
            tipsStillHaving: { tips, sources in
                Set(
                    tips.filter { tip in
                        let names = (live[tip] ?? []).map { FilePath("\($0).dvc") }
                        return sources.allSatisfy { names.contains($0.path) }
                    })
            },
            commits: { range in range.tips.flatMap { commits[$0] ?? [] } })
    }

    private func judgement(
        _ outcomes: [StoreOutcome], _ history: PushedHistory, problems: [PlanProblem] = [],
        tips: [GitOID]? = nil, isPartial: Bool = false, _ strictness: Strictness = .tips
    ) -> PushJudgement {
        let tips = tips ?? [one, two]
        let updates = tips.map {
            RefUpdate(localName: "x", newOID: $0, remoteRef: "refs/heads/x", oldOID: nil)
        }
        var plan = PushPlan(problems: problems, notes: ["a note"], tips: tips)
        plan.stores = outcomes.map(\.plan)
        plan.coversHistory = true
        let remote = PushedRemote(argument: "origin", url: "/srv/origin")
        return PushJudgement(
            plan, outcomes,
            source: tips.isEmpty ? .selection(DataSelection()) : .refs(updates, to: remote),
            isPartial: isPartial, strictness: strictness, history: history)
    }

    /// Whether the tips are written down as complete.
    private func recordsTips(_ judgement: PushJudgement) -> Bool {
        judgement.records().contains { !$0.tips.isEmpty || $0.isBaseline }
    }

    @Test func `when all is there nothing is refused`() throws {
        var good = outcome([out(1)])
        good.present = [Self.oid(1)]
        good.uploadedCount = 1
        var judgement = judgement([good], history([one: [1]]))
        let report = try judgement.judge()
        #expect(report.isSuccess && report.refusals.isEmpty && report.warnings.isEmpty)
        #expect(report.notes == ["a note"])
        #expect(report.uploadedCount == 1)
        #expect(recordsTips(judgement))
    }

    @Test(
        arguments: [
            (.tips, [1], [1]), (.tips, [1, 2], [1, 2]), (.tips, [], nil), (.all, [], [1, 2]),
            (.all, [1], [1, 2]), (.none, [1, 2], nil), (.none, [], nil),
        ] as [(Strictness, [Int], [Int]?)])
    func `a missing object refuses the tips that still need it, or is a warning`(
        strictness: Strictness, live: [Int], refused: [Int]?
    ) throws {
        func tips(_ numbers: [Int]) -> Set<GitOID> { Set(numbers.map { $0 == 1 ? one : two }) }
        let alive = Dictionary(uniqueKeysWithValues: tips(live).map { ($0, Set([1])) })
        var judgement = judgement(
            [outcome([out(1)], missing: [Self.oid(1)])], history(alive), strictness)
        let report = try judgement.judge()
        #expect(Set(report.refusals.keys) == tips(refused ?? []))
        #expect(report.errors.count == (refused == nil ? 0 : 1))
        #expect(report.warnings.count == (refused == nil ? 1 : 0))
        #expect(report.isSuccess == (refused == nil))
        // Not even with a warning is a tip complete.
        #expect(!recordsTips(judgement))
    }

    @Test(arguments: [(.tips, false), (.all, false), (.none, true)] as [(Strictness, Bool)])
    func `a push of the workspace fails, or not`(strictness: Strictness, isSuccess: Bool) throws {
        var judgement = judgement(
            [outcome([out(1)], missing: [Self.oid(1)])], history(), tips: [], strictness)
        let report = try judgement.judge()
        #expect(report.isSuccess == isSuccess)
        #expect(report.errors.count + report.warnings.count == 1)
        #expect(report.refusals.isEmpty)
    }

    @Test func `however many objects are missing, each refuses the tips that need it`() throws {
        let outs = (1...12).map { out($0) }
        var judgement = judgement(
            [outcome(outs, missing: outs.map(\.oid))], history([one: Set(1...11), two: [12]]))
        let report = try judgement.judge()
        #expect(report.errors.count == 12)
        #expect(Set(report.refusals.keys) == [one, two])
    }

    @Test func `a failed upload refuses the tips whose history needs the object`() throws {
        let key = ObjectKey(Self.oid(1))
        let error = StoreError(.upload, key, store: "s", .failed("oops"))
        var failing = outcome([out(1, in: two), out(2, in: one)])
        failing.failures = [(oid: Self.oid(1), error: error)]
        let history = history(commits: [one: [one], two: [two]])
        var single = judgement([failing], history)
        let report = try single.judge()
        #expect(Set(report.refusals.keys) == [two])
        #expect(report.errors.first?.summary.contains("data/1001") == true)
        // Strictness is about data that nobody has, not about uploads that fail.
        var lenient = judgement([failing], history, .none)
        #expect(try !lenient.judge().isSuccess)
        // What a stop kept from being tried refuses as well.
        failing.untried = [Self.oid(2)]
        var stopped = judgement([failing], history)
        #expect(Set(try stopped.judge().refusals.keys) == [one, two])
    }

    @Test func `a remote that cannot be used refuses the tips that use it`() throws {
        var blocked = outcome([out(1)])
        blocked.blockedBy = Flaw(summary: "gone")
        var used = judgement([blocked], history([one: [1]]), .none)
        #expect(try used.judge().refusals == [one: "gone"])
        var unused = judgement([blocked], history())
        let report = try unused.judge()
        #expect(report.isSuccess && report.warnings.map(\.summary) == ["gone"])
        #expect(!recordsTips(unused))
    }

    @Test func `a problem of a metafile refuses the tips that still have it`() throws {
        let problem = PlanProblem(
            cause: .unreadable(Flaw(summary: "bad")), sources: out(1).sources,
            revision: .commit(one))
        var live = judgement([], history([two: [1]]), problems: [problem])
        #expect(try live.judge().refusals == [two: "bad"])
        var seen = outcome([out(2)])
        seen.present = [Self.oid(2)]
        var mended = judgement([seen], history(), problems: [problem])
        let report = try mended.judge()
        #expect(report.isSuccess && report.warnings.map(\.summary) == ["bad"])
        #expect(!recordsTips(mended))
    }

    @Test func `only what was seen now is written down`() throws {
        let list = objectID(of: [], isDirectory: true)
        let found = objectID(of: [1], isDirectory: true)
        var plan = plan([
            out(1), out(1), out(2), out(3), out(4, list), out(4, Self.oid(9)), out(5, found),
        ])
        plan.recorded = [Self.oid(2)]
        var partial = StoreOutcome(plan: plan)
        partial.present = [Self.oid(1), list, Self.oid(77)]
        partial.listed = [found]
        let complete = judgement([partial], history())
        let record = try #require(complete.records().first)
        #expect(record.url == remote.canonicalURL)
        #expect(record.objects == [Self.oid(1), list, found])
        // A list that was merely found says nothing about its members.
        #expect(record.directories.map(\.place) == ["data/1004"])
        #expect(record.tips == [one.hex, two.hex])
        // With `-r` other remotes were not looked at.
        #expect(!recordsTips(judgement([partial], history(), isPartial: true)))
        partial.missing = [Self.oid(3)]
        #expect(!recordsTips(judgement([partial], history())))
    }

    @Test func `nothing new is nothing to write down`() {
        var plan = plan([out(1)])
        plan.recorded = [Self.oid(1)]
        let judgement = judgement([StoreOutcome(plan: plan)], history(), isPartial: true)
        #expect(judgement.records().isEmpty)
    }
}
