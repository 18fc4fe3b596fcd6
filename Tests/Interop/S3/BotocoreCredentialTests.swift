import Basics
import CloudStorage
import HTTPClient
import S3Backend
import TestSupport
import Testing

/// The same files and variables, read by us and by botocore.
@Suite struct BotocoreCredentialTests {
    private let world: BotocoreComparison

    init() throws { world = try BotocoreComparison() }

    // MARK: Files of settings

    private static let parsing = """
        import json, sys
        from botocore.configloader import raw_config_parse
        from botocore.exceptions import ConfigParseError
        answers = []
        for path in json.load(sys.stdin):
            try:
                answers.append(raw_config_parse(path, parse_subsections=False))
            except ConfigParseError:
                answers.append(None)
        json.dump(answers, sys.stdout)
        """

    @Test func `botocore reads the same settings from random files`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "[default]", "[profile a]", "[b]x", "[DEFAULT]", "a = 1", "B: 2", "c=", "s3 =", "d",
            "  e = 3", "\te", " f: 4 ", "# x", "  ; y", "", "  ", "g = h # i", "= 5", "[", "[]",
            "[]]",
            "é = ü", "j=k=l", "m = n:o", "   p",
        ]
        var texts: [String] = []
        for _ in 0..<600 {
            let lines = (0..<Int.random(in: 1...7, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            let ending = ["\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
            // Most files begin with a section, or nothing else would be seen.
            texts.append(
                (["[default]"] + lines).dropFirst(Int.random(in: 0...5, using: &random) / 5)
                    .joined(separator: ending))
        }
        let paths = try texts.enumerated().map { index, text in
            try world.sandbox.write(text, to: "configs/\(index)").string
        }
        let answers: [[String: [String: String]]?] = try world.ask(Self.parsing, paths)
        #expect(answers.count == texts.count)
        #expect(answers.contains { $0 == nil } && answers.contains { ($0?.count ?? 0) > 1 })
        for (text, answer) in zip(texts, answers) {
            let file = try? AWSConfigFile(parsing: Array(text.utf8), path: "/c")
            let ours = file?.sections.mapValues { $0.mapValues(\.text) }
            #expect(ours == answer, "seed \(seed): \(text.debugDescription)")
        }
    }

    // MARK: The search

    private static let searching = """
        import json, sys
        import botocore.session
        profile = json.load(sys.stdin)[0]
        try:
            session = botocore.session.Session(profile=profile or None)
            session.get_scoped_config()
            found = session.get_credentials()
            frozen = found.get_frozen_credentials() if found else None
            answer = [frozen.access_key, frozen.secret_key, frozen.token or ''] if found else []
        except Exception as error:
            answer = []
            print(type(error), error, file=sys.stderr)
        json.dump(answer, sys.stdout)
        """

    struct Scene: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var config = ""
        var credentials = ""
        var variables: [String: String] = [:]
        var profile = ""
        /// Whether both must find something.
        var succeeds = true
    }

    private static let keys = "aws_access_key_id = A\naws_secret_access_key = S\n"
    private static let process = """
        credential_process = echo '{"Version":1,"AccessKeyId":"P","SecretAccessKey":"S"}'

        """
    private static let variables = ["AWS_ACCESS_KEY_ID": "E", "AWS_SECRET_ACCESS_KEY": "S"]
    private static let role = "role_arn = arn:aws:iam::1:role/abcdefghijkl\n"

    static let scenes = [
        Scene(testDescription: "nothing", succeeds: false),
        Scene(testDescription: "variables", config: "[default]\n" + keys, variables: variables),
        Scene(
            testDescription: "old name of the token",
            variables: variables.merging(["AWS_SECURITY_TOKEN": "T", "AWS_SESSION_TOKEN": "U"]) {
                $1
            }),
        Scene(
            testDescription: "half of the variables", credentials: "[default]\n" + keys,
            variables: ["AWS_ACCESS_KEY_ID": "E"], succeeds: false),
        Scene(testDescription: "configuration", config: "[default]\n" + keys),
        Scene(
            testDescription: "'profile default' is no default", config: "[profile default]\n" + keys
        ),
        Scene(
            testDescription: "a profile without its prefix", config: "[other]\n" + keys,
            variables: ["AWS_PROFILE": "other"], succeeds: false),
        Scene(
            testDescription: "a quoted profile", config: "[profile \"a b\"]\n" + keys,
            variables: ["AWS_PROFILE": "a b"]),
        Scene(
            testDescription: "two variables for the profile",
            credentials: "[one]\n" + keys + "[two]\naws_access_key_id=2\naws_secret_access_key=S",
            variables: ["AWS_PROFILE": "one", "AWS_DEFAULT_PROFILE": "two"]),
        Scene(
            testDescription: "an explicit profile silences variables",
            credentials: "[one]\n" + keys, variables: variables, profile: "one"),
        Scene(
            testDescription: "no such profile", variables: variables, profile: "one",
            succeeds: false),
        Scene(testDescription: "a program", config: "[default]\n" + process),
        Scene(
            testDescription: "keys of the credentials file before a program",
            config: "[default]\n" + process, credentials: "[default]\n" + keys),
        Scene(
            testDescription: "a program before keys of the configuration",
            config: "[default]\n" + process + keys),
        Scene(
            testDescription: "a program that fails",
            config: "[default]\ncredential_process = false\n" + keys, succeeds: false),
        Scene(
            testDescription: "half a pair in a file",
            credentials: "[default]\naws_access_key_id = A\n", succeeds: false),
        Scene(
            testDescription: "a role with the keys of a profile",
            config: "[default]\n" + role + "source_profile = s\n[profile s]\n" + keys),
        Scene(
            testDescription: "a role before keys of the same profile",
            config: "[default]\n" + role + "source_profile = default\n" + keys),
        Scene(
            testDescription: "a role of a role with a program",
            config: "[default]\n" + role + "source_profile = r\n[profile r]\n" + role
                + "source_profile = p\n[profile p]\n" + process),
        Scene(
            testDescription: "a role with the environment's keys",
            config: "[profile r]\n" + role + "credential_source = Environment\n",
            variables: variables, profile: "r"),
        Scene(
            testDescription: "a loop of roles",
            config: "[default]\n" + role + "source_profile = b\n[profile b]\n" + role
                + "source_profile = default\n", succeeds: false),
        Scene(
            testDescription: "a role without a source", config: "[default]\n" + role,
            succeeds: false),
        Scene(
            testDescription: "SSO without a login",
            config: "[default]\nsso_start_url = https://x\nsso_region = eu-west-1\n"
                + "sso_account_id = 1\nsso_role_name = r\n", succeeds: false),
        Scene(
            testDescription: "SSO that lacks a region",
            config: "[default]\nsso_account_id = 1\n", succeeds: false),
        Scene(
            testDescription: "a token file without a role",
            variables: ["AWS_WEB_IDENTITY_TOKEN_FILE": "/etc/os-release"], succeeds: false),
        Scene(
            testDescription: "a token file and a role",
            variables: [
                "AWS_WEB_IDENTITY_TOKEN_FILE": "/etc/os-release",
                "AWS_ROLE_ARN": "arn:aws:iam::1:role/abcdefghijkl",
            ]),
        Scene(
            testDescription: "a broken file", config: "[default]\nbroken\n", variables: variables,
            succeeds: false),
    ]

    @Test(arguments: scenes)
    func `botocore finds the same credentials`(scene: Scene) async throws {
        let server = try FaultProxy()
        server.add(
            .answer(
                200, headers: ["Content-Type": "text/xml"],
                body: """
                    <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                    <AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>
                    <SecretAccessKey>RS</SecretAccessKey><SessionToken>RT</SessionToken>
                    <Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
                    </AssumeRoleResult></AssumeRoleResponse>
                    """.replacing(
                        "AssumeRole",
                        with: scene.variables["AWS_ROLE_ARN"] == nil
                            ? "AssumeRole" : "AssumeRoleWithWebIdentity")))
        let changes = scene.variables.merging([
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL_STS": server.url,
            "AWS_DEFAULT_REGION": "eu-west-1",
        ]) { own, _ in own }
        if !scene.config.isEmpty { try world.sandbox.write(scene.config, to: "home/.aws/config") }
        if !scene.credentials.isEmpty {
            try world.sandbox.write(scene.credentials, to: "home/.aws/credentials")
        }
        let theirs: [String] = try world.ask(
            Self.searching, [scene.profile], environment: changes)
        #expect(theirs.isEmpty != scene.succeeds)

        var settings = CredentialSettings(environment: world.environment(changes)) {
            AWSTime(secondsSince1970: 1_800_000_000)
        }
        settings.profile = scene.profile.isEmpty ? nil : scene.profile
        var ours: [String] = []
        do {
            let requester = HTTPServiceRequester(TransferLoop(), peer: Peer(), now: { 0 })
            let found = try await CredentialSearch(settings, requester: requester).load()
            if let keys = found?.credentials {
                ours = [keys.accessKeyID, keys.secretAccessKey, keys.sessionToken ?? ""]
            }
        } catch let error as CredentialError {
            #expect(theirs.isEmpty, "\(error.summary)")
        } catch let error as AWSConfigError {
            #expect(theirs.isEmpty, "\(error.summary)")
        }
        #expect(ours == theirs)
    }
}
