internal import AzureBackend
internal import Basics
internal import CloudStorage
internal import DVC
internal import HTTPClient

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension Session {
    /// A container of Azure Blob Storage; nothing is asked of it yet.
    ///
    /// `jobs`: `-j`. Source: DVC 3.67.1, `dvc_azure` 3.1, adlfs 2026.8 (dvc-compat 8.6): what opens the
    /// container is looked for in the order in which adlfs uses it.
    func azureStore(
        for remote: DVCRemote, url text: String, jobs option: Int?
    ) throws -> AzureStore {
        let values = AzureValues(remote, environment)
        var (container, prefix) = AzureConfiguration.place(ofURL: text)
        if container.isEmpty { container = values.text(nil, section: "container_name") ?? "" }
        guard AzureConfiguration.isContainer(container) else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "'url' names no container: '\(printable(text))' is not "
                    + "'azure://container/path'")
        }
        var peer = Peer(remote, environment, authorities: ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
        if let seconds = remote.number("connection_timeout"), seconds > 0 {
            peer.connectTimeout = .seconds(min(seconds, 86_400))
        }
        let now: @Sendable () -> Int64 = { Int64(time(nil)) }
        let (endpoint, access) = try place(of: remote, values) { settings in
            azureTokens.identity(of: remote) {
                let requester = HTTPServiceRequester(transferLoop, peer: peer, now: now)
                return AzureTokens(settings, requester: requester, now: now).source
            }
        }
        var configuration = AzureConfiguration(
            name: remote.name, container: container, prefix: prefix, endpoint: endpoint,
            access: access)
        configuration.peer = peer
        configuration.serviceTimeout = remote.number("timeout").flatMap { $0 > 0 ? $0 : nil }
        configuration.concurrency = jobs(option, remote: remote.jobs, blocksThreads: false)
        return AzureStore(configuration, on: transferLoop, systemTime: now)
    }

    private func place(
        of remote: DVCRemote, _ values: AzureValues,
        _ tokens: (AzureIdentitySettings) -> TokenSource
    ) throws -> (ServiceEndpoint, AzureAccess) {
        func problem(_ words: String) -> RemoteOptionError {
            RemoteOptionError(remote: remote.name, problem: words)
        }
        if let text = values.text("connection_string", section: "connection_string") {
            do throws(AzureConnectionString.Problem) {
                let parts = try AzureConnectionString(text)
                return (parts.endpoint, parts.access)
            } catch {
                throw problem("'connection_string' \(error.words)")
            }
        }
        guard
            let account = values.text("account_name", section: "account")
                ?? environment.nonEmpty("AZURE_STORAGE_ACCOUNT_NAME")
        else { throw problem("neither 'account_name' nor 'connection_string' is set") }
        guard AzureConnectionString.isAccount(account),
            let endpoint = ServiceEndpoint("https://\(account).blob.core.windows.net")
        else { throw problem("'account_name' is none: '\(printable(account))'") }
        if let text = values.text("account_key", section: "key")
            ?? environment.nonEmpty("AZURE_STORAGE_ACCOUNT_KEY")
        {
            guard let key = SharedKey(account: account, key: text) else {
                throw problem("'account_key' is not a key in base64")
            }
            return (endpoint, .sharedKey(key))
        }
        if let text = values.text("sas_token", section: "sas_token") {
            return (endpoint, .signature(AzureAccess.query(ofSignature: text)))
        }
        if remote.boolean("allow_anonymous_login") ?? false { return (endpoint, .anonymous) }
        return (endpoint, .token(tokens(identitySettings(for: remote, values))))
    }

    private func identitySettings(
        for remote: DVCRemote, _ values: AzureValues
    ) -> AzureIdentitySettings {
        var settings = AzureIdentitySettings(environment)
        func value(_ option: String) -> String? {
            remote.text(of: option) ?? environment.nonEmpty("AZURE_STORAGE_\(option.uppercased())")
        }
        if let tenant = value("tenant_id"), let client = value("client_id"),
            let secret = value("client_secret")
        {
            settings.application = .init(tenant: tenant, client: client, secret: secret)
        }
        settings.usesEnvironment = !(remote.boolean("exclude_environment_credential") ?? false)
        settings.usesMachine = !(remote.boolean("exclude_managed_identity_credential") ?? false)
        if let program = environment.program(named: "az") {
            let arguments = [
                "account", "get-access-token", "--resource", "https://storage.azure.com/",
                "--output", "json",
            ]
            let command = Command(program, arguments, environment: environment)
            let name = remote.name
            settings.askCommandLine = {
                let result = try command.run(upTo: .seconds(60))
                guard result.status.isSuccess else {
                    throw RemoteOptionError(
                        remote: name,
                        problem: "'az account get-access-token' failed with exit code "
                            + "\(result.status.code): \(result.lastWords)")
                }
                return Array(result.output)
            }
        }
        return settings
    }
}

/// What a remote's options, the variables of Azure's command line and its file of settings say, in this
/// order.
///
/// Source: dvc_azure 3.1, `_az_config`: `AZURE_STORAGE_…`, and `[storage]` of `~/.azure/config`.
private struct AzureValues {
    private let remote: DVCRemote
    private let environment: Environment
    private let section: [String: String]

    init(_ remote: DVCRemote, _ environment: Environment) {
        self.remote = remote
        self.environment = environment
        let folder =
            environment.nonEmpty("AZURE_CONFIG_DIR").map { FilePath($0) }
            ?? environment.homeDirectory?.appending(".azure")
        let path = folder?.appending("config")
        // A file that cannot be read says nothing, as for Azure's own command line.
        let bytes = path.flatMap { try? readFileIfPresent($0, limit: 1 << 20) } ?? []
        section = azureSettings(bytes, section: "storage")
    }

    /// `option`: of the remote; `section`: its name in the file, and in the variable.
    func text(_ option: String?, section name: String) -> String? {
        if let text = option.flatMap({ remote.text(of: $0) }), !text.isEmpty { return text }
        return environment.nonEmpty("AZURE_STORAGE_\(name.uppercased())") ?? section[name]
    }
}

/// One section of a file in the form of Python's `configparser`: `[storage]`, then `name = value`.
func azureSettings(_ bytes: [UInt8], section wanted: String) -> [String: String] {
    var settings: [String: String] = [:]
    var isInside = false
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
        if line.first == "[" {
            isInside = line.dropFirst().prefix { $0 != "]" } == wanted
            continue
        }
        guard isInside, let first = line.first, first != "#", first != ";",
            let mark = line.firstIndex(where: { $0 == "=" || $0 == ":" })
        else { continue }
        let name = line[..<mark].filter { !$0.isWhitespace }.lowercased()
        var value = line[line.index(after: mark)...].drop { $0.isWhitespace }
        while value.last?.isWhitespace == true { value.removeLast() }
        if !value.isEmpty { settings[name] = String(value) }
    }
    return settings
}
