internal import Basics
internal import DVC
internal import HTTPBackend
internal import HTTPClient

extension Session {
    /// A folder of HDFS; nothing is asked of it yet.
    func webHDFSStore(for remote: DVCRemote, url: String) throws -> WebHDFSStore {
        WebHDFSStore(try WebHDFSConfiguration(remote, url: url, environment), on: transferLoop)
    }
}

extension WebHDFSConfiguration {
    /// What DVC's options of a remote mean.
    ///
    /// Source: DVC 3.67.1, `dvc_webhdfs`, `fsspec`'s `webhdfs` (dvc-compat 8.10).
    init(_ remote: DVCRemote, url: String, _ environment: Environment) throws {
        func problem(_ words: String) -> RemoteOptionError {
            RemoteOptionError(remote: remote.name, problem: words)
        }
        let rest = url.dropFirst("webhdfs://".count)
        let authority = rest.prefix { $0 != "/" }
        let path = FilePath("/" + String(rest.dropFirst(authority.count))).normalized
        var host = authority[...]
        var user = remote.text(of: "user")
        if let at = authority.lastIndex(of: "@") {
            user = user ?? String(authority[..<at].prefix { $0 != ":" })
            host = authority[authority.index(after: at)...]
        }
        let hasPort = host.last != "]" && host.contains(":")
        let usesTLS = remote.boolean("use_https") ?? false
        guard
            let configuration = WebHDFSConfiguration(
                name: remote.name, scheme: usesTLS ? "https" : "http",
                authority: hasPort ? String(host) : "\(host):50070", root: path)
        else { throw problem("the url is not 'webhdfs://host[:port]/path'") }
        self = configuration
        web.peer = Peer(remote, environment, authorities: ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
        dataProxy = remote.text(of: "data_proxy_target")
        web.peer.negotiates = remote.boolean("kerberos") ?? false
        let token = remote.text(of: "token")
        let proxied = remote.text(of: "proxy_to")
        if token != nil, user != nil || proxied != nil {
            throw problem("with 'token', 'user' and 'proxy_to' say nothing: the token names them")
        }
        if web.peer.negotiates, user != nil {
            throw problem("with 'kerberos', 'user' says nothing: the ticket of 'kinit' names it")
        }
        if let token { parameters.append(("delegation", token)) }
        if let password = remote.text(of: "password") {
            guard let user else { throw problem("'password' needs 'user'") }
            web.identity = .basic(user: user, password: password)
        } else if let user {
            parameters.append(("user.name", user))
        }
        if let proxied { parameters.append(("doas", proxied)) }
    }
}
