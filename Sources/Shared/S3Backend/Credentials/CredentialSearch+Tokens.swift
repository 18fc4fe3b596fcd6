internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient

extension CredentialSearch {
    /// When less than this is left of a token, another is asked for, in seconds.
    ///
    /// Source: botocore 1.43, `SSOTokenProvider`.
    private static let refreshWindow: Int64 = 15 * 60

    /// Where the login to an SSO session, or to a start URL of old profiles, is kept.
    struct SSOLogin {
        let profile: String
        /// `sso_session`; `nil` for an old profile, whose token nobody renews.
        let session: String?
        let startURL: String
        let region: String
    }

    /// The token in `~/.aws/sso/cache`, under the SHA-1 of the session's name or of the start URL.
    ///
    /// That of a session is renewed before it ends, and kept for the next run and for other programs.
    func token(of login: SSOLogin) async throws -> String {
        let key = login.session ?? login.startURL
        let path = files.home.appending(
            ".aws/sso/cache/\(sha1HexDigits(Array(key.utf8))).json")
        guard let bytes = try contents(of: path) else {
            throw ssoLoginNeeded(login.profile, "nobody is logged in to SSO")
        }
        let cached: SSOToken
        do {
            cached = try SSOToken(bytes)
        } catch {
            throw CredentialError.badAnswer(from: "'\(path)'", words: error.words)
        }
        let secondsLeft = cached.end.secondsSince1970 - settings.now().secondsSince1970
        if login.session != nil, secondsLeft < Self.refreshWindow,
            let renewed = try await renew(cached, of: login)
        {
            // Whoever cannot write there asks again the next time.
            try? writeFile(path, renewed.encoded, mode: 0o600)
            return renewed.text
        }
        guard secondsLeft > 0 else {
            throw ssoLoginNeeded(login.profile, "the login to SSO has expired")
        }
        return cached.text
    }

    func ssoLoginNeeded(_ name: String, _ words: String) -> CredentialError {
        .loginNeeded(
            profile: name, words: words,
            command: "aws sso login" + (name == "default" ? "" : " --profile \(name)"))
    }

    private func contents(of path: FilePath) throws(CredentialError) -> [UInt8]? {
        do {
            return try readFileIfPresent(path, limit: 1 << 20)
        } catch {
            throw .unreadable(error)
        }
    }

    /// Another token for the one that ends; `nil` when there is none to be had, which is no error as
    /// long as the old one is good.
    ///
    /// Source: AWS IAM Identity Center OIDC API Reference, "CreateToken".
    private func renew(_ old: SSOToken, of login: SSOLogin) async throws -> SSOToken? {
        guard let body = old.renewalRequest(at: settings.now()) else { return nil }
        let usual = "https://oidc.\(login.region).\(Self.domain(of: login.region))"
        let url = (try endpoint(of: "sso_oidc") ?? usual) + "/token"
        let request = ServiceRequest(
            "POST", url, headers: [HTTPHeader("content-type", "application/json")], body: body,
            timeout: .seconds(60), usesProxy: true)
        do {
            let answer = try await patientRequester.respond(to: request)
            guard answer.status == 200 else { return nil }
            return try? old.renewed(by: answer.body, of: login, at: settings.now())
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return nil  // as botocore: it says so once the old one has ended
        }
    }
}
