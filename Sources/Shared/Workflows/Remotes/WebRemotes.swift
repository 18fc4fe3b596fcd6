internal import Basics
internal import DVC
internal import Git
internal import HTTPBackend
internal import HTTPClient

extension Session {
    /// A plain web server; nothing is asked of it yet.
    ///
    /// Source: DVC 3.67.1, `dvc_http` 2.32 (dvc-compat 8.8).
    func httpStore(for remote: DVCRemote, url: String) throws -> HTTPStore {
        var configuration = try webConfiguration(of: remote, url: url)
        configuration.uploadMethod = try uploadMethod(of: remote)
        configuration.identity = try httpIdentity(of: remote, configuration.address)
        return HTTPStore(configuration, on: transferLoop)
    }

    /// A WebDAV server; nothing is asked of it yet.
    ///
    /// Source: DVC 3.67.1, `dvc_webdav` 3.0 (dvc-compat 8.9).
    func webDAVStore(for remote: DVCRemote, url: String) throws -> WebDAVStore {
        // `webdavs` is WebDAV over TLS, as `https` is HTTP.
        let text = "http" + url.dropFirst("webdav".count)
        var configuration = try webConfiguration(of: remote, url: text)
        let timeout = Duration.seconds(max(1, min(remote.number("timeout") ?? 30, 86_400)))
        configuration.peer.connectTimeout = timeout
        configuration.peer.activityTimeout = timeout
        configuration.service = .webDAV
        configuration.identity = try webDAVIdentity(of: remote, configuration.address)
        return WebDAVStore(configuration, on: transferLoop)
    }

    private func webConfiguration(of remote: DVCRemote, url: String) throws -> WebConfiguration {
        guard let address = WebAddress(url) else {
            // The URL itself is not shown: where a password would be is not known in such a one.
            throw RemoteOptionError(
                remote: remote.name, problem: "'url' is not that of a folder on a web server")
        }
        var configuration = WebConfiguration(name: remote.name, address: address)
        configuration.peer = Peer(remote, environment, authorities: Self.webAuthorities)
        configuration.peer.certificatePath = remote.text(of: "cert_path")
        configuration.peer.keyPath = remote.text(of: "key_path")
        return configuration
    }

    /// Source: requests, httpx; OpenSSL.
    private static let webAuthorities = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]

    private func uploadMethod(of remote: DVCRemote) throws -> HTTPRequest.Method {
        let text = remote.text(of: "method") ?? "POST"
        switch text.uppercased() {
        case "POST": return .post
        case "PUT": return .put
        default:
            throw RemoteOptionError(
                remote: remote.name,
                problem: "'method' is '\(printable(text))', which is neither PUT nor POST")
        }
    }

    // MARK: Who we are

    private func httpIdentity(
        of remote: DVCRemote, _ address: WebAddress
    ) throws -> any WebIdentity {
        switch remote.text(of: "auth") {
        case nil:
            if let user = address.user {
                return .basic(user: user, password: address.password ?? "")
            }
            // As real DVC does; its WebDAV does not.
            guard let login = Netrc(environment)?.login(for: address.hostName) else {
                return FixedHeaders()
            }
            return .basic(user: login.user, password: login.password)
        case "basic":
            guard let user = remote.text(of: "user") else {
                throw RemoteOptionError(
                    remote: remote.name, problem: "'auth = basic' needs 'user' and 'password'")
            }
            let password = try password(of: remote, address, user: user)
            return .basic(user: user, password: password)
        case "custom":
            guard let header = remote.text(of: "custom_auth_header") else {
                throw RemoteOptionError(
                    remote: remote.name,
                    problem: "'auth = custom' needs 'custom_auth_header' and 'password'")
            }
            let value = try password(of: remote, address, user: nil)
            return FixedHeaders([HTTPHeader(header, value)])
        case let method?:
            throw RemoteOptionError(
                remote: remote.name, problem: "'auth = \(printable(method))' is not supported")
        }
    }

    private func webDAVIdentity(
        of remote: DVCRemote, _ address: WebAddress
    ) throws -> any WebIdentity {
        let fixed = try fixedIdentity(of: remote, address)
        if let line = remote.text(of: "bearer_token_command") {
            return try renewedToken(of: remote, line, besides: fixed.ownHeaders)
        }
        return fixed.identity
    }

    /// Who we are without a program that says it, and what of that goes along with such a one.
    private func fixedIdentity(
        of remote: DVCRemote, _ address: WebAddress
    ) throws -> (identity: FixedHeaders, ownHeaders: [HTTPHeader]) {
        if let token = remote.text(of: "token") { return (.bearer(token), []) }
        if let user = remote.text(of: "user") ?? address.user {
            if let password = remote.text(of: "password") ?? address.password {
                return (.basic(user: user, password: password), [])
            }
            guard remote.boolean("ask_password") ?? false,
                remote.text(of: "bearer_token_command") == nil
            else { return (.basic(user: user, password: ""), []) }
            let password = try askPassword(of: remote, address, user: user)
            return (.basic(user: user, password: password), [])
        }
        guard let header = remote.text(of: "custom_auth_header") else {
            return (FixedHeaders(), [])
        }
        let own = [HTTPHeader(header, try password(of: remote, address, user: nil))]
        return (FixedHeaders(own), own)
    }

    private func password(
        of remote: DVCRemote, _ address: WebAddress, user: String?
    ) throws -> String {
        if let password = remote.text(of: "password") { return password }
        guard remote.boolean("ask_password") ?? false else {
            throw RemoteOptionError(remote: remote.name, problem: "'password' is not set")
        }
        return try askPassword(of: remote, address, user: user)
    }

    /// From Git's credential helpers, or the user at the terminal.
    private func askPassword(
        of remote: DVCRemote, _ address: WebAddress, user: String?
    ) throws -> String {
        let credential = try GitCredential(
            scheme: address.scheme, host: address.host, user: user, from: repository.git)
        guard let credential else {
            throw RemoteOptionError(
                remote: remote.name, problem: "there is nobody to ask for the password")
        }
        return credential.password
    }

    private func renewedToken(
        of remote: DVCRemote, _ line: String, besides own: [HTTPHeader]
    ) throws -> RenewedToken {
        @Sendable func problem(_ words: String) -> RemoteOptionError {
            RemoteOptionError(remote: remote.name, problem: "'bearer_token_command' \(words)")
        }
        // What a repository tracks comes from a stranger, and must not run anything.
        if remote.level(of: "bearer_token_command") == .repo {
            throw problem("is set in the tracked configuration, from which no program is run")
        }
        guard let words = try? shellWords(line), let name = words.first else {
            throw problem("cannot be split into words")
        }
        guard let program = name.contains("/") ? FilePath(name) : environment.program(named: name)
        else { throw problem("is not on PATH: '\(printable(name))'") }
        let command = Command(program, Array(words.dropFirst()), environment: environment)
        let limit = Duration.seconds(max(1, remote.number("timeout") ?? 30))
        return RenewedToken(besides: own) {
            let result = try command.run(upTo: limit)
            guard result.status.isSuccess else {
                throw problem("failed with exit code \(result.status.code): \(result.lastWords)")
            }
            let text = String(decoding: result.output, as: UTF8.self)
            guard let token = text.split(whereSeparator: \.isWhitespace).first else {
                throw problem("printed no token")
            }
            return String(token)
        }
    }
}
