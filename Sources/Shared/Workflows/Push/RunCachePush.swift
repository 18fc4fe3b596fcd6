internal import Basics
internal import DVC
internal import Storage

/// Brings the record of past runs from the cache to remotes (`push --run-cache`).
///
/// Remotes that keep none are passed over in silence, as by DVC: those reached by HTTP, and those that
/// keep versions of files. Source: dvc-compat 4.6, 5.
struct RunCachePush {
    /// What was brought to one remote.
    struct Sent {
        let remote: String
        let runs: [RunCacheName]
    }

    struct Outcome {
        var sent: [Sent] = []
        var warnings: [any UserFacingError] = []
        var errors: [any UserFacingError] = []
    }

    let session: Session
    /// Names of remotes; empty for the default one.
    let remotes: [String]
    let isDryRun: Bool
    /// `-j`.
    let jobs: Int?

    /// Remotes that do not exist, and a broken configuration, are left to the push of the data to
    /// complain about.
    func run() async throws -> Outcome {
        var outcome = Outcome()
        let files = ConfigurationFiles(at: session.directory, environment: session.environment)
        guard let root = files.root, let config = try? files.configuration() else { return outcome }
        let directory = config.cacheDirectory ?? root.appending(".dvc/cache")
        // Without the type the default of the protocol would be found, which is none.
        let store: any ObjectStore = session.cache(at: directory, isShared: false)
        guard let cache = store.runCache else { return outcome }
        let names = remotes.isEmpty ? [config.defaultRemoteName ?? ""] : remotes
        for name in names {
            guard let remote = try? config.remote(named: name),
                !remote.isCloudVersioned
            else { continue }
            do {
                guard let target = try session.store(for: remote, jobs: jobs).runCache else {
                    continue
                }
                let result = try await RunCacheTransfer(isDryRun: isDryRun).send(
                    from: cache, named: StoreTraits.cacheName, to: target)
                outcome.warnings += result.refused as [any UserFacingError]
                outcome.sent.append(Sent(remote: remote.name, runs: result.sent))
            } catch let error as any UserFacingError {
                outcome.errors.append(error)
            }
        }
        return outcome
    }
}

extension PushReport {
    /// Counts the entries as pushed, as DVC does.
    mutating func add(_ outcome: RunCachePush.Outcome, isDryRun: Bool) {
        errors += outcome.errors
        warnings += outcome.warnings
        for sent in outcome.sent where !sent.runs.isEmpty {
            if !stores.contains(where: { $0.remote == sent.remote }) {
                stores.append(StoreReport(remote: sent.remote))
            }
            for index in stores.indices where stores[index].remote == sent.remote {
                stores[index].runs = sent.runs.map(\.path)
                if !isDryRun { stores[index].uploadedCount += sent.runs.count }
            }
        }
    }
}

extension ConfigurationFiles {
    /// All levels together.
    fileprivate func configuration() throws -> DVCConfig {
        var documents: [ConfigurationLevel: ConfigDocument] = [:]
        for level in levels { documents[level] = try document(level) }
        return try DVCConfig(sources(of: documents), home: home)
    }
}
