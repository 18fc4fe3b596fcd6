internal import Basics
internal import DVC

/// Who the requests of this run come from, so that credentials are fetched once for it, however many
/// stores need them: a program that prints them may wait for a key to be touched.
final class RemoteIdentities<Identity: Sendable>: Sendable {
    private let known = Locked<[[String?]: Identity]>([:])
    private let options: [String]

    /// `options`: those of a remote that decide which credentials are used, and how they are asked for.
    init(decidedBy options: [String]) { self.options = options }

    /// The identity of a remote, which is that of all remotes with the same options.
    func identity(of remote: DVCRemote, _ make: () -> Identity) -> Identity {
        // Who set an option decides what it may do.
        let key = options.flatMap { option in
            [remote.text(of: option), remote.level(of: option).map { "\($0)" }]
        }
        return known.withLock { known in
            if let identity = known[key] { return identity }
            let identity = make()
            known[key] = identity
            return identity
        }
    }
}
