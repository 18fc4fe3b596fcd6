import Basics
import CloudStorage
import GCSBackend
import HTTPClient
import TestSupport
import Testing

/// Who requests to Google come from.
@Suite struct GoogleTokenTests {
    let fixture: GCSFixture
    let home: TemporaryDirectory
    private var server: FaultProxy { fixture.server }

    init() throws {
        fixture = try GCSFixture()
        home = try TemporaryDirectory()
    }

    /// Made for these tests; nobody's key.
    static let pem = """
        -----BEGIN PRIVATE KEY-----
        MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAMTMne6KiaxoqiNi
        bUl+56+z2rhjmP9OoTM2Z7CXAYV0QVpyUJfO1gpHf8f4gcdRQhuN9C6On61Xr/ZC
        vMj3yKyChxfAtxbz/nYlfSkBFdNI1+ookY7wkGEueLO0WDCKJT8cfBnFhFBjUikQ
        kr3ITekIDuBEu00GUs8NWNa+KZGHAgMBAAECgYAogj3YBihElt6+ndoFENw77HeP
        EOFDXDoOQpqhXNPxVnbFWVaBiQ/B2enRjbOZBX7oERY8JxtzIOOVezNE4swpadwj
        AQc1trYkS0jGb3yusRK39JWa/+BE5R+Yy92E+NeCha9FMRU6oYaBaOz0VTh3md4o
        X1jrS+D9YBA8Te2ucQJBAObBarFcZNxNbsiqOHL1G06tGvxGeDDZteg4hFVb4VgC
        G370QbqPpOxhEI3VzXXurtdbbDMN0+ePHIxXHUaP1l0CQQDaVDcJ7Dw/Kp1KvNFa
        HAwDGP1DMByHGZnATTRt24oEi5nIFMApun3eFEyh5DKComPu7mQ2sj49AiVVNxS0
        oYEzAkEA0pHVZpvFfjM60OpkMKLylEzqvyMfMpS4pnxMZgg+Di1+Ic+K20+RVBMP
        JB7iKqfv7J2EkuIfaMLzbi1gja9cEQJAZA0tv8VbgpLzy/klc0bhFlZQUYbtu9e2
        htKakTGHWTfkPDWOLlFBNxFUYOgjYYwrgaYLlKkwLmMaWqfIPFK60wJBAK0SMTFH
        uJtf1MEF3a4GIQr1PyzU36dZv3R9gIk5xFwtY+SnccVXUSHOG+mLPmecMcaOW+sa
        2UG4s8r8bD8N32c=
        -----END PRIVATE KEY-----

        """

    private func write(_ text: String, to name: String) throws -> FilePath {
        let path = home.path.appending(FilePath(name))
        try createDirectories(path.parent)
        try writeFile(path, Array(text.utf8))
        return path
    }

    private func serviceAccount(tokenURL: String? = nil) throws -> FilePath {
        try write(
            """
            {"type": "service_account", "private_key_id": "kid1",
             "private_key": "\(Self.pem.replacing("\n", with: "\\n"))",
             "client_email": "robot@project.iam.gserviceaccount.com",
             "token_uri": "\(tokenURL ?? server.url + "/token")"}
            """, to: "key.json")
    }

    private func user(more: String = "") -> String {
        """
        {"type": "authorized_user", "client_id": "id", "client_secret": "s&t",
         "refresh_token": "r/1", "token_uri": "\(server.url)/token"\(more)}
        """
    }

    private func tokens(
        _ variables: [String: String] = [:], _ change: (inout GoogleSettings) -> Void = { _ in }
    ) -> TokenSource {
        let base = ["HOME": home.path.string, "NO_GCE_CHECK": "true"]
        var settings = GoogleSettings(Environment(base.merging(variables) { $1 }))
        change(&settings)
        return GoogleTokens(settings, requester: fixture.requester, now: { GCSFixture.now }).source
    }

