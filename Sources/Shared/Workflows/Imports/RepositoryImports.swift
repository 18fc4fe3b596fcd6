internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import LocalBackend
internal import Planning
internal import Storage
internal import Transfer

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Fetches what was imported from other repositories: from their data remotes, or from their Git.
///
/// A repository that is a directory of this machine is read where it is; another one is kept as a bare
/// clone below `<git>/dvc/imports`, into which only the commits come that imports name. Git fetches
/// it, so all its rules for addresses hold. Source: dvc-compat 3.3; `dependency/repo.py` and
/// `repo/open_repo.py` in DVC 3.67.
struct RepositoryImports {
    let session: Session
    let jobs: Int?
    let isDryRun: Bool

    /// How many repositories may import from each other in a row.
    private static let deepest = 8

    /// Fetches the objects of imports that the cache lacks; what fails is in the report.
    func fetch(_ outs: [CollectedOut], _ report: inout PullReport) async throws {
        for out in outs {
            guard let source = out.importSource else { continue }
            let cache = session.cache(
                at: out.configuration.cacheDirectory ?? "",
                isShared: out.configuration.config.isCacheShared)
            if isDryRun {
                report.wouldFetch.append("\(ObjectKey(out.needed.oid))")
                continue
            }
            do {
                let wanted = Wanted(
                    place: out.needed.place, oid: out.needed.oid, part: out.needed.part.path,
                    scheme: out.needed.oid.scheme, cache: cache, depth: 0)
                _ = try await fetch(wanted, from: source, &report)
            } catch let error as any UserFacingError {
                report.errors.append(error)
            }
        }
    }

    /// Fetches an import of which nothing is recorded, and returns what it is.
    ///
    /// `part`: only these members of a directory, whose list comes whole.
    /// Throws any `UserFacingError`, `CancellationError`.
    func fetch(
        _ place: String, part: FilePath?, from source: ImportSource, into cache: LocalStore,
        _ report: inout PullReport
    ) async throws -> ObjectID {
        let wanted = Wanted(
            place: place, oid: nil, part: part, scheme: .md5, cache: cache, depth: 0)
        return try await fetch(wanted, from: source, &report)
    }

    private struct Wanted {
        let place: String
        /// `nil` when nothing is recorded: then whatever is there is right.
        var oid: ObjectID?
        /// Of a directory, as far as its other members can be left out; `nil` for all of it.
        var part: FilePath?
        var scheme: HashScheme
        let cache: LocalStore
        var depth: Int

        /// What an out of the other repository must give for it; `part`: of that out.
        func through(_ out: CollectedOut, part: FilePath?) -> Wanted {
            var inner = self
            inner.oid = out.needed.oid
            inner.scheme = out.needed.oid.scheme
            inner.part = part
            return inner
        }
    }

    private func fetch(
        _ wanted: Wanted, from source: ImportSource, _ report: inout PullReport
    ) async throws -> ObjectID {
        func error(_ reason: ImportFetchError.Reason) -> ImportFetchError {
            ImportFetchError(place: wanted.place, source: source, reason: reason)
        }
        guard wanted.depth < Self.deepest else { throw error(.tooDeep) }
        guard let text = source.lockedRevision, let commit = GitOID(text) else {
            throw error(.noCommit)
        }
        let path = FilePath(source.path).normalized
        guard !path.isAbsolute, path.components.first?.elementsEqual("..".utf8) != true else {
            throw error(.notThere)
        }
        let repository: GitRepository
        do {
            repository = try open(source.url, commit)
        } catch let problem as any UserFacingError {
            throw error(.git(problem.summary))
        }
        var revisions = RevisionSelection()
        revisions.includesWorkspace = false
        revisions.names = ["\(commit)"]
        let theirs: [CollectedOut]
        do {
            theirs = try outs(of: revisions, in: repository, source.settings)
                .filter { $0.needed.revision == .commit(commit) }
        } catch let problem as ConfigError {
            throw error(.settings(problem.summary))
        } catch let problem as SystemError {
            throw error(.settings(problem.summary))
        }
        let parts = Parts(
            repository: repository, commit: commit, path: path, source: source, outs: theirs)
        guard let found = try await fetch(wanted, parts, &report) else { throw error(.notThere) }
        guard let oid = wanted.oid else { return found }
        guard oid == found, try await wanted.cache.size(of: ObjectKey(oid)) != nil else {
            throw error(.otherContent)
        }
        return oid
    }

