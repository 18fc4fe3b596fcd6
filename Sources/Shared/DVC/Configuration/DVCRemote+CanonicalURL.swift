internal import Basics

extension DVCRemote {
    /// One spelling of the place, without secrets: the key under which is recorded what is there.
    ///
    /// Two spellings of one place may differ, which costs time; two places never share one. So what
    /// else tells places apart is in it: the endpoint of a bucket, the account of a container, and
    /// the user and port that options set.
    package var canonicalURL: String {
        switch location {
        case .directory(let path): return "file://" + path.string
        // Names of rclone's may have any of the marks by which URLs are cut.
        case .url("rclone", let text): return String(text[...].withoutTrailingSlashes)
        case .url(let scheme, let text):
            // Names of buckets and folders are compared exactly, only hosts are not.
            guard let url = URLText(text) else { return text }
            guard Self.defaultPorts[scheme] != nil else {
                return "\(scheme)://\(url.hostAndPort)\(url.rest.withoutTrailingSlashes)"
                    + discriminator
            }
            return Self.canonical(
                url, user: self.text(of: "user"),
                port: self.text(of: "port").flatMap { Int(configText: $0) })
        }
    }

    /// The schemes whose URLs name a host, and their usual ports.
    private static let defaultPorts = [
        "http": 80, "https": 443, "webdav": 80, "webdavs": 443, "ssh": 22, "hdfs": 8020,
        "webhdfs": 50070,
    ]

    private var discriminator: String {
        let endpoint = (text(of: "endpointurl") ?? text(of: "oss_endpoint")).map { endpoint in
            URLText(endpoint).map { Self.canonical($0) } ?? endpoint
        }
        let connection = text(of: "connection_string").map(Self.account(inConnectionString:))
        let account = connection ?? text(of: "account_name")
        return
            ([endpoint.map { "endpoint=\($0)" }, account.map { "account=\($0)" }]
            .compactMap { $0 } + logins).map { "#" + $0 }.joined()
    }

    /// Who logs in to Google Drive: `gdrive://root` is another place for each user.
    private var logins: [String] {
        guard case .url("gdrive", _) = location else { return [] }
        return [
            "profile", "gdrive_client_id", "gdrive_user_credentials_file",
            "gdrive_service_account_user_email", "gdrive_service_account_json_file_path",
        ].compactMap { option in text(of: option).map { "\(option)=\($0)" } }
    }

    /// The parts of an Azure connection string that say where, not who.
    private static func account(inConnectionString text: String) -> String {
        let places = ["accountname", "blobendpoint", "endpointsuffix"]
        return text.split(separator: ";").filter { part in
            places.contains(part.prefix { $0 != "=" }.lowercased())
        }.map { $0.prefix { $0 != "?" } }.joined(separator: ";")
    }

    private static func canonical(
        _ url: URLText, user: String? = nil, port: Int? = nil
    ) -> String {
        var host = url.hostAndPort.lowercased()
        var port = port
        // Behind the last colon is a port, unless that colon is within an IPv6 address.
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") {
            port = port ?? Int(host[host.index(after: colon)...])
            host = String(host[..<colon])
        }
        if port == defaultPorts[url.scheme] { port = nil }
        let user = user ?? String(url.user)
        // A query can be a secret, and no URL of an object has one.
        let takesQueries = url.scheme.hasPrefix("http") || url.scheme.hasPrefix("webdav")
        let path = takesQueries ? url.rest.prefix { $0 != "?" && $0 != "#" } : url.rest
        return "\(url.scheme)://" + (user.isEmpty ? "" : user + "@") + host
            + (port.map { ":\($0)" } ?? "") + path.withoutTrailingSlashes
    }
}

extension Substring {
    fileprivate var withoutTrailingSlashes: Substring {
        lastIndex { $0 != "/" }.map { self[...$0] } ?? self[..<startIndex]
    }
}
