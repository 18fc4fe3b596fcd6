package import HTTPClient
package import Storage

/// Everything about a remote in S3, or in a service that speaks its language.
package struct S3Configuration: Sendable {
    /// How the bucket's name gets into a URL.
    package enum Addressing: Sendable {
        /// In the host at AWS where names allow it, in the path anywhere else.
        case automatic
        /// `https://host/bucket/key`
        case path
        /// `https://bucket.host/key`
        case virtualHost
    }

    /// The remote's name, for messages.
    package var name: String
    package var bucket: String
    /// What comes before `files/md5/…` in keys, without slashes at its ends; empty for none.
    package var prefix: String
    /// A service other than AWS, or one of its special hosts: scheme, host and port, perhaps a path.
    package var endpoint: String?
    /// `nil`: found out.
    package var region: String?
    package var addressing = Addressing.automatic
    /// Whether AWS is asked over TLS; an endpoint says that itself.
    package var usesTLS = true
    package var peer = Peer()
    /// For new objects: access rights, encryption, storage class.
    package var objectHeaders: [HTTPHeader] = []
    /// The customer's own key, for every request that has to do with content.
    package var encryptionKeyHeaders: [HTTPHeader] = []
    /// From how many bytes on an object goes up in parts.
    package var multipartThreshold: Int64 = 16 << 20
    /// In bytes; at least 5 MiB, as the service demands, but for tests.
    package var partSize: Int64 = 8 << 20
    /// How many requests are under way at once, of whatever kind; fewer where the service is overloaded.
    package var concurrency = 8
    /// How many parts of one object are under way at once, as far as ``concurrency`` allows.
    package var partConcurrency = 4
    /// For the pieces of a large object, which are too many to start anew all of them.
    package var retry = RetryingStore.Policy()

    package init(name: String, bucket: String, prefix: String) {
        self.name = name
        self.bucket = bucket
        self.prefix = prefix
    }
}

extension S3Configuration {
    /// How requests line up.
    func gateSettings(_ clock: SigningClock) -> RequestGate.Settings {
        var settings = RequestGate.Settings(
            most: concurrency, systemTime: { clock.now.time.secondsSince1970 })
        settings.asksToSlowDown = { $0.isOverload || $0.isSlowDown }
        settings.patience = retry.patience
        settings.sleep = retry.sleep
        settings.now = retry.now
        return settings
    }
}

extension HTTPResponse {
    /// Some services say it with another status.
    fileprivate var isSlowDown: Bool {
        status >= 400 && !body.isEmpty && S3Refusal(body)?.code == "SlowDown"
    }
}

/// Who the requests come from.
package protocol S3Identity: Sendable {
    /// The credentials to sign with; `nil` for requests without a signature.
    ///
    /// Fetched once and kept until shortly before they expire.
    func credentials() async throws -> AWSCredentials?

    /// The service said that they have expired: whether others can be had.
    func renew(_ refused: AWSCredentials) async throws -> Bool
}

/// Credentials that stay as they are, or none.
package struct FixedIdentity: S3Identity {
    private let known: AWSCredentials?

    package init(_ credentials: AWSCredentials?) { known = credentials }

    package func credentials() async throws -> AWSCredentials? { known }
    package func renew(_ refused: AWSCredentials) async throws -> Bool { false }
}

extension CredentialProvider: S3Identity {}
