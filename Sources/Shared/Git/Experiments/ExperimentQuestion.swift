/// Which refs tell what a selection means: so it costs what is selected, however many others there are.
///
/// A name is looked for where it is taken from in any case, among the experiments of the commit that is
/// checked out, and elsewhere only when it is not there.
struct ExperimentQuestion {
    /// Full names of refs, or what they begin with, the last slash included.
    let refs: [String]
    /// Patterns for `git for-each-ref` that find the rest where ``refs`` do not settle it.
    let elsewhere: [String]
    /// What must be found for that.
    private let own: Set<ExperimentRef>
    private let isComplete: Bool

    /// More would make a command line too long, and cost more than all of the refs.
    private static let limit = 200

    fileprivate init?(_ baselines: Set<GitOID>) {
        if baselines.count > Self.limit { return nil }
        refs = baselines.map { ExperimentRef.prefix(of: $0) }.sorted()
        elsewhere = []
        own = []
        isComplete = true
    }

    fileprivate init?(_ names: [String], _ head: GitOID?) {
        // Letters that can be written in several ways are the same to us, and not to Git.
        guard names.count <= Self.limit, names.allSatisfy({ $0.utf8.allSatisfy { $0 < 0x80 } })
        else { return nil }
        // What cannot be a name is found nowhere, and Git could take it for a pattern.
        let names = names.filter(\.isRefComponents)
        let full = names.compactMap { ExperimentRef($0) }
        let plain = names.filter { !$0.hasPrefix("refs/") }
        let own = head.map { head in plain.map { ExperimentRef(baseline: head, name: $0) } } ?? []
        refs = (full + own).map(\.description)
        elsewhere = full.map(\.description) + plain.map { "\(ExperimentRef.namespace)*/*/\($0)" }
        self.own = Set(own)
        isComplete = own.count == plain.count
    }

    /// Whether no other refs can change what is meant; `found`: the experiments below ``refs``.
    func isSettled(by found: [Experiment]) -> Bool {
        isComplete && own.isSubset(of: found.lazy.map(\.ref))
    }
}

extension ExperimentSelection {
    /// What to look at; `nil` when only all of the refs tell.
    ///
    /// `head`: the commit that is checked out.
    func question(head: GitOID?) -> ExperimentQuestion? {
        switch self {
        case .all: nil
        case .names(let names): ExperimentQuestion(names, head)
        case .baselines(let baselines): ExperimentQuestion(baselines)
        }
    }
}