    /// Where in the other repository the data is.
    private struct Parts {
        let repository: GitRepository
        let commit: GitOID
        /// From the top.
        let path: FilePath
        let source: ImportSource
        let outs: [CollectedOut]
    }

    /// Returns what it is; `nil` when there is no such thing.
    private func fetch(
        _ wanted: Wanted, _ parts: Parts, _ report: inout PullReport
    ) async throws -> ObjectID? {
        if let out = parts.outs.first(where: { parts.path.relative(to: $0.needed.path) != nil }) {
            let inside = parts.path.relative(to: out.needed.path) ?? ""
            return try await fetch(wanted, out, inside, parts, &report)
        }
        guard let members = try await members(wanted, parts, &report) else { return nil }
        return try keep(members, for: wanted)
    }

    /// Fetches a tracked file or directory, or what is in one.
    private func fetch(
        _ wanted: Wanted, _ out: CollectedOut, _ inside: FilePath, _ parts: Parts,
        _ report: inout PullReport
    ) async throws -> ObjectID? {
        // To be named in another way, what is inside must be read.
        let isSameScheme = out.needed.oid.scheme == wanted.scheme
        let part = isSameScheme ? inside.appending(wanted.part ?? "") : inside
        let theirPart = part.isEmpty ? nil : part
        if out.metafileKind == .repositoryImport, let source = out.importSource {
            var next = wanted.through(out, part: theirPart)
            next.depth += 1
            _ = try await fetch(next, from: source, &report)
        } else {
            try await transfer(out, part: theirPart, wanted, parts, &report)
        }
        if inside.isEmpty, isSameScheme { return out.needed.oid }
        guard out.needed.oid.isDirectory else {
            return inside.isEmpty ? try keep([("", out.needed.oid)], for: wanted) : nil
        }
        let listing = try await listing(of: out.needed.oid, in: wanted.cache)
        let indices = listing.indices(at: inside)
        if indices.isEmpty, !inside.isEmpty { return nil }
        let members = indices.map { index in
            (
                path: listing.path(at: index).relative(to: inside) ?? "",
                oid: listing.oid(at: index)
            )
        }
        return try keep(members, for: wanted)
    }

    /// Brings an object, and what it lists, from the other repository's remote, or from its cache
    /// where it has no remote.
    private func transfer(
        _ out: CollectedOut, part: FilePath?, _ wanted: Wanted, _ parts: Parts,
        _ report: inout PullReport
    ) async throws {
        let store: any ObjectStore
        var jobs: Int?
        switch try RemoteSelection(only: parts.source.remoteName).choice(for: out) {
        case .remote(let remote):
            store = try session.store(for: remote, jobs: self.jobs)
            jobs = remote.jobs
        case .invalid(let error): throw error
        case .none, .notSelected:
            guard parts.repository.workTree != nil, let path = out.configuration.cacheDirectory
            else { throw NoRemoteError(place: out.needed.place, isPull: true) }
            store = session.cache(at: path, isShared: false)
        }
        let blocks = store.traits.blocksThreads
        let limit = session.jobs(self.jobs, remote: jobs, blocksThreads: blocks)
        let workers = try Workers(threads: blocks ? limit : nil)
        defer { workers.shutDown() }
        let fetch = Fetch(
            from: store, into: wanted.cache, TransferOptions(jobs: limit), on: workers)
        let oid = out.needed.oid
        try await fetch.run(
            files: oid.isDirectory ? [] : [oid],
            directories: oid.isDirectory ? [.init(oid, part: part)] : []
        ) { _ in nil }
        report.fetchedCount += fetch.result.fetchedCount
        report.fetchedBytes += fetch.result.fetchedBytes
        if let failure = fetch.result.failures.first { throw failure.error }
        if let missing = fetch.result.missing.first {
            throw StoreError(.download, ObjectKey(missing), store: store.traits.name, .missing)
        }
    }

