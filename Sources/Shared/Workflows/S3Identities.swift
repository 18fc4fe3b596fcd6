internal import Basics
internal import DVC
internal import S3Backend

/// Who the requests of this run come from, so that credentials are fetched once for it, however many
/// stores need them: a program that prints them may wait for a key to be touched.
final class S3Identities: Sendable {
    private let known = Locked<[[String?]: CredentialProvider]>([:])

    /// The options of a remote that decide which credentials are used, and how they are asked for.
    private static let options = [
        "access_key_id", "secret_access_key", "session_token", "profile", "region",
        "allow_anonymous_login", "credentialpath", "configpath", "ssl_verify", "connect_timeout",
        "read_timeout",
    ]

    /// The identity of a remote, which is that of all remotes with the same options.
    func identity(
        of remote: DVCRemote, _ make: () -> CredentialProvider
    ) -> CredentialProvider {
        // Who set an option decides what it may do.
        let key = Self.options.flatMap { option in
            [remote.text(of: option), remote.level(of: option).map { "\($0)" }]
        }
        return known.withLock { known in
            if let provider = known[key] { return provider }
            let provider = make()
            known[key] = provider
            return provider
        }
    }
}
