internal import Basics
internal import DVC
internal import SSHBackend

extension Session {
    /// A folder on a service that rclone reaches for us; nothing is started yet.
    ///
    /// `jobs`: `-j`.
    func rcloneStore(
        for remote: DVCRemote, scheme: String, url: String, jobs option: Int?
    ) throws -> SSHStore {
        let connection = try RcloneConnection(remote, scheme: scheme, url: url, environment)
        let connector = try RcloneConnector(
            connection, environment, remote: remote.name, scheme: scheme)
        var configuration = SSHConfiguration(name: remote.name, root: "/")
        configuration.peer = .rclone(place: connection.place)
        // On one session everything but the sending is done one after the other.
        configuration.sessions = min(
            RcloneConnector.mostSessions,
            jobs(
                option, remote: remote.jobs, blocksThreads: false,
                usual: RcloneConnector.usualSessions))
        configuration.patience = .milliseconds(150)
        configuration.usualJobs = 64
        let trace = trace
        return SSHStore(configuration) { _ in
            let transport = connector.transport()
            if trace.isOn { trace.log("run: \(transport.command.line)") }
            return transport
        }
    }
}

extension RcloneConnection {
    /// What DVC's options of a remote mean to rclone.
    ///
    /// Throws ``RemoteOptionError``, ``RcloneAddressError``.
    init(
        _ remote: DVCRemote, scheme: String, url: String, _ environment: Environment
    ) throws {
        switch scheme {
        case "gdrive": try self.init(googleDrive: remote, url: url, environment)
        case "oss": try self.init(objectStorage: remote, url: url, environment)
        case "hdfs": try self.init(hdfs: remote, url: url)
        default: try self.init(url: url)
        }
    }

    /// Source: DVC 3.67.1, `dvc_oss` (dvc-compat 8.11); rclone's backend `s3`.
    private init(objectStorage remote: DVCRemote, url: String, _ environment: Environment) throws {
        let path = url.dropFirst("oss://".count).drop { $0 == "/" }
        guard let bucket = path.split(separator: "/").first, !bucket.hasPrefix("-") else {
            throw RemoteOptionError(remote: remote.name, problem: "the url names no bucket")
        }
        guard
            let endpoint = remote.text(of: "oss_endpoint") ?? environment.nonEmpty("OSS_ENDPOINT")
        else {
            throw RemoteOptionError(remote: remote.name, problem: "'oss_endpoint' is not set")
        }
        var options = [
            "type": "s3", "provider": "Alibaba", "endpoint": endpoint, "env_auth": "false",
            // The bucket must be there, as for DVC, and who may write need not be allowed to look.
            "no_check_bucket": "true",
        ]
        // Without a key nobody logs in, as DVC does it.
        let key = remote.text(of: "oss_key_id") ?? environment.nonEmpty("OSS_ACCESS_KEY_ID")
        let secret =
            remote.text(of: "oss_key_secret") ?? environment.nonEmpty("OSS_ACCESS_KEY_SECRET")
        options["access_key_id"] = key ?? ""
        options["secret_access_key"] = secret ?? ""
        self.init(options: options, path: String(path))
    }

    /// Source: DVC 3.67.1, `dvc_hdfs` (dvc-compat 8.10); rclone's backend `hdfs`.
    private init(hdfs remote: DVCRemote, url: String) throws {
        let rest = url.dropFirst("hdfs://".count)
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        var host = authority[...]
        var user = remote.text(of: "user")
        if let at = authority.lastIndex(of: "@") {
            user = user ?? String(authority[..<at])
            host = authority[authority.index(after: at)...]
        }
        let parts = host.split(separator: ":", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count <= 2,
            parts.count == 1 || UInt16(parts[1]) != nil
        else {
            throw RemoteOptionError(
                remote: remote.name, problem: "the url is not 'hdfs://host[:port]/path'")
        }
        var options = [
            "type": "hdfs", "namenode": parts.count == 2 ? String(host) : "\(name):8020",
        ]
        if let user, !user.isEmpty { options["username"] = user }
        if let ticket = remote.text(of: "kerb_ticket") {
            options["service_principal_name"] = "hdfs/\(name)"
            self.init(options: options, path: path.isEmpty ? "/" : String(path))
            variables["KRB5CCNAME"] = ticket
            return
        }
        self.init(options: options, path: path.isEmpty ? "/" : String(path))
    }
}