    private func listing(of oid: ObjectID, in cache: LocalStore) async throws -> DirectoryListing {
        let limit = DirectoryListing.largestEncoding
        let bytes = try await cache.contents(of: ObjectKey(oid), limit: limit)
        return try DirectoryListing(reading: bytes, scheme: oid.scheme)
    }

    /// What lies below a path that Git has: its own files, and what is tracked there.
    ///
    /// A single file has an empty path. `nil` when there is nothing.
    private func members(
        _ wanted: Wanted, _ parts: Parts, _ report: inout PullReport
    ) async throws -> [(path: FilePath, oid: ObjectID)]? {
        var members: [(path: FilePath, oid: ObjectID)] = []
        let listed = try parts.repository.output(
            ["--literal-pathspecs", "ls-tree", "-r", "-z", "\(parts.commit)", "--"]
                + (parts.path.isEmpty ? [] : [parts.path.string]))
        for entry in listed.split(separator: 0) {
            guard let tab = entry.firstIndex(of: UInt8(ascii: "\t")) else { continue }
            let words = entry[..<tab].split(separator: UInt8(ascii: " "))
            let path = FilePath(unchecked: Array(entry[(tab + 1)...]))
            guard words.count == 3, words[1].elementsEqual("blob".utf8),
                words[0].starts(with: "100".utf8), let inside = path.relative(to: parts.path)
            else { continue }
            let blob = String(decoding: words[2], as: UTF8.self)
            let bytes = try parts.repository.output(["cat-file", "blob", blob])
            let oid = objectID(of: bytes, isDirectory: false, scheme: wanted.scheme)
            do {
                try wanted.cache.takeIn(bytes, as: oid)
            } catch {
                throw ImportFetchError(
                    place: wanted.place, source: parts.source, reason: .git("\(error)"))
            }
            report.fetchedCount += 1
            members.append((inside, oid))
        }
        for out in parts.outs {
            guard let inside = out.needed.path.relative(to: parts.path), out.out.isCached else {
                continue
            }
            _ = try await fetch(wanted.through(out, part: nil), out, "", parts, &report)
            guard out.needed.oid.isDirectory else {
                members.append((inside, out.needed.oid))
                continue
            }
            let listing = try await listing(of: out.needed.oid, in: wanted.cache)
            for index in listing.indices {
                members.append((inside.appending(listing.path(at: index)), listing.oid(at: index)))
            }
        }
        return members.isEmpty ? nil : members
    }

    /// The name of what was fetched: a file, with an empty path, or a directory, whose list is written.
    ///
    /// Files that are named as before DVC 3 get another name where today's is wanted.
    private func keep(
        _ members: [(path: FilePath, oid: ObjectID)], for wanted: Wanted
    ) throws -> ObjectID {
        let members = try members.map { member in
            guard member.oid.scheme != wanted.scheme else { return member }
            let path = wanted.cache.path(of: ObjectKey(member.oid))
            do {
                let oid = try wanted.cache.takeIn(fileAt: path, scheme: wanted.scheme) { _ in true }
                return (path: member.path, oid: oid)
            } catch {
                throw SystemError("read", path, code: EIO)
            }
        }
        if members.count == 1, members[0].path.isEmpty { return members[0].oid }
        let bytes = try DirectoryListing(members, scheme: wanted.scheme).encoded()
        let oid = objectID(of: bytes, isDirectory: true, scheme: wanted.scheme)
        // Another list than the one that is wanted is of no use.
        if wanted.oid.map({ $0 == oid }) ?? true { try wanted.cache.takeIn(bytes, as: oid) }
        return oid
    }
}
