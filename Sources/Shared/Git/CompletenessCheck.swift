package import Basics

/// Whether all that commits need is here: then no remote must be asked for them.
///
/// It is the check by which `git fetch` finds out the same, once it has a connection.
/// Source: Git 2.39 `connected.c`.
package struct CompletenessCheck: ~Copyable {
    private let command: RunningCommand

    fileprivate init(_ tips: [GitOID], in repository: GitRepository) throws(SubprocessError) {
        let command = repository.command([
            "rev-list", "--objects", "--stdin", "--not", "--all", "--quiet", "--alternate-refs",
        ])
        var running = try command.begin(takesInput: true)
        running.feed(tips.flatMap { Array("\($0)\n".utf8) })
        self.command = running
    }

    /// Waits for the answer.
    package consuming func succeeds() throws(SubprocessError) -> Bool {
        try command.finish().status.isSuccess
    }
}

extension GitRepository {
    /// Begins to look at what is not reachable from the refs that are here; not for a partial clone.
    package func beginCompletenessCheck(
        of tips: [GitOID]
    ) throws(SubprocessError) -> CompletenessCheck {
        try CompletenessCheck(tips, in: self)
    }
}
