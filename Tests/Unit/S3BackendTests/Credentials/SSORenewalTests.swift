import Basics
import Digests
import S3Backend
import TestSupport
import Testing

/// Logins to SSO that are about to end, or have ended.
@Suite struct SSORenewalTests {
    private static let config = """
        [default]
        sso_session = mine
        sso_account_id = 1
        sso_role_name = r
        [profile old]
        sso_start_url = https://start
        sso_region = eu-west-1
        sso_account_id = 1
        sso_role_name = r
        [sso-session mine]
        sso_start_url = https://start
        sso_region = eu-west-1
        """

    private static let now = CredentialWorld.time.secondsSince1970

    private let world: CredentialWorld
    private let cache = ".aws/sso/cache/\(sha1HexDigits(Array("mine".utf8))).json"

    init() throws {
        world = try CredentialWorld(config: Self.config)
        world.server.add(
            .answer(
                200,
                body: "{\"roleCredentials\":{\"accessKeyId\":\"SSO\",\"secretAccessKey\":\"s\","
                    + "\"sessionToken\":\"t\",\"expiration\":\((Self.now + 3600) * 1000)}}")
        ) { $0.target.hasPrefix("/federation/") }
    }

    private func time(_ secondsFromNow: Int64) -> String {
        AWSTime(secondsSince1970: Self.now + secondsFromNow).extendedFormat
    }

    /// A login that lasts so much longer, in seconds; as the AWS CLI writes it.
    private func logIn(
        lasting seconds: Int64, registration: Int64 = 86400, refreshToken: String? = "hush-refresh",
        at path: String? = nil
    ) throws {
        let refresh = refreshToken.map { ", \"refreshToken\": \"\($0)\"" } ?? ""
        try world.write(
            """
            {"startUrl": "https://start", "region": "eu-west-1", "accessToken": "hush-old",
             "expiresAt": "\(time(seconds))", "clientId": "client", "clientSecret": "hush-secret",
             "registrationExpiresAt": "\(time(registration))"\(refresh)}
            """, to: path ?? cache)
    }

    private func load(profile: String? = nil) async throws -> LoadedCredentials? {
        try await world.load([
            "AWS_ENDPOINT_URL_SSO": world.server.url,
            "AWS_ENDPOINT_URL_SSO_OIDC": world.server.url,
        ]) { $0.profile = profile }
    }

    private var usedTokens: [String?] {
        world.server.requests.filter { $0.target.hasPrefix("/federation/") }
            .map { $0.headers["x-amz-sso_bearer_token"] }
    }
    private var renewals: [FaultProxy.Request] {
        world.server.requests.filter { $0.target == "/token" }
    }

    private func gives(_ body: String, status: Int = 200) {
        world.server.add(.answer(status, body: body)) { $0.target == "/token" }
    }

    @Test(arguments: [Int64(14 * 60), 0, -86400])
    func `a login that ends is renewed, used and kept`(lasting seconds: Int64) async throws {
        try logIn(lasting: seconds)
        gives("{\"accessToken\": \"hush-new\", \"expiresIn\": 3600, \"refreshToken\": \"hush-2\"}")
        #expect(try await load()?.credentials.accessKeyID == "SSO")
        #expect(usedTokens == ["hush-new"])
        #expect(renewals.map(\.method) == ["POST"])
        #expect(renewals.first?.headers["content-type"] == "application/json")
        // The next run, or another program, finds it.
        let file = world.directory.path.appending(FilePath(cache))
        let kept = try SSOToken(try readFile(file))
        #expect(kept.text == "hush-new")
        #expect(kept.end.secondsSince1970 == Self.now + 3600)
        #expect(kept.renewalRequest(at: CredentialWorld.time) != nil)
        _ = try await load()
        #expect(usedTokens == ["hush-new", "hush-new"])
        #expect(renewals.count == 1)
    }

    @Test func `a login that lasts is left alone`() async throws {
        try logIn(lasting: 16 * 60)
        _ = try await load()
        #expect(usedTokens == ["hush-old"])
        #expect(renewals.isEmpty)
    }

    @Test(arguments: [
        (400, "{\"error\": \"invalid_grant\"}"), (200, "nonsense"), (200, "{}"),
        (200, "{\"accessToken\": \"x\", \"expiresIn\": -1}"),
        (200, "{\"accessToken\": \"\", \"expiresIn\": 60}"),
    ])
    func `what is still good is used when there is nothing better`(
        status: Int, body: String
    ) async throws {
        gives(body, status: status)
        try logIn(lasting: 60)
        _ = try await load()
        #expect(usedTokens == ["hush-old"])
        try logIn(lasting: -1)
        let error = await #expect(throws: CredentialError.self) { _ = try await load() }
        guard case .loginNeeded("default", "the login to SSO has expired", "aws sso login") = error
        else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `nobody is asked for what cannot be renewed`() async throws {
        try logIn(lasting: 60, registration: -1)
        _ = try await load()
        try logIn(lasting: 60, refreshToken: nil)
        _ = try await load()
        // A profile without a session: its token is renewed by 'aws sso login' alone.
        let old = ".aws/sso/cache/\(sha1HexDigits(Array("https://start".utf8))).json"
        try logIn(lasting: 60, at: old)
        _ = try await load(profile: "old")
        #expect(usedTokens == ["hush-old", "hush-old", "hush-old"])
        #expect(renewals.isEmpty)
    }

    @Test func `a busy service is asked again, and its pause kept`() async throws {
        try logIn(lasting: 3600)
        let busy = try CredentialWorld(config: Self.config)
        try busy.write(
            String(
                decoding: try readFile(world.directory.path.appending(FilePath(cache))),
                as: UTF8.self), to: cache)
        busy.server.add(.answer(429, headers: ["Retry-After": "0"]), times: 1)
        busy.server.add(.answer(503), times: 1)
        busy.server.add(
            .answer(
                200,
                body: "{\"roleCredentials\":{\"accessKeyId\":\"SSO\",\"secretAccessKey\":\"s\","
                    + "\"sessionToken\":\"t\",\"expiration\":1900000000000}}"))
        let id = try await busy.id(["AWS_ENDPOINT_URL_SSO": busy.server.url])
        #expect(id == "SSO")
        #expect(busy.server.requests.count == 3)
        // Whoever asks for more patience than anybody has is not asked again.
        busy.server.reset()
        busy.server.add(.answer(503, headers: ["Retry-After": "61"]))
        await #expect(throws: CredentialError.self) {
            _ = try await busy.id(["AWS_ENDPOINT_URL_SSO": busy.server.url])
        }
        #expect(busy.server.requests.count == 1)
    }
}
