internal import Basics
internal import CloudStorage
internal import DVC
internal import HTTPClient
internal import S3Backend

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Options of a remote that contradict each other, or are not what they should be.
struct RemoteOptionError: UserFacingError {
    let remote: String
    let problem: String

    var summary: String { "remote '\(remote)': \(problem)" }
    var advice: String? { "change it with 'git dvc remote modify \(remote)'" }
}

extension Session {
    /// A bucket; nothing is asked of it yet.
    ///
    /// `jobs`: `-j`.
    ///
    /// Source: DVC 3.67.1, `dvc_s3` (dvc-compat 8.4).
    func s3Store(for remote: DVCRemote, url text: String, jobs option: Int?) throws -> S3Store {
        var configuration = S3Configuration(name: remote.name, url: text)
        configuration.peer = Peer(remote, environment, authorities: Self.authorityVariables)
        configuration.concurrency = jobs(
            option, remote: remote.jobs, blocksThreads: false, usual: Self.usualS3Requests)
        configuration.usesTLS = remote.boolean("use_ssl") ?? true
        let credentials = credentialSettings(for: remote)
        let requester = HTTPServiceRequester(
            transferLoop, peer: configuration.peer, now: { Int64(time(nil)) })
        let search = try CredentialSearch(credentials, requester: requester)
        configuration.endpoint =
            if let endpoint = remote.text(of: "endpointurl") { endpoint } else {
                try search.endpoint(of: "s3")
            }
        configuration.region = try search.region()
        configuration.take(search.s3Section())
        configuration.objectHeaders = try objectHeaders(of: remote)
        configuration.encryptionKeyHeaders = try encryptionKeyHeaders(of: remote)
        return try S3Store(
            configuration, on: transferLoop,
            as: s3Identities.identity(of: remote) {
                CredentialProvider(credentials, requester: requester)
            },
            clock: SigningClock(systemTime: systemTime))
    }

    /// Source: botocore and requests; OpenSSL for the last.
    private static let authorityVariables = [
        "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE",
    ]

    private var systemTime: @Sendable () -> AWSTime {
        { AWSTime(secondsSince1970: Int64(time(nil))) }
    }

    private func credentialSettings(for remote: DVCRemote) -> CredentialSettings {
        var settings = CredentialSettings(environment: environment, now: systemTime)
        settings.accessKeyID = remote.text(of: "access_key_id")
        settings.secretAccessKey = remote.text(of: "secret_access_key")
        settings.sessionToken = remote.text(of: "session_token")
        settings.profile = remote.text(of: "profile")
        settings.region = remote.text(of: "region")
        settings.isAnonymous = remote.boolean("allow_anonymous_login") ?? false
        settings.credentialPath = remote.text(of: "credentialpath").map { FilePath($0) }
        settings.configPath = remote.text(of: "configpath").map { FilePath($0) }
        settings.credentialPathIsTracked = remote.level(of: "credentialpath") == .repo
        settings.configPathIsTracked = remote.level(of: "configpath") == .repo
        return settings
    }

    // MARK: Options that become headers

    private func objectHeaders(of remote: DVCRemote) throws(RemoteOptionError) -> [HTTPHeader] {
        let grants = [
            ("grant_full_control", "x-amz-grant-full-control"), ("grant_read", "x-amz-grant-read"),
            ("grant_read_acp", "x-amz-grant-read-acp"),
            ("grant_write_acp", "x-amz-grant-write-acp"),
        ].filter { remote.text(of: $0.0) != nil }
        if remote.text(of: "acl") != nil, let (grant, _) = grants.first {
            throw RemoteOptionError(
                remote: remote.name, problem: "'acl' and '\(grant)' exclude each other")
        }
        let options =
            [
                ("acl", "x-amz-acl"), ("sse", "x-amz-server-side-encryption"),
                ("sse_kms_key_id", "x-amz-server-side-encryption-aws-kms-key-id"),
            ] + grants
        return options.compactMap { option, name in
            remote.text(of: option).map { HTTPHeader(name, $0) }
        }
    }

    private func encryptionKeyHeaders(
        of remote: DVCRemote
    ) throws(RemoteOptionError) -> [HTTPHeader] {
        guard let text = remote.text(of: "sse_customer_key") else { return [] }
        if remote.text(of: "sse_kms_key_id") != nil {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "'sse_kms_key_id' and 'sse_customer_key' exclude each other")
        }
        let algorithm = remote.text(of: "sse_customer_algorithm") ?? "AES256"
        guard let headers = S3Configuration.encryptionKeyHeaders(key: text, algorithm: algorithm)
        else {
            throw RemoteOptionError(
                remote: remote.name, problem: "'sse_customer_key' is not a key in base64")
        }
        return headers
    }
}
