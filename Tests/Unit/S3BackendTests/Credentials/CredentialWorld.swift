import Basics
import CloudStorage
import HTTPClient
import S3Backend
import TestSupport

/// A home of its own, and a server on loopback that plays AWS's services as rules say.
final class CredentialWorld: Sendable {
    static let time = AWSTime(secondsSince1970: 1_800_000_000)
    static let later = "2027-01-15T12:00:00Z"

    let directory: TemporaryDirectory
    let server: FaultProxy
    private let loop = TransferLoop()

    init(config: String? = nil, credentials: String? = nil) throws {
        directory = try TemporaryDirectory()
        server = try FaultProxy()
        if let config { try write(config, to: ".aws/config") }
        if let credentials { try write(credentials, to: ".aws/credentials") }
    }

    @discardableResult
    func write(_ content: String, to path: String) throws -> FilePath {
        let path = directory.path.appending(path)
        try createDirectories(path.parent)
        try writeFile(path, Array(content.utf8))
        return path
    }

    var requester: HTTPServiceRequester {
        HTTPServiceRequester(loop, peer: Peer(), now: { Self.time.secondsSince1970 })
    }

    /// Nothing but the home; the instance's metadata are off unless a test wants them.
    func settings(_ variables: [String: String] = [:]) -> CredentialSettings {
        let base = [
            "HOME": directory.path.string, "PATH": "/usr/bin:/bin",
            "AWS_EC2_METADATA_DISABLED": "true",
        ]
        var settings = CredentialSettings(
            environment: Environment(base.merging(variables) { _, new in new }),
            now: { Self.time })
        settings.retryPause = .zero
        return settings
    }

    func load(
        _ variables: [String: String] = [:], _ change: (inout CredentialSettings) -> Void = { _ in }
    ) async throws -> LoadedCredentials? {
        var settings = settings(variables)
        change(&settings)
        return try await CredentialSearch(settings, requester: requester).load()
    }

    /// The access key's id of what is found.
    func id(
        _ variables: [String: String] = [:], _ change: (inout CredentialSettings) -> Void = { _ in }
    ) async throws -> String? {
        try await load(variables, change)?.credentials.accessKeyID
    }

    // MARK: Answers

    func answer(_ body: String, status: Int = 200, to target: String) {
        server.add(.answer(status, body: body)) { $0.target.hasPrefix(target) }
    }

    static func keys(_ id: String, token: String = "Token") -> String {
        """
        {"Code": "Success", "AccessKeyId": "\(id)", "SecretAccessKey": "hush-\(id)",
         "\(token)": "hush-token", "Expiration": "\(later)"}
        """
    }

    static func role(_ id: String) -> String {
        """
        <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
        <Credentials><AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>hush&amp;x</SecretAccessKey>
        <SessionToken>hush-token</SessionToken><Expiration>\(later)</Expiration></Credentials>
        </AssumeRoleResult></AssumeRoleResponse>
        """
    }
}
