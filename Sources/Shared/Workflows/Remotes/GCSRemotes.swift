internal import Basics
internal import CloudStorage
internal import DVC
internal import GCSBackend
internal import Git
internal import HTTPClient

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension Session {
    /// A bucket of Google Cloud Storage; nothing is asked of it yet.
    ///
    /// `jobs`: `-j`. The option `projectname` says nothing about objects: DVC only compares it.
    /// Source: DVC 3.67.1, `dvc_gs` 3.1, gcsfs 2026.10 (dvc-compat 8.5).
    func gcsStore(for remote: DVCRemote, url text: String, jobs option: Int?) throws -> GCSStore {
        let endpoint = try googleEndpoint(of: remote)
        guard
            var configuration = GCSConfiguration(name: remote.name, url: text, endpoint: endpoint)
        else {
            throw RemoteOptionError(
                remote: remote.name,
                problem: "'url' names no bucket: '\(printable(text))' is not 'gs://bucket/path'")
        }
        configuration.peer = Peer(
            remote, environment, authorities: ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
        configuration.concurrency = jobs(option, remote: remote.jobs, blocksThreads: false)
        configuration.sessions = UploadSessions(
            in: repository.commonDirectory.appending("dvc/uploads"))
        let now: @Sendable () -> Int64 = { Int64(time(nil)) }
        return GCSStore(
            configuration, on: transferLoop,
            as: try googleTokens(of: remote, endpoint, configuration.peer, now), systemTime: now)
    }

    /// Source: gcsfs, `_location`.
    private func googleEndpoint(of remote: DVCRemote) throws -> ServiceEndpoint {
        if let text = remote.text(of: "endpointurl") {
            guard let endpoint = ServiceEndpoint(text) else {
                throw RemoteOptionError(
                    remote: remote.name,
                    problem: "'endpointurl' is not a URL of HTTP: '\(printable(text))'")
            }
            return endpoint
        }
        if let text = emulator {
            guard let endpoint = ServiceEndpoint(text.contains("://") ? text : "http://\(text)")
            else {
                throw RemoteOptionError(
                    remote: remote.name,
                    problem: "STORAGE_EMULATOR_HOST is not a host: '\(printable(text))'")
            }
            return endpoint
        }
        let endpoint = ServiceEndpoint("https://storage.\(googleDomain)")
        guard let endpoint else {
            throw RemoteOptionError(
                remote: remote.name, problem: "GOOGLE_CLOUD_UNIVERSE_DOMAIN is not a domain")
        }
        return endpoint
    }

    private var emulator: String? {
        environment.nonEmpty("STORAGE_EMULATOR_HOST").flatMap { $0 == "default" ? nil : $0 }
    }

    private var googleDomain: String {
        environment.nonEmpty("GOOGLE_CLOUD_UNIVERSE_DOMAIN") ?? "googleapis.com"
    }

    /// Who requests come from; a token lets whoever sees it act as the user, so it goes only to Google
    /// and to where the user, not the repository, said.
    private func googleTokens(
        of remote: DVCRemote, _ endpoint: ServiceEndpoint, _ peer: Peer,
        _ now: @escaping @Sendable () -> Int64
    ) throws -> TokenSource {
        if remote.boolean("allow_anonymous_login") ?? false { return .anonymous }
        let hasOwn = remote.text(of: "credentialpath") != nil
        let isGoogle =
            endpoint.scheme == "https"
            && (endpoint.host == googleDomain || endpoint.host.hasSuffix(".\(googleDomain)"))
        if !isGoogle {
            // Without TLS everybody on the way would see it; an emulator does not care who asks.
            if endpoint.scheme == "http", !endpoint.isLoopback || !hasOwn { return .anonymous }
            if remote.level(of: "endpointurl") == .repo, !endpoint.isLoopback {
                throw RemoteOptionError(
                    remote: remote.name,
                    problem: "'endpointurl' in the tracked configuration is not Google's, "
                        + "so your credentials are not sent to '\(printable(endpoint.host))'; "
                        + "set it with '--local', or 'allow_anonymous_login'")
            }
        }
        var settings = GoogleSettings(environment)
        settings.credentialPath = remote.text(of: "credentialpath").map { FilePath($0) }
        settings.credentialPathIsTracked = remote.level(of: "credentialpath") == .repo
        let requester = HTTPServiceRequester(transferLoop, peer: peer, now: now)
        return googleTokens.identity(of: remote) {
            GoogleTokens(settings, requester: requester, now: now).source
        }
    }
}