    private func answerToken(_ text: String, lifetime: String = "3599", to path: String = "/token")
    {
        server.add(
            .answer(200, body: #"{"access_token":"\#(text)","expires_in":\#(lifetime)}"#)
        ) { $0.target == path }
    }

    private func failure(_ tokens: TokenSource) async throws -> TokenError {
        do {
            _ = try await tokens.value()
        } catch let error as TokenError {
            return error
        }
        Issue.record("nothing was thrown")
        throw CancellationError()
    }

    /// Made with google-auth 2.62 from the same key and claims.
    @Test func `an assertion is what Google's own library makes`() throws {
        let file = try GoogleCredentialFile(
            try readFile(serviceAccount(tokenURL: "https://oauth2.googleapis.com/token")))
        guard case .serviceAccount(let key) = file else {
            Issue.record("another kind")
            return
        }
        let expected =
            "eyJhbGciOiJSUzI1NiIsImtpZCI6ImtpZDEiLCJ0eXAiOiJKV1QifQ.eyJhdWQiOiJodHRwczovL"
            + "29hdXRoMi5nb29nbGVhcGlzLmNvbS90b2tlbiIsImV4cCI6MTc5MDAwMzYwMCwiaWF0IjoxNzkwM"
            + "DAwMDAwLCJpc3MiOiJyb2JvdEBwcm9qZWN0LmlhbS5nc2VydmljZWFjY291bnQuY29tIiwic2Nvc"
            + "GUiOiJodHRwczovL3d3dy5nb29nbGVhcGlzLmNvbS9hdXRoL2RldnN0b3JhZ2UucmVhZF93cml0Z"
            + "SJ9.s8rfNhZ7yp0TPybQNRt5qyZcH4ZFs_uKyyY9GsXxVijJ6lv1kmD8ujgo5HxCC_eWIJ_MQe_l"
            + "KM_i1KDSMt3ea45nyopNrConcCk8qp7U788Jg_iClAoHLfmqXM01h2c8sNNU7o83hgkeMCc03DvH"
            + "Pd_Z3XPHQthVdp0FOp4G2SU"
        #expect(
            key.assertion(
                scope: "https://www.googleapis.com/auth/devstorage.read_write", now: 1_790_000_000)
                == expected)
    }

