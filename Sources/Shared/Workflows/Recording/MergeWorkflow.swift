package import Basics
internal import DVC
internal import Digests
internal import Git
internal import LocalBackend
internal import Planning
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A `.dvc` file that stays as it was, for the user to merge.
package struct UnmergedError: UserFacingError {
    let name: String
    let cause: any UserFacingError

    package var summary: String { "cannot merge '\(printable(name))': \(cause.summary)" }

    package var advice: String? {
        let file = shellWord(printable(name))
        return
            "take one side: git checkout --ours -- \(file) (or --theirs); then get its data with "
            + "'git dvc pull', change that, and record it with 'git dvc add'"
    }
}

/// The list of a directory that both the cache and the remote lack.
struct NoListToMergeError: UserFacingError {
    let oid: ObjectID
    let cause: String

    var summary: String { "the list \(oid.storagePath) is not in the cache, and \(cause)" }
}

/// Merges `.dvc` files: what Git calls a merge driver.
///
/// Source: gitattributes(5), "Defining a custom merge driver"; dvc-compat 7.4.
package struct MergeWorkflow {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    /// Merges three versions of a file and replaces that of `ours` by the result.
    ///
    /// Nothing is changed when that is not possible. `name`: the file's path from the top of the
    /// repository, for messages and to find its DVC root; `nil` when Git did not say.
    /// Throws ``UnmergedError``, `SystemError`, ``NotADVCRepositoryError``.
    package func run(
        ancestor: FilePath, ours: FilePath, theirs: FilePath, name: FilePath?
    ) async throws {
        let limit = 64 << 20
        let versions = try [ancestor, ours, theirs].map {
            try readFile(session.directory.appending($0), limit: limit)
        }
        do {
            let merge = try MetafileMerge(
                ancestor: versions[0], ours: versions[1], theirs: versions[2])
            let result: [UInt8]
            switch merge.plan {
            case .take(let text): result = text
            case .data(let out):
                guard let oid = out.oid else { throw MetafileMergeError.notDirectories }
                result = try merge.text(with: out, oid: oid)
            case .directories(let base, let mine, let other):
                result = try await directories(merge, base, mine, other, versions, name)
            }
            if result == versions[1] { return }
            // In place: it is a temporary file of Git's, which knows it by its name.
            try writeFile(session.directory.appending(ours), result)
        } catch let error as any UserFacingError {
            throw UnmergedError(name: name?.string ?? ours.string, cause: error)
        }
    }

    private func directories(
        _ merge: MetafileMerge, _ base: ObjectID?, _ mine: ObjectID, _ other: ObjectID,
        _ versions: [[UInt8]], _ name: FilePath?
    ) async throws -> [UInt8] {
        guard let top = session.repository.workTree,
            let root = session.repository.dvcRoot(of: name?.parent ?? "")
        else { throw NotADVCRepositoryError(directory: session.directory) }
        let configuration = try Configurations(
            session.configurationSources, in: session.repository
        ).ofWorkspace(root, below: top)
        guard let directory = configuration.cacheDirectory else {
            throw NotADVCRepositoryError(directory: session.directory)
        }
        let cache = session.cache(at: directory, isShared: configuration.config.isCacheShared)
        let remote = try Metafile(versions[1]).outs.first?.remoteName
        let lists = Lists(
            cache: cache, session: session, config: configuration.config, remoteName: remote)
        var ancestor = DirectoryListing(scheme: mine.scheme)
        if let base { ancestor = try await lists.list(base) }
        let merged = try DirectoryListing.merge(
            ancestor: ancestor, ours: try await lists.list(mine),
            theirs: try await lists.list(other))
        switch merged {
        case .conflicts(let paths): throw MetafileMergeError.members(paths)
        case .merged(let listing):
            let bytes = listing.encoded()
            let oid = objectID(of: bytes, isDirectory: true, scheme: listing.scheme)
            try Self.store(bytes, as: oid, in: cache)
            return try merge.text(
                with: listing, oid: oid, size: try size(of: listing, in: cache))
        }
    }

    private static func store(_ list: [UInt8], as oid: ObjectID, in cache: LocalStore) throws {
        do {
            try cache.takeIn(list, as: oid)
        } catch {
            throw shown(error)
        }
    }

    private static func shown(_ error: TakeInError) -> any Error {
        switch error {
        case .reading(let error), .storing(let error): error
        // Of a file only; this comes from memory.
        case .changed, .cancelled: CancellationError()
        }
    }

    /// The sum of all members, `nil` when the cache lacks one, as with DVC.
    private func size(of listing: DirectoryListing, in cache: LocalStore) throws -> Int64? {
        var total: Int64 = 0
        for index in listing.indices {
            let path = cache.path(of: ObjectKey(listing.oid(at: index)))
            guard let status = try fileStatus(path, followingLinks: true) else { return nil }
            total += Int64(status.st_size)
        }
        return total
    }
}

/// Where the lists of directories come from: the cache, or a remote that is asked for what that lacks.
///
/// DVC asks only the cache, which after a pull has no list of the other side.
private struct Lists {
    let cache: LocalStore
    let session: Session
    let config: DVCConfig
    let remoteName: String?

    func list(_ oid: ObjectID) async throws -> DirectoryListing {
        let key = ObjectKey(oid)
        let limit = DirectoryListing.largestEncoding
        do {
            let bytes = try await cache.contents(of: key, limit: limit)
            return try DirectoryListing(reading: bytes, scheme: oid.scheme)
        } catch is StoreError {
            // Missing or damaged: the remote may have it. It is not put into the cache, where a list
            // promises that its members are there.
        }
        guard let name = remoteName ?? config.defaultRemoteName else {
            throw NoListToMergeError(oid: oid, cause: "no remote is configured")
        }
        do {
            let store = try session.store(for: try config.remote(named: name), jobs: nil)
            let bytes = try await store.contents(of: key, limit: limit)
            return try DirectoryListing(reading: bytes, scheme: oid.scheme)
        } catch let error as any UserFacingError {
            throw NoListToMergeError(oid: oid, cause: error.summary)
        }
    }
}
