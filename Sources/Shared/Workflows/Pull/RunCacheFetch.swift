internal import Basics
internal import DVC
internal import Planning
internal import Storage

/// Brings the record of past runs from a remote to the cache (`fetch --run-cache`).
///
/// The default remote, or that of `-r`; one that keeps no such record is passed over in silence, as by
/// DVC. What a remote has is checked before it gets into the cache. Source: dvc-compat 4.6, 5.
struct RunCacheFetch {
    let session: Session
    let standpoint: Standpoint
    /// `-r`.
    let remote: String?
    let isDryRun: Bool
    let jobs: Int?

    /// A remote that does not exist is left to the fetch of the data to complain about.
    func run(_ report: inout PullReport) async throws {
        let configuration = try Configurations(
            session.configurationSources, in: session.repository
        ).ofWorkspace(standpoint.root, below: standpoint.top)
        let config = configuration.config
        guard let name = remote?.lowercased() ?? config.defaultRemoteName,
            let place = try? config.remote(named: name), !place.isCloudVersioned
        else { return }
        let directory =
            configuration.cacheDirectory
            ?? standpoint.top.appending(standpoint.root).appending(".dvc/cache")
        // Without the type the default of the protocol would be found, which is none.
        let cache: any ObjectStore = session.cache(at: directory, isShared: config.isCacheShared)
        do {
            guard let target = cache.runCache,
                let source = try session.store(for: place, jobs: jobs).runCache
            else { return }
            let result = try await RunCacheTransfer(isDryRun: isDryRun).send(
                from: source, named: place.name, to: target)
            report.warnings += result.refused as [any UserFacingError]
            // DVC does not count them, unlike those that it pushes.
            if isDryRun { report.wouldFetch += result.sent.map(\.path.string) }
        } catch let error as any UserFacingError {
            report.errors.append(error)
        }
    }
}