    @Test func `the key of a service account gets a token`() async throws {
        answerToken("ya29.a")
        let path = try serviceAccount()
        let option = tokens { $0.credentialPath = path }
        #expect(try await option.value() == AccessToken("ya29.a"))
        let variable = tokens(["GOOGLE_APPLICATION_CREDENTIALS": path.string])
        #expect(try await variable.value() == AccessToken("ya29.a"))
        #expect(server.requests.map(\.method) == ["POST", "POST"])
        #expect(
            server.requests[0].headers["content-type"] == "application/x-www-form-urlencoded")
    }

    @Test func `what gcloud left is found, and who pays is told`() async throws {
        answerToken("u")
        _ = try write(
            user(more: #", "quota_project_id": "payer""#),
            to: ".config/gcloud/application_default_credentials.json")
        let token = try await tokens().value()
        #expect(token?.text == "u")
        #expect(token?.headers.map(\.name) == ["x-goog-user-project"])
        #expect(token?.headers.map(\.value) == ["payer"])
        let other = try await tokens(["GOOGLE_CLOUD_QUOTA_PROJECT": "other"]).value()
        #expect(other?.headers.map(\.value) == ["other"])
        let elsewhere = try await tokens(["CLOUDSDK_CONFIG": "/nowhere"]).value()
        #expect(elsewhere == nil)
    }

    @Test func `impersonation takes a second step`() async throws {
        answerToken("first")
        server.add(
            .answer(200, body: #"{"accessToken":"second","expireTime":"2026-09-21T15:33:20Z"}"#)
        ) {
            $0.target == "/generate" && $0.headers["authorization"] == "Bearer first"
        }
        let path = try write(
            """
            {"type": "impersonated_service_account", "delegates": [],
             "service_account_impersonation_url": "\(server.url)/generate",
             "source_credentials": \(user())}
            """, to: "c.json")
        #expect(try await tokens { $0.credentialPath = path }.value()?.text == "second")
    }

    private func external(_ source: String) throws -> FilePath {
        try write(
            """
            {"type": "external_account", "audience": "//iam/x", "token_url": "\(server.url)/sts",
             "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
             "credential_source": \(source)}
            """, to: "external.json")
    }

    @Test func `an identity of another provider is exchanged`() async throws {
        answerToken("sts", to: "/sts")
        let subject = try write(" jwt\n", to: "subject")
        let file = try external(#"{"file": "\#(subject)"}"#)
        #expect(try await tokens { $0.credentialPath = file }.value()?.text == "sts")
        server.add(.answer(200, body: #"{"value":"jwt","n":1}"#)) {
            $0.target == "/subject" && $0.headers["x-key"] == "k"
        }
        let url = try external(
            #"{"url": "\#(server.url)/subject", "headers": {"x-key": "k"},"#
                + #" "format": {"type": "json", "subject_token_field_name": "value"}}"#)
        #expect(try await tokens { $0.credentialPath = url }.value()?.text == "sts")
    }

    @Test func `a file that the repository names has no other file read`() async throws {
        let file = try external(#"{"file": "/etc/hostname"}"#)
        let error = try await failure(
            tokens {
                $0.credentialPath = file
                $0.credentialPathIsTracked = true
            })
        #expect(error.summary.contains("the repository itself names that file"))
        #expect(server.requests.isEmpty)
    }

    @Test func `a machine of Google's gives a token`() async throws {
        server.add(.answer(200, body: #"{"access_token":"vm","expires_in":"100"}"#)) {
            $0.headers["metadata-flavor"] == "Google"
                && $0.target.hasPrefix(
                    "/computeMetadata/v1/instance/service-accounts/default/token")
        }
        let host = server.url.dropFirst("http://".count)
        let variables = ["NO_GCE_CHECK": "", "GCE_METADATA_HOST": String(host)]
        #expect(try await tokens(variables).value()?.text == "vm")
    }

    @Test func `who is nowhere asks without a token`() async throws {
        #expect(try await tokens().value() == nil)
        #expect(server.requests.isEmpty)
    }

    @Test func `a token is renewed before it ends, and not before that`() async throws {
        let now = Locked(GCSFixture.now)
        answerToken("a", lifetime: "1000")
        let path = try serviceAccount()
        var settings = GoogleSettings(Environment([:]))
        settings.credentialPath = path
        let source = GoogleTokens(
            settings, requester: fixture.requester, now: { now.withLock { $0 } }
        ).source
        for (time, count) in [(0, 1), (699, 1), (701, 2), (1300, 2), (1402, 3)] {
            now.withLock { $0 = GCSFixture.now + Int64(time) }
            _ = try await source.value()
            #expect(server.requests.count == count)
        }
        // A failure is none while the token is good, and is not repeated for each request.
        server.reset()
        server.add(.answer(400, body: #"{"error":"invalid_grant"}"#))
        now.withLock { $0 = GCSFixture.now + 1402 + 800 }
        for _ in 1...3 { #expect(try await source.value()?.text == "a") }
        #expect(server.requests.count == 1)
    }

    @Test(arguments: [
        (
            400, #"{"error":"invalid_grant","error_description":"Token has been revoked.\nmore"}"#,
            "gives no access token: HTTP 400: invalid_grant: Token has been revoked."
        ),
        (
            403, #"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#,
            "gives no access token: HTTP 403: PERMISSION_DENIED: no"
        ),
        (401, "<html>", "gives no access token: HTTP 401"),
        (200, "<html>", "cannot be used: not the JSON that is documented"),
        (200, "{}", "cannot be used: there is no 'access_token'"),
        (200, #"{"access_token":"a b","expires_in":1}"#, "there is no 'access_token'"),
        (200, #"{"access_token":"a"}"#, "there is no 'expires_in'"),
        (200, #"{"access_token":"a","expires_in":-5}"#, "there is no 'expires_in'"),
        (200, #"{"access_token":"a","expires_in":1e300}"#, "there is no 'expires_in'"),
    ])
    func `a service that gives no token says why`(
        status: Int, body: String, words: String
    ) async throws {
        server.add(.answer(status, body: body))
        let path = try serviceAccount()
        let error = try await failure(tokens { $0.credentialPath = path })
        #expect(error.summary.contains(words), "\(error.summary)")
        #expect(error.advice?.contains("gcloud auth application-default login") == true)
        #expect(!error.summary.contains("private"))
    }

    @Test func `a service that is busy is asked again`() async throws {
        server.add(.answer(503, headers: ["Retry-After": "0"]), times: 2)
        answerToken("a")
        let path = try serviceAccount()
        #expect(try await tokens { $0.credentialPath = path }.value()?.text == "a")
    }

    @Test(arguments: [
        ("", "not the JSON"), ("[]", "not the JSON"), ("{}", "there is no 'type'"),
        (#"{"type":"x"}"#, "its 'type' is 'x', which is not supported"),
        (#"{"type":"service_account"}"#, "there is no 'private_key'"),
        (#"{"type":"service_account","private_key":"AAAA"}"#, "is not an RSA key"),
        (#"{"type":"authorized_user","client_id":"a"}"#, "there is no 'client_secret'"),
        (#"{"type":"impersonated_service_account"}"#, "there are no 'source_credentials'"),
        (
            #"{"type":"external_account","audience":"a","subject_token_type":"b","token_url":"c","#
                + #""credential_source":{"executable":{"command":"rm"}}}"#,
            "neither a file nor a URL"
        ),
    ])
    func `a file that is none says what is wrong with it`(text: String, words: String) async throws
    {
        let path = try write(text, to: "c.json")
        let error = try await failure(tokens { $0.credentialPath = path })
        #expect(error.summary.contains(words), "\(error.summary)")
        #expect(error.summary.contains("c.json"))
    }

    @Test func `a file that is not there is named`() async throws {
        let error = try await failure(tokens { $0.credentialPath = "/no/such/key.json" })
        #expect(error.summary.contains("/no/such/key.json"))
    }
}
