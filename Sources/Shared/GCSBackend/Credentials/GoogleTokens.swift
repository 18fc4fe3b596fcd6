package import Basics
package import CloudStorage
internal import FoundationEssentials
internal import HTTPClient

/// Everything from outside that decides who requests to Google come from.
package struct GoogleSettings: Sendable {
    /// The option `credentialpath`, absolute.
    package var credentialPath: FilePath?
    /// Whether the repository's own tracked configuration named that file: then it comes from a
    /// stranger, and may not have other files read or a secret sent somewhere.
    package var credentialPathIsTracked = false
    package var environment: Environment

    package init(_ environment: Environment) { self.environment = environment }
}

/// Finds out who requests come from, and gets tokens for them.
///
/// Looks where DVC does: the file of the option; `GOOGLE_APPLICATION_CREDENTIALS`; what gcloud left;
/// the metadata server of Google's own machines. Who is nowhere asks without a token.
/// Source: gcsfs 2026.10, `GoogleCredentials.connect`; google-auth 2.62, `default`. The tokens that
/// gcsfs gets in a browser are in a file that only Python can read safely, and not taken.
package struct GoogleTokens: Sendable {
    private let settings: GoogleSettings
    private let service: TokenService

    /// What DVC asks for is full control; reading and writing is all that is needed.
    private static let scope = "https://www.googleapis.com/auth/devstorage.read_write"
    private static let timeout = Duration.seconds(30)

    /// `now`: seconds since 1970.
    package init(
        _ settings: GoogleSettings, requester: any ServiceRequester,
        now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        service = TokenService(
            requester, now: now,
            advice: "run 'gcloud auth application-default login', or set the remote's "
                + "'credentialpath' to the key of a service account")
    }

    /// The token of this run; nothing is read or asked for before it is needed.
    package var source: TokenSource {
        TokenSource.token(now: service.now) { try await load() }
    }

    private func load() async throws -> TokenSource.Loaded {
        if let path = settings.credentialPath {
            return try await token(fromFileAt: path, isTracked: settings.credentialPathIsTracked)
        }
        let environment = settings.environment
        if let path = environment.nonEmpty("GOOGLE_APPLICATION_CREDENTIALS") {
            return try await token(fromFileAt: FilePath(path), isTracked: false)
        }
        if let path = loginPath, fileExists(path) {
            return try await token(fromFileAt: path, isTracked: false)
        }
        return try await metadataToken() ?? TokenSource.Loaded(nil, end: nil)
    }

    private var loginPath: FilePath? {
        let environment = settings.environment
        let folder =
            environment.nonEmpty("CLOUDSDK_CONFIG").map { FilePath($0) }
            ?? environment.homeDirectory?.appending(".config/gcloud")
        return folder?.appending("application_default_credentials.json")
    }

    // MARK: Files

    private func token(
        fromFileAt path: FilePath, isTracked: Bool
    ) async throws -> TokenSource.Loaded {
        let bytes = try service.proof(in: path)
        let file: GoogleCredentialFile
        do throws(AnswerProblem) {
            file = try GoogleCredentialFile(bytes)
        } catch {
            throw problem(.badFile(path, words: error.words))
        }
        return try await token(of: file, at: path, isTracked: isTracked)
    }

    private func problem(_ reason: TokenError.Reason) -> TokenError {
        TokenError(reason, advice: service.advice)
    }

    private func token(
        of file: GoogleCredentialFile, at path: FilePath, isTracked: Bool
    ) async throws -> TokenSource.Loaded {
        switch file {
        case .serviceAccount(let key):
            guard let assertion = key.assertion(scope: Self.scope, now: service.now()) else {
                throw problem(.badFile(path, words: "its 'private_key' cannot sign"))
            }
            return try await token(
                [
                    "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                    "assertion": assertion,
                ], from: key.tokenURL)
        case .user(let login):
            let loaded = try await token(
                [
                    "grant_type": "refresh_token", "client_id": login.clientID,
                    "client_secret": login.clientSecret, "refresh_token": login.refreshToken,
                ], from: login.tokenURL)
            let project =
                settings.environment.nonEmpty("GOOGLE_CLOUD_QUOTA_PROJECT") ?? login.quotaProject
            guard var token = loaded.value, let project else { return loaded }
            token.headers = [HTTPHeader("x-goog-user-project", project)]
            return TokenSource.Loaded(token, end: loaded.end)
        case .impersonation(let impersonation):
            let loaded = try await token(of: impersonation.source, at: path, isTracked: isTracked)
            return try await impersonated(
                loaded.value, at: impersonation.url, delegates: impersonation.delegates)
        case .external(let account):
            if isTracked { throw problem(.notFromRepository(path, setting: "credential_source")) }
            return try await token(of: account, at: path)
        }
    }

    private func name(_ url: String) -> String { hostAndPort(ofURL: url) ?? "the token service" }

    private func token(
        _ fields: KeyValuePairs<String, String>, from url: String
    ) async throws -> TokenSource.Loaded {
        try await service.token(.form(fields, to: url), from: name(url))
    }

    // MARK: Acting as somebody else

    /// Source: Service Account Credentials API, `generateAccessToken`.
    private func impersonated(
        _ token: AccessToken?, at url: String, delegates: [String]
    ) async throws -> TokenSource.Loaded {
        struct Question: Encodable {
            let delegates: [String]
            let lifetime = "3600s"
            let scope: [String]
        }
        struct Answer: Decodable {
            var accessToken: String
            var expireTime: String
        }
        var request = ServiceRequest(
            "POST", url, headers: [HTTPHeader("content-type", "application/json")],
            body: json(Question(delegates: delegates, scope: [Self.scope])), timeout: Self.timeout,
            usesProxy: true)
        if let token { request.headers.append(token.authorization) }
        let body = try await service.answer(to: request, from: name(url))
        guard let answer: Answer = try? decode(body),
            let end = try? Date(answer.expireTime, strategy: .iso8601)
        else {
            throw problem(.badAnswer(service: name(url), words: "it is no token"))
        }
        return TokenSource.Loaded(
            AccessToken(answer.accessToken), end: Int64(end.timeIntervalSince1970))
    }

    /// Source: RFC 8693; Google Cloud, "Workload identity federation".
    private func token(
        of account: GoogleCredentialFile.ExternalAccount, at path: FilePath
    ) async throws -> TokenSource.Loaded {
        let subject = try await subjectToken(of: account, at: path)
        let isLast = account.impersonationURL == nil
        let loaded = try await token(
            [
                "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
                "audience": account.audience,
                "scope": isLast ? Self.scope : "https://www.googleapis.com/auth/cloud-platform",
                "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
                "subject_token": subject, "subject_token_type": account.subjectTokenType,
            ], from: account.tokenURL)
        guard let url = account.impersonationURL else { return loaded }
        return try await impersonated(loaded.value, at: url, delegates: [])
    }

    private func subjectToken(
        of account: GoogleCredentialFile.ExternalAccount, at path: FilePath
    ) async throws -> String {
        let bytes: [UInt8]
        switch account.source {
        case .file(let name):
            bytes = try service.proof(in: FilePath(name))
        case .url(let url, let headers):
            let request = ServiceRequest(
                "GET", url, headers: headers.sorted { $0.key < $1.key }.map(HTTPHeader.init),
                timeout: Self.timeout, usesProxy: false)
            bytes = try await service.answer(to: request, from: name(url))
        }
        var text = String(decoding: bytes, as: UTF8.self)
        if let field = account.field {
            // Fields of other kinds may be there, too.
            struct Text: Decodable {
                let value: String?

                init(from decoder: any Decoder) throws {
                    value = try? decoder.singleValueContainer().decode(String.self)
                }
            }
            let fields: [String: Text] = (try? decode(bytes)) ?? [:]
            text = fields[field]?.value ?? ""
        }
        text = String(text.drop { $0.isWhitespace })
        while text.last?.isWhitespace == true { text.removeLast() }
        guard !text.isEmpty else {
            throw problem(.badFile(path, words: "its 'credential_source' has no token"))
        }
        return text
    }

    // MARK: Google's own machines

    /// `nil` when this is none of them.
    ///
    /// Source: Compute Engine, "About VM metadata"; google-auth 2.62, `compute_engine/_metadata.py`.
    private func metadataToken() async throws -> TokenSource.Loaded? {
        let environment = settings.environment
        if environment["NO_GCE_CHECK"] == "true" { return nil }
        let named = environment.nonEmpty("GCE_METADATA_HOST")
        let seconds = environment.nonEmpty("GCE_METADATA_TIMEOUT").flatMap { Int($0) } ?? 3
        let request = ServiceRequest(
            "GET",
            "http://\(named ?? "metadata.google.internal")/computeMetadata/v1/instance/"
                + "service-accounts/default/token?scopes=\(percentEncoded(Self.scope))",
            headers: [HTTPHeader("metadata-flavor", "Google")],
            timeout: .seconds(max(1, min(seconds, 60))), usesProxy: false)
        // Said by a machine without an account of its own.
        return try await service.machineToken(request, isNamed: named != nil, absence: [404])
    }
}
