import Basics
import Digests
import S3Backend
import TestSupport
import Testing

/// Credentials that a program or a server gives.
@Suite struct CredentialServiceTests {
    private func failure(
        _ world: CredentialWorld, _ variables: [String: String] = [:],
        _ change: (inout CredentialSettings) -> Void = { _ in }
    ) async throws -> CredentialError {
        let error = try await #require(throws: CredentialError.self) {
            try await world.load(variables, change)
        }
        #expect(!error.summary.contains("hush"))
        return error
    }

    // MARK: Roles

    private static let roles = """
        [default]
        role_arn = arn:one
        source_profile = middle
        external_id = x&y
        duration_seconds = 900
        [profile middle]
        role_arn = arn:two
        source_profile = keys
        [profile keys]
        aws_access_key_id = KEYS
        aws_secret_access_key = hush
        [profile self]
        role_arn = arn:self
        source_profile = self
        aws_access_key_id = SELF
        aws_secret_access_key = hush
        [profile loop]
        role_arn = arn:l
        source_profile = pool
        [profile pool]
        role_arn = arn:p
        source_profile = loop
        [profile both]
        role_arn = arn:b
        source_profile = keys
        credential_source = Environment
        [profile neither]
        role_arn = arn:n
        [profile lost]
        role_arn = arn:n
        source_profile = nowhere
        [profile odd]
        role_arn = arn:n
        credential_source = Somewhere
        [profile environment]
        role_arn = arn:e
        credential_source = Environment
        [profile code]
        role_arn = arn:m
        source_profile = keys
        mfa_serial = serial
        """

    @Test func `a role is assumed with the keys of another role`() async throws {
        let world = try CredentialWorld(config: Self.roles)
        world.server.add(.answer(200, body: CredentialWorld.role("TWO")), times: 1)
        world.server.add(.answer(200, body: CredentialWorld.role("ONE")), times: 1)
        let variables = ["AWS_ENDPOINT_URL_STS": world.server.url, "AWS_REGION": "eu-west-1"]
        let loaded = try #require(try await world.load(variables))
        #expect(
            loaded.credentials
                == AWSCredentials(
                    accessKeyID: "ONE", secretAccessKey: "hush&x", sessionToken: "hush-token"))
        #expect(loaded.expiration == AWSTime(CredentialWorld.later))
        let signed = world.server.requests.map { $0.headers["authorization"] ?? "" }
        #expect(signed.count == 2)
        #expect(signed.first?.contains("Credential=KEYS/20270115/eu-west-1/sts/") == true)
        #expect(signed.last?.contains("Credential=TWO/") == true)
        #expect(world.server.requests.last?.headers["x-amz-security-token"] == "hush-token")
    }

    @Test func `a profile may take its own keys, or those of the environment`() async throws {
        let world = try CredentialWorld(config: Self.roles)
        world.server.add(.answer(200, body: CredentialWorld.role("ROLE")))
        let variables = ["AWS_ENDPOINT_URL": world.server.url]
        #expect(try await world.id(variables) { $0.profile = "self" } == "ROLE")
        let keys = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "hush"]
        #expect(
            try await world.id(variables.merging(keys) { $1 }) { $0.profile = "environment" }
                == "ROLE")
        let signed = world.server.requests.map { $0.headers["authorization"] ?? "" }
        #expect(signed.first?.contains("Credential=SELF/") == true)
        #expect(signed.last?.contains("Credential=ENV/") == true)
    }

    @Test(arguments: [
        ("both", "it has both 'source_profile' and 'credential_source'"),
        ("neither", "it has a 'role_arn', but no 'source_profile' or 'credential_source'"),
        ("lost", "its 'source_profile' 'nowhere' does not exist"),
        (
            "odd",
            "its 'credential_source' 'Somewhere' is none of 'Environment', 'EcsContainer' and "
                + "'Ec2InstanceMetadata'"
        ),
        ("environment", "its 'credential_source' 'Environment' has no credentials"),
    ])
    func `profiles that contradict themselves are refused`(profile: String, words: String)
        async throws
    {
        let world = try CredentialWorld(config: Self.roles)
        let error = try await failure(world) { $0.profile = profile }
        #expect(error == .badProfile(profile, words: words))
    }

    @Test func `a loop of profiles is shown`() async throws {
        let world = try CredentialWorld(config: Self.roles)
        let error = try await failure(world) { $0.profile = "loop" }
        #expect(error == .profileLoop(["loop", "pool", "loop"]))
        #expect(error.summary.hasSuffix("'loop' -> 'pool' -> 'loop'"))
    }

    @Test func `a code is asked for where somebody can answer, and refused where not`() async throws
    {
        let world = try CredentialWorld(config: Self.roles)
        world.server.add(.answer(200, body: CredentialWorld.role("CODE")))
        let variables = ["AWS_ENDPOINT_URL": world.server.url]
        let error = try await failure(world, variables) { $0.profile = "code" }
        #expect(error == .codeNeeded(profile: "code"))
        #expect(world.server.requests.isEmpty)
        let id = try await world.id(variables) {
            $0.profile = "code"
            $0.askForCode = { serial in serial == "serial" ? "123456" : "" }
        }
        #expect(id == "CODE")
    }

    @Test func `what STS says is shown`() async throws {
        let world = try CredentialWorld(config: Self.roles)
        world.server.add(
            .answer(
                403,
                body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message>"
                    + "</Error></ErrorResponse>"), times: 1)
        let variables = ["AWS_ENDPOINT_URL": world.server.url]
        #expect(
            try await failure(world, variables).summary
                == "STS gives no credentials: AccessDenied: not you")
        for body in ["", "<a", "<a/>", CredentialWorld.role("")] {
            world.server.reset()
            world.server.add(.answer(200, body: body))
            guard case .badAnswer(from: "STS", _) = try await failure(world, variables) else {
                Issue.record("another error for \(body)")
                continue
            }
        }
        world.server.stop()
        guard case .unreachable("STS", _) = try await failure(world, variables) else {
            Issue.record("another error")
            return
        }
    }

    @Test func `a web identity is exchanged for keys, unsigned`() async throws {
        let world = try CredentialWorld()
        let token = try world.write("hush-identity", to: "token")
        world.server.add(.answer(200, body: CredentialWorld.role("WEB")))
        let variables = [
            "AWS_ENDPOINT_URL": world.server.url, "AWS_ROLE_ARN": "arn:w",
            "AWS_WEB_IDENTITY_TOKEN_FILE": token.string,
        ]
        #expect(try await world.id(variables) == "WEB")
        #expect(world.server.requests.first?.headers["authorization"] == nil)
        var without = variables
        without["AWS_ROLE_ARN"] = nil
        guard case .badProfile = try await failure(world, without) else {
            Issue.record("another error")
            return
        }
        without["AWS_ROLE_ARN"] = "arn"
        without["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/nonexistent/token"
        #expect(
            try await failure(world, without).summary
                .hasSuffix(" '/nonexistent/token': no such file or directory"))
    }

    // MARK: SSO

    private static let sso = """
        [default]
        sso_start_url = https://start
        sso_region = eu-west-1
        sso_account_id = 1
        sso_role_name = r
        [profile session]
        sso_session = mine
        sso_account_id = 1
        sso_role_name = r
        [sso-session mine]
        sso_start_url = https://start
        sso_region = eu-west-1
        [profile part]
        sso_account_id = 1
        """

    @Test(arguments: [("default", "https://start"), ("session", "mine")])
    func `a login to SSO gives keys`(profile: String, key: String) async throws {
        let world = try CredentialWorld(config: Self.sso)
        let variables = ["AWS_ENDPOINT_URL_SSO": world.server.url]
        let change: (inout CredentialSettings) -> Void = { $0.profile = profile }
        guard
            case .loginNeeded(profile, "nobody is logged in to SSO", let command) =
                try await failure(world, variables, change)
        else {
            Issue.record("another error")
            return
        }
        #expect(
            command == (profile == "default" ? "aws sso login" : "aws sso login --profile session"))
        let cache = ".aws/sso/cache/\(sha1HexDigits(Array(key.utf8))).json"
        try world.write(
            "{\"accessToken\": \"hush-t\", \"expiresAt\": \"2020-01-01T00:00:00UTC\"}", to: cache)
        guard
            case .loginNeeded(profile, "the login to SSO has expired", _) =
                try await failure(world, variables, change)
        else {
            Issue.record("another error")
            return
        }
        try world.write("{\"accessToken\": 1}", to: cache)
        guard case .badAnswer = try await failure(world, variables, change) else {
            Issue.record("another error")
            return
        }
        try world.write(
            "{\"accessToken\": \"hush-t\", \"expiresAt\": \"\(CredentialWorld.later)\"}", to: cache)
        world.server.add(.answer(401, body: "{}"), times: 1)
        guard case .loginNeeded = try await failure(world, variables, change) else {
            Issue.record("another error")
            return
        }
        world.server.add(
            .answer(
                200,
                body: "{\"roleCredentials\":{\"accessKeyId\":\"SSO\",\"secretAccessKey\":\"s\","
                    + "\"sessionToken\":\"t\",\"expiration\":1800003600000}}"))
        let loaded = try #require(try await world.load(variables, change))
        #expect(loaded.credentials.accessKeyID == "SSO")
        #expect(loaded.expiration?.secondsSince1970 == 1_800_003_600)
        let request = try #require(world.server.requests.last)
        #expect(request.target == "/federation/credentials?role_name=r&account_id=1")
        #expect(request.headers["x-amz-sso_bearer_token"] == "hush-t")
    }

    @Test func `a profile for SSO that lacks something says what`() async throws {
        let world = try CredentialWorld(config: Self.sso)
        #expect(
            try await failure(world) { $0.profile = "part" }
                == .badProfile(
                    "part", words: "for SSO it lacks 'sso_role_name', 'sso_start_url', 'sso_region'"
                ))
    }

    // MARK: Programs

    private func process(_ script: String) throws -> CredentialWorld {
        let world = try CredentialWorld()
        try world.write(script, to: "program")
        try world.write(
            "[default]\ncredential_process = sh '\(world.directory.path)/program' \"a b\" $HOME\n",
            to: ".aws/config")
        return world
    }

    @Test func `a program is run without a shell`() async throws {
        let world = try process(
            "printf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"s\"}' \"$1$2\"")
        #expect(try await world.id() == "a b$HOME")
    }

    @Test(arguments: [
        ("echo hush-output; echo because >&2; exit 3", "failed with exit code 3: because"),
        ("kill -9 $$", "failed with exit code 137"),
    ])
    func `a program that fails is named with its last words`(script: String, words: String)
        async throws
    {
        #expect(
            try await failure(process(script)) == .processFailed(profile: "default", words: words))
    }

    @Test func `a program that never ends is ended`() async throws {
        let world = try process("exec sleep 1000")
        #expect(
            try await failure(world) { $0.processLimit = .milliseconds(1) }
                == .processFailed(profile: "default", words: "did not end within 0 seconds"))
    }

    @Test(arguments: ["'", "", "nowhere-to-be-found", "/nonexistent/program"])
    func `a line that names no program is an error`(line: String) async throws {
        let world = try CredentialWorld(config: "[default]\ncredential_process = \(line)\n")
        guard case .processFailed = try await failure(world) else {
            Issue.record("another error")
            return
        }
    }

    @Test func `what a program prints is checked and not shown`() async throws {
        #expect(
            try await failure(process("echo hush"))
                == .badAnswer(
                    from: "the credential_process of profile 'default'",
                    words: "not the JSON that is documented"))
    }

    // MARK: Servers

    @Test func `a container's server is asked with its token`() async throws {
        let world = try CredentialWorld()
        world.server.add(.answer(500), times: 1)
        world.answer(CredentialWorld.keys("BOX"), to: "/keys")
        let file = try world.write("hush-file", to: "token")
        var variables = [
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": world.server.url + "/keys?a=b",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "hush-plain",
        ]
        #expect(try await world.id(variables) == "BOX")
        #expect(world.server.requests.last?.headers["authorization"] == "hush-plain")
        variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = file.string
        #expect(try await world.id(variables) == "BOX")
        #expect(world.server.requests.last?.headers["authorization"] == "hush-file")
        #expect(world.server.requests.count == 3)
        try world.write("hush\nx: y", to: "token")
        guard case .badAnswer = try await failure(world, variables) else {
            Issue.record("another error")
            return
        }
    }

    @Test(arguments: [
        "http://example.org/", "http://127.0.0.1.example.org/", "file:///etc/passwd", "x",
        "http://localhost@example.org/", "http://1270.0.0.1/",
    ])
    func `a container's keys are not asked of strangers in the clear`(url: String) async throws {
        let world = try CredentialWorld()
        let error = try await failure(world, ["AWS_CONTAINER_CREDENTIALS_FULL_URI": url])
        guard case .unreachable = error else {
            Issue.record("another error")
            return
        }
    }

    @Test func `an instance is asked with a token of version 2`() async throws {
        let world = try CredentialWorld()
        let path = "/latest/meta-data/iam/security-credentials/"
        world.answer("hush-imds", to: "/latest/api/token")
        world.answer(CredentialWorld.keys("METAL"), to: path + "my-role")
        world.answer("my-role", to: path)
        let variables = [
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": world.server.url,
        ]
        #expect(try await world.id(variables) == "METAL")
        #expect(world.server.requests.map(\.method) == ["PUT", "GET", "GET"])
        #expect(
            world.server.requests.map { $0.headers["x-aws-ec2-metadata-token"] }
                == [nil, "hush-imds", "hush-imds"])
        #expect(
            world.server.requests[0].headers["x-aws-ec2-metadata-token-ttl-seconds"] == "21600")
    }

    @Test func `an instance without a role, or no instance at all, has none`() async throws {
        let world = try CredentialWorld()
        world.server.add(.answer(404))
        let variables = [
            "AWS_EC2_METADATA_DISABLED": "false",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": world.server.url,
        ]
        guard case .noneFound = try await failure(world, variables) else {
            Issue.record("another error")
            return
        }
        guard
            case .unreachable = try await failure(
                world, variables.merging(["AWS_EC2_METADATA_V1_DISABLED": "true"]) { $1 })
        else {
            Issue.record("another error")
            return
        }
        world.server.stop()
        guard case .noneFound = try await failure(world, variables) else {
            Issue.record("another error")
            return
        }
    }
}
