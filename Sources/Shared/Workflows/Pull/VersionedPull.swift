internal import Basics
internal import DVC
internal import Digests
internal import Planning
internal import Storage
internal import Transfer

/// Outs that one cloud-versioned remote keeps under the names of the files, and the cache they belong
/// into.
struct VersionedBatch {
    let remote: DVCRemote
    let cache: any ObjectCache
    var outs: [CollectedOut] = []

    /// What is asked for, and where each file lies, from the top of the repository.
    fileprivate struct Demand {
        var request = VersionedRequest()
        var places: [ObjectID: ObjectPlace] = [:]
        /// Parts of directories that these do not have.
        var errors: [any UserFacingError] = []
    }

    fileprivate var demand: Demand {
        var demand = Demand()
        for out in outs {
            let versions = out.out.versions
            // Without versions it was recorded before the remote kept any.
            let all =
                versions?.files ?? [OutVersions.File(path: "", oid: out.needed.oid, version: nil)]
            let part = out.needed.part.path
            let files = part.map { part in all.filter { $0.path.relative(to: part) != nil } } ?? all
            if files.isEmpty, part != nil {
                demand.errors.append(
                    NoMemberError(
                        place: "'\(out.needed.path)'", member: out.needed.meantPath))
                continue
            }
            if let listing = versions?.listing { demand.request.directories.append(listing) }
            for file in files {
                let path =
                    file.path.isEmpty ? out.needed.path : out.needed.path.appending(file.path)
                // The names on the remote are those below the DVC root.
                let version = file.version.flatMap { id in
                    path.relative(to: out.root).map { FileVersion(path: $0, id: id) }
                }
                demand.request.files.append(.init(oid: file.oid, version: version))
                demand.places[file.oid] = ObjectPlace(
                    oid: file.oid, path: path, revision: out.needed.revision)
            }
        }
        return demand
    }
}

extension Session {
    /// Brings the files of a batch into the cache; what a push of real DVC has not brought to the
    /// remote yet becomes an error.
    ///
    /// `jobs`: `-j`. Throws `UnsupportedRemoteError`, ``UnsupportedVersionsError``, `SystemError`,
    /// `StoreError`, `CancellationError`.
    func fetch(
        _ batch: VersionedBatch, jobs option: Int?, progress: ProgressMeter.Output
    ) async throws -> (result: FetchResult, errors: [any UserFacingError]) {
        guard let store = try store(for: batch.remote, jobs: option).versions else {
            throw UnsupportedVersionsError(remote: batch.remote.name)
        }
        let jobs = jobs(option, remote: batch.remote.jobs, blocksThreads: false)
        let workers = try Workers(threads: nil)
        defer { workers.shutDown() }
        let demand = batch.demand
        let (request, places) = (demand.request, demand.places)
        let fetch = VersionedFetch(
            from: store, into: batch.cache, TransferOptions(jobs: jobs), on: workers)
        try await fetch.run(request) { count in
            try ProgressMeter(downloading: count, to: progress)
        }
        let result = fetch.result
        var errors = demand.errors + result.failures.map(\.error)
        let unversioned = Set(request.files.lazy.filter { $0.version == nil }.map(\.oid))
        for oid in result.missing {
            guard let place = places[oid] else { continue }
            if unversioned.contains(oid) {
                errors.append(UnversionedFileError(place: place, remote: batch.remote.name))
            } else {
                errors.append(
                    MissingObjectError(
                        place: place, remote: batch.remote.name, flaw: nil, isPush: false))
            }
        }
        return (result, errors)
    }
}

/// A file that was changed, and not pushed since.
struct UnversionedFileError: UserFacingError {
    let place: ObjectPlace
    let remote: String

    var summary: String {
        "\(place.text) has no version on remote '\(remote)': its metafile names none"
    }
    var advice: String? { "run 'dvc push' where the data is, and commit the metafile" }
}

/// A cloud-versioned remote whose versions this version cannot read.
struct UnsupportedVersionsError: UserFacingError {
    let remote: String

    var summary: String { "remote '\(remote)' keeps versions, which is not supported there yet" }
    var advice: String? { "get its data with 'dvc pull -r \(remote)'" }
}
