import Basics
import S3Backend
import TestSupport
import Testing

/// Which of many places wins, and what is said when none does.
@Suite struct CredentialSearchTests {
    private static let keys = ["AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "hush"]
    private static let files = (
        config: """
        [default]
        aws_access_key_id = CONFIG
        aws_secret_access_key = hush
        [profile work]
        aws_access_key_id = WORK
        aws_secret_access_key = hush
        """,
        credentials: """
        [default]
        aws_access_key_id = SHARED
        aws_secret_access_key = hush
        aws_session_token = token
        """
    )

    @Test func `the remote's own keys come first, then the variables, then the files`() async throws
    {
        let world = try CredentialWorld(
            config: Self.files.config, credentials: Self.files.credentials)
        let own = try await world.load(Self.keys) {
            ($0.accessKeyID, $0.secretAccessKey, $0.sessionToken) = ("OWN", "s", "t")
        }
        #expect(
            own?.credentials
                == AWSCredentials(accessKeyID: "OWN", secretAccessKey: "s", sessionToken: "t"))
        #expect(try await world.id(Self.keys) == "ENV")
        #expect(try await world.id() == "SHARED")
        #expect(try await world.load()?.credentials.sessionToken == "token")
        #expect(
            try await world.id(["AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"]) == "CONFIG")
    }

    @Test func `a profile that the remote names silences the keys in variables`() async throws {
        let world = try CredentialWorld(config: Self.files.config)
        #expect(try await world.id(Self.keys) { $0.profile = "work" } == "WORK")
        #expect(
            try await world.id(Self.keys.merging(["AWS_PROFILE": "work"]) { $1 }) == "ENV")
        #expect(try await world.id(["AWS_PROFILE": "work"]) == "WORK")
        #expect(
            try await world.id(["AWS_PROFILE": "default", "AWS_DEFAULT_PROFILE": "work"]) == "WORK")
    }

    @Test func `options name other files, but variables win`() async throws {
        let world = try CredentialWorld()
        let other = try world.write(
            "[default]\naws_access_key_id = OTHER\naws_secret_access_key = s\n", to: "other")
        #expect(try await world.id { $0.credentialPath = other } == "OTHER")
        #expect(try await world.id { $0.configPath = other } == "OTHER")
        let third = try world.write(
            "[default]\naws_access_key_id = THIRD\naws_secret_access_key = s\n", to: "third")
        let variables = ["AWS_SHARED_CREDENTIALS_FILE": "~/third", "X": "y"]
        #expect(try await world.id(variables) { $0.credentialPath = other } == "THIRD")
        #expect(
            try await world.id(["AWS_CONFIG_FILE": "${HOME}/third"]) { $0.configPath = other }
                == "THIRD")
        #expect(third.isAbsolute)
    }

    @Test func `without a signature nothing is looked for`() async throws {
        let world = try CredentialWorld(config: "this is no file of settings")
        await #expect(throws: AWSConfigError.self) { try await world.id() }
        let anonymous = try CredentialWorld()
        #expect(try await anonymous.load(Self.keys) { $0.isAnonymous = true } == nil)
    }

    @Test func `finding nothing is an error with the places in order`() async throws {
        let world = try CredentialWorld()
        let error = try await #require(throws: CredentialError.self) { try await world.load() }
        let home = world.directory.path
        #expect(
            error.summary
                == "no AWS credentials found; looked at: the variables AWS_ACCESS_KEY_ID and "
                + "AWS_SECRET_ACCESS_KEY, profile 'default' in '\(home)/.aws/credentials' and "
                + "'\(home)/.aws/config', the container's credentials (AWS_CONTAINER_CREDENTIALS_*), "
                + "the instance's metadata (disabled by AWS_EC2_METADATA_DISABLED)")
        #expect(error.advice?.contains("aws configure") == true)
    }

    @Test func `a profile that is not there is an error that names the files`() async throws {
        let world = try CredentialWorld(config: Self.files.config)
        let error = try await #require(throws: CredentialError.self) {
            try await world.load(Self.keys) { $0.profile = "nowhere" }
        }
        #expect(
            error.summary
                == "there is no AWS profile 'nowhere' in '\(world.directory.path)/.aws/config' or "
                + "'\(world.directory.path)/.aws/credentials'")
    }

    @Test func `half a pair is an error that says which half`() async throws {
        let world = try CredentialWorld(
            credentials: "[default]\naws_access_key_id = A\n[b]\naws_secret_access_key = hush\n")
        func summary(
            _ variables: [String: String], _ change: (inout CredentialSettings) -> Void = { _ in }
        ) async throws -> String {
            try await #require(throws: CredentialError.self) {
                try await world.load(variables, change)
            }.summary
        }
        #expect(try await summary([:]).contains("default' has no 'aws_secret_access_key'"))
        #expect(
            try await summary(["AWS_ACCESS_KEY_ID": "A"])
                == "incomplete AWS credentials: the environment has no AWS_SECRET_ACCESS_KEY")
        #expect(
            try await summary([:]) { $0.accessKeyID = "A" }.hasSuffix("no 'secret_access_key'"))
        #expect(
            try await summary([:]) { $0.secretAccessKey = "hush" }.hasSuffix("no 'access_key_id'"))
    }

    @Test func `the region is the remote's, the variables' or the profile's`() throws {
        let world = try CredentialWorld(
            config:
                "[default]\nregion = a-1\n[profile work]\nregion = b-1\n[profile bad]\nregion = x.y/"
        )
        func region(
            _ variables: [String: String], option: String? = nil
        ) throws -> String? {
            var settings = world.settings(variables)
            settings.region = option
            return try CredentialSearch(settings, requester: world.requester).region()
        }
        #expect(try region([:]) == "a-1")
        #expect(try region(["AWS_PROFILE": "work"]) == "b-1")
        #expect(try region(["AWS_REGION": "c-1"]) == "c-1")
        #expect(try region(["AWS_REGION": "c-1", "AWS_DEFAULT_REGION": "d-1"]) == "d-1")
        #expect(try region(["AWS_REGION": "c-1"], option: "e-1") == "e-1")
        #expect(throws: CredentialError.self) { try region(["AWS_PROFILE": "bad"]) }
    }

    @Test func `endpoints come from variables and from the configuration`() throws {
        let world = try CredentialWorld(
            config: """
                [default]
                endpoint_url = http://all
                services = mine
                [services mine]
                s3 =
                  endpoint_url = http://s3
                """)
        func endpoint(_ service: String, _ variables: [String: String] = [:]) throws -> String? {
            try CredentialSearch(world.settings(variables), requester: world.requester)
                .endpoint(of: service)
        }
        #expect(try endpoint("s3") == "http://s3")
        #expect(try endpoint("sts") == "http://all")
        #expect(try endpoint("s3", ["AWS_ENDPOINT_URL": "http://v"]) == "http://v")
        let both = ["AWS_ENDPOINT_URL": "http://v", "AWS_ENDPOINT_URL_S3": "http://w"]
        #expect(try endpoint("s3", both) == "http://w")
        #expect(
            try endpoint("s3", both.merging(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"]) { $1 })
                == nil)
    }

    @Test(arguments: [
        "credential_process = /bin/echo {}", "web_identity_token_file = /etc/passwd\nrole_arn = r",
    ])
    func `a file that the repository names cannot run or read anything`(line: String) async throws {
        let world = try CredentialWorld()
        let path = try world.write("[default]\n\(line)\nendpoint_url = http://evil\n", to: "config")
        let error = try await #require(throws: CredentialError.self) {
            try await world.load {
                $0.configPath = path
                $0.configPathIsTracked = true
            }
        }
        #expect(
            error
                == .notFromRepository(
                    setting: String(line.prefix { $0 != " " }), file: path))
    }

    @Test func `a file that the repository names cannot redirect a service`() throws {
        let world = try CredentialWorld()
        for text in [
            "[default]\nendpoint_url = http://evil\n",
            "[default]\nservices = s\n[services s]\nsts =\n  endpoint_url = http://evil\n",
        ] {
            let path = try world.write(text, to: "config")
            var settings = world.settings()
            settings.configPath = path
            #expect(
                try CredentialSearch(settings, requester: world.requester).endpoint(of: "sts")
                    == "http://evil")
            settings.configPathIsTracked = true
            #expect(throws: CredentialError.notFromRepository(setting: "endpoint_url", file: path))
            {
                try CredentialSearch(settings, requester: world.requester).endpoint(of: "sts")
            }
        }
    }
}
