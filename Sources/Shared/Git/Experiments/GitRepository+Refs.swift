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
            ["update-ref"] + reason + ["--stdin"],
            input: Array(changes.map(\.line).joined().utf8))
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
