import Basics
import DVC
import SSHBackend
import TestSupport
import Testing

@testable import Workflows

/// DVC's options as rclone gets them.
@Suite struct RcloneTranslationTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func connection(
        _ lines: String, _ variables: [String: String] = [:]
    ) throws -> RcloneConnection {
        let text = "['remote \"r\"']\n\(lines)\n"
        let config = try DVCConfig(
            [
                ConfigSource(
                    level: .repo, bytes: Array(text.utf8), directory: directory.path,
                    name: ".dvc/config")
            ], home: directory.path)
        let remote = try config.remote(named: "r")
        guard case .url(let scheme, let url) = remote.location else { throw CancellationError() }
        var environment = Environment(variables)
        environment["HOME"] = directory.path.string
        return try RcloneConnection(remote, scheme: scheme, url: url, environment)
    }

    @Test func `OSS`() throws {
        let found = try connection(
            """
            url = oss://bucket/pre fix
            oss_endpoint = oss-eu-central-1.aliyuncs.com
            oss_key_id = key
            oss_key_secret = secret
            """, ["OSS_ACCESS_KEY_ID": "other"])
        #expect(found.place == "gitdvc:bucket/pre fix")
        #expect(
            found.options == [
                "type": "s3", "provider": "Alibaba", "endpoint": "oss-eu-central-1.aliyuncs.com",
                "env_auth": "false", "no_check_bucket": "true", "access_key_id": "key",
                "secret_access_key": "secret",
            ])
        let inherited = try connection(
            "url = oss://bucket",
            [
                "OSS_ACCESS_KEY_ID": "key", "OSS_ACCESS_KEY_SECRET": "secret",
                "OSS_ENDPOINT": "https://e",
            ])
        #expect(inherited.options?["access_key_id"] == "key")
        #expect(inherited.options?["secret_access_key"] == "secret")
        #expect(inherited.options?["endpoint"] == "https://e")
        let nobody = try connection("url = oss://b\noss_endpoint = e")
        #expect(nobody.options?["access_key_id"] == "")
    }

    @Test func `HDFS`() throws {
        let found = try connection("url = hdfs://me@node:9000/data/x")
        #expect(found.place == "gitdvc:/data/x")
        #expect(
            found.options == ["type": "hdfs", "namenode": "node:9000", "username": "me"])
        let secured = try connection("url = hdfs://node/d\nuser = you\nkerb_ticket = /tmp/cc")
        #expect(
            secured.options == [
                "type": "hdfs", "namenode": "node:8020", "username": "you",
                "service_principal_name": "hdfs/node",
            ])
        #expect(secured.variables == ["KRB5CCNAME": "/tmp/cc"])
        #expect(try connection("url = hdfs://node").place == "gitdvc:/")
    }

    private static let login = """
        {"access_token": "a", "client_id": "id-1", "client_secret": "s-1", "refresh_token": "r",
        "token_expiry": "2026-11-21T07:00:00Z", "scopes": ["x"], "invalid": false}
        """

    @Test func `Google Drive, with the login that real DVC made`() throws {
        let file = directory.path.appending("token.json")
        try writeFile(file, Array(Self.login.utf8))
        let found = try connection(
            """
            url = gdrive://1abcDEF/data set
            gdrive_user_credentials_file = \(file)
            gdrive_acknowledge_abuse = true
            """)
        #expect(found.place == "gitdvc:data set")
        let options = try #require(found.options)
        #expect(options["root_folder_id"] == "1abcDEF")
        #expect(options["client_id"] == "id-1" && options["client_secret"] == "s-1")
        #expect(options["acknowledge_abuse"] == "true" && options["use_trash"] == "false")
        let token = try #require(options["token"])
        for part in ["\"access_token\":\"a\"", "\"refresh_token\":\"r\"", "2026-11-21T07:00:00Z"] {
            #expect(token.contains(part), "\(token)")
        }
        // Where PyDrive2 keeps it, for a client of one's own.
        let folder = directory.path.appending(".cache/pydrive2fs/mine")
        try createDirectories(folder)
        try writeFile(folder.appending("work.json"), Array(Self.login.utf8))
        let own = try connection(
            """
            url = gdrive://root/x
            profile = work
            gdrive_client_id = mine
            gdrive_client_secret = s-2
            gdrive_trash_only = true
            """)
        #expect(own.options?["client_id"] == "mine" && own.options?["client_secret"] == "s-2")
        #expect(own.options?["root_folder_id"] == nil && own.options?["use_trash"] == "true")
        let data = try connection(
            "url = gdrive://appDataFolder/x", ["GDRIVE_CREDENTIALS_DATA": Self.login])
        #expect(data.options?["scope"] == "drive.appfolder")
        let shared = try connection(
            "url = gdrive://0ABcdEFghIJklMNoPVA", ["GDRIVE_CREDENTIALS_DATA": Self.login])
        #expect(shared.options?["team_drive"] == "0ABcdEFghIJklMNoPVA")
    }

    @Test func `Google Drive, with a service account`() throws {
        let found = try connection(
            """
            url = gdrive://root
            gdrive_use_service_account = true
            gdrive_service_account_json_file_path = /keys/a.json
            gdrive_service_account_user_email = me@example.org
            """)
        #expect(found.options?["service_account_file"] == "/keys/a.json")
        #expect(found.options?["impersonate"] == "me@example.org")
        let variable = try connection(
            "url = gdrive://root\ngdrive_use_service_account = true",
            ["GDRIVE_CREDENTIALS_DATA": "{}"])
        #expect(variable.options?["service_account_credentials"] == "{}")
    }

    @Test(
        arguments: [
            ("url = oss://b/x", "'oss_endpoint' is not set"),
            ("url = hdfs://node:port/x", "hdfs://host[:port]/path"),
            ("url = gdrive://root/x", "nobody is logged in"),
            (
                "url = gdrive://root\ngdrive_client_id = a\ngdrive_client_secret = b",
                "pydrive2fs/a/default.json' is not there"
            ),
            ("url = gdrive://root\ngdrive_client_id = a", "need each other"),
            (
                "url = gdrive://root\ngdrive_use_service_account = true",
                "gdrive_service_account_json_file_path"
            ),
            ("url = gdrive://root\ngdrive_user_credentials_file = /dev/null", "is no login"),
        ])
    func `what is missing is named`(lines: String, words: String) {
        let error = #expect(throws: RemoteOptionError.self) { try connection(lines) }
        #expect(error?.summary.contains(words) == true, "\(error?.summary ?? "")")
    }
}
