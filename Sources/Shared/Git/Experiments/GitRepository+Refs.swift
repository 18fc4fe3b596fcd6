package import Basics

/// A change of a local ref that happens only if the ref is as it was found.
package enum RefChange: Equatable, Sendable {
    /// `old`: `nil` when the ref must be new.
    case set(String, to: GitOID, from: GitOID?)
    case delete(String, from: GitOID)

    fileprivate var line: String {
        switch self {
        case .set(let ref, let new, let old?): "update \(ref) \(new) \(old)\n"
        case .set(let ref, let new, nil): "create \(ref) \(new)\n"
        case .delete(let ref, let old): "delete \(ref) \(old)\n"
        }
    }
}

extension RefChange {
    fileprivate static func lines(_ changes: [RefChange]) -> [UInt8] {
        Array(changes.map(\.line).joined().utf8)
    }
}

/// A `git update-ref` that waits to be told what to change.
package struct StartedRefChange: ~Copyable {
    private let command: RunningCommand

    fileprivate init(_ command: consuming RunningCommand) { self.command = command }

    /// Makes all of these changes, or none.
    package consuming func make(_ changes: [RefChange]) throws(SubprocessError) {
        try command.outputIfSuccessful(feeding: RefChange.lines(changes))
    }
}

extension GitRepository {
    /// Makes all of these changes, or none.
    ///
    /// `message`: for the reflog, where the ref has one.
    package func change(
        _ changes: [RefChange], message: String = ""
    ) throws(SubprocessError) {
        if changes.isEmpty { return }
        let reason = message.isEmpty ? [] : ["-m", message]
        _ = try output(
            ["update-ref"] + reason + ["--stdin"], input: RefChange.lines(changes))
    }

    /// Starts what changes refs, for whoever still has something else to find out before.
    ///
    /// Nothing changes when it is dropped.
    package func beginChange() throws(SubprocessError) -> StartedRefChange {
        StartedRefChange(try command(["update-ref", "--stdin"]).begin(takesInput: true))
    }

    /// What a ref points at, a symbolic one followed; `nil` when there is none.
    package func target(ofRef name: String) throws(SubprocessError) -> GitOID? {
        let result = try command(["rev-parse", "--verify", "--quiet", name]).run()
        return GitOID(result.output.prefix { $0 != UInt8(ascii: "\n") })
    }

    /// Whether a full ref name is one that Git allows.
    package func isRefName(_ name: String) throws(SubprocessError) -> Bool {
        // A name with control characters could not even be handed over.
        guard !name.utf8.contains(where: { $0 < 0x20 }) else { return false }
        return try command(["check-ref-format", name]).run().status.isSuccess
    }
}
