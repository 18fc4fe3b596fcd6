internal import Basics
internal import DVC
internal import FoundationEssentials
internal import SSHBackend

extension RcloneConnection {
    /// Source: DVC 3.67.1, `dvc_gdrive` and `pydrive2` (dvc-compat 8.12); rclone's backend `drive`.
    init(googleDrive remote: DVCRemote, url: String, _ environment: Environment) throws {
        let rest = url.dropFirst("gdrive://".count)
        let base = rest.prefix { $0 != "/" }
        guard !base.isEmpty else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "the url names no folder: 'gdrive://<id>/path' or 'gdrive://root/path'")
        }
        var options = [
            "type": "drive", "scope": "drive",
            "use_trash": Self.word(remote.boolean("gdrive_trash_only")),
            "acknowledge_abuse": Self.word(remote.boolean("gdrive_acknowledge_abuse")),
        ]
        switch base {
        case "root": break  // the user's own drive, which is what rclone takes without a word
        case "appDataFolder":
            options["root_folder_id"] = "appDataFolder"
            options["scope"] = "drive.appfolder"
        default:
            options["root_folder_id"] = String(base)
            // As Google names shared drives; a folder in one is found by its id alone.
            if base.hasPrefix("0A"), base.count == 19 { options["team_drive"] = String(base) }
        }
        let login =
            remote.boolean("gdrive_use_service_account") ?? false
            ? try Self.serviceAccount(remote, environment) : try Self.user(remote, environment)
        let path = rest.dropFirst(base.count).drop { $0 == "/" }
        self.init(options: options.merging(login) { _, new in new }, path: String(path))
    }

    private static func word(_ isOn: Bool?) -> String { isOn ?? false ? "true" : "false" }

    private static func serviceAccount(
        _ remote: DVCRemote, _ environment: Environment
    ) throws -> [String: String] {
        var options: [String: String] = [:]
        if let text = environment.nonEmpty(credentialsVariable) {
            options["service_account_credentials"] = text
        } else if let path = remote.text(of: "gdrive_service_account_json_file_path") {
            options["service_account_file"] = path
        } else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "'gdrive_use_service_account' needs "
                    + "'gdrive_service_account_json_file_path'")
        }
        if let user = remote.text(of: "gdrive_service_account_user_email") {
            options["impersonate"] = user
        }
        return options
    }

    /// The text of a credentials file, which wins over every file.
    private static let credentialsVariable = "GDRIVE_CREDENTIALS_DATA"

    /// The login of a user, which real DVC or PyDrive2 made in a browser.
    private static func user(
        _ remote: DVCRemote, _ environment: Environment
    ) throws -> [String: String] {
        let id = remote.text(of: "gdrive_client_id")
        let secret = remote.text(of: "gdrive_client_secret")
        guard (id == nil) == (secret == nil) else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "'gdrive_client_id' and 'gdrive_client_secret' need each other")
        }
        let (bytes, place) = try credentials(remote, clientID: id, environment)
        guard let login = DriveLogin(bytes) else {
            throw RemoteOptionError(
                remote: remote.name, problem: "\(place) is no login to Google Drive")
        }
        guard let clientID = id ?? login.clientID, let clientSecret = secret ?? login.clientSecret
        else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "'gdrive_client_id' and 'gdrive_client_secret' are not set")
        }
        return ["client_id": clientID, "client_secret": clientSecret, "token": login.token]
    }

    private static func credentials(
        _ remote: DVCRemote, clientID: String?, _ environment: Environment
    ) throws -> (bytes: [UInt8], place: String) {
        if let text = environment.nonEmpty(credentialsVariable) {
            return (Array(text.utf8), credentialsVariable)
        }
        var path = remote.text(of: "gdrive_user_credentials_file").map { FilePath($0) }
        if path == nil, let clientID, let folder = cacheFolder(environment) {
            let profile = remote.text(of: "profile") ?? "default"
            path = folder.appending("pydrive2fs").appending(FilePath(clientID))
                .appending(FilePath(profile + ".json"))
        }
        guard let path else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "nobody is logged in to Google Drive: set 'gdrive_client_id' and "
                    + "'gdrive_client_secret', or 'gdrive_use_service_account'")
        }
        guard let bytes = try readFileIfPresent(path) else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "nobody is logged in to Google Drive: '\(printable(path.string))' is not "
                    + "there; log in once with real DVC, or make a remote with 'rclone config' and "
                    + "use 'rclone://<remote>:<path>'")
        }
        return (bytes, "'\(printable(path.string))'")
    }

    /// Source: Python's `appdirs`.
    private static func cacheFolder(_ environment: Environment) -> FilePath? {
        #if os(macOS)
        return environment.homeDirectory?.appending("Library/Caches")
        #else
        return environment.nonEmpty("XDG_CACHE_HOME").map { FilePath($0) }
            ?? environment.homeDirectory?.appending(".cache")
        #endif
    }
}

/// What a file of credentials says that PyDrive2 wrote, as rclone wants to hear it.
struct DriveLogin: Equatable {
    let clientID: String?
    let clientSecret: String?
    /// The JSON of Go's `oauth2.Token`.
    let token: String

    private struct Written: Decodable {
        var accessToken: String?
        var refreshToken: String?
        var tokenExpiry: String?
        var clientID: String?
        var clientSecret: String?

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case refreshToken = "refresh_token"
            case tokenExpiry = "token_expiry"
            case clientID = "client_id"
            case clientSecret = "client_secret"
        }
    }

    private struct Token: Encodable {
        var accessToken: String
        var tokenType = "Bearer"
        var refreshToken: String
        var expiry: String

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case tokenType = "token_type"
            case refreshToken = "refresh_token"
            case expiry
        }
    }

    /// `nil` for what is no such file, or has nothing by which the login can be renewed.
    init?(_ bytes: [UInt8]) {
        guard let written = try? JSONDecoder().decode(Written.self, from: Data(bytes)),
            let refresh = written.refreshToken, !refresh.isEmpty
        else { return nil }
        // Without a time, or with another than it writes, the token is taken to be over.
        let time = written.tokenExpiry.flatMap { text in
            text.utf8.count == 20 && text.hasSuffix("Z") ? text : nil
        }
        let token = Token(
            accessToken: written.accessToken ?? "", refreshToken: refresh,
            expiry: time ?? "2000-01-01T00:00:00Z")
        guard let json = try? JSONEncoder().encode(token) else { return nil }
        clientID = written.clientID
        clientSecret = written.clientSecret
        self.token = String(decoding: json, as: UTF8.self)
    }
}
