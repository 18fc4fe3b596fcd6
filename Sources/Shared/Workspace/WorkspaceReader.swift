package import Basics
package import DVC
package import Digests
package import LocalBackend
package import StatusCache

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Finds out what the working copy holds, and takes it into the cache.
///
/// Reads only what ``FileStates`` does not know, with one thread per processor.
package struct WorkspaceReader: Sendable {
    /// The DVC root, absolute.
    package let root: FilePath
    private let states: FileStates
    private let threads: Int
    private let hasher = FileHasher()

    /// `threads`: how many files to read at a time.
    package init(root: FilePath, states: FileStates, threads: Int) {
        self.root = root
        self.states = states
        self.threads = max(1, threads)
    }

    /// How files get into a cache.
    package enum Intake: Sendable {
        /// Not at all: only their names are wanted.
        case none
        /// As a copy, or a clone where the file system has such.
        case copy(LocalStore)
        /// As a second name of the same file where that is possible.
        case hardLink(LocalStore)

        var cache: LocalStore? {
            switch self {
            case .none: nil
            case .copy(let cache), .hardLink(let cache): cache
            }
        }
    }

    /// What is at `path`, or `nil` when nothing is; taken into the cache when one is given: the members,
    /// then the directory's list.
    ///
    /// `path`: relative to the root and normalized; a link there is followed. `rules`: those of the
    /// working copy for what lies below `path`.
    /// Throws ``UnaddableError``, `SystemError`, `DirectoryListingError`, `CancellationError`.
    package func content(
        of path: FilePath, scheme: HashScheme, ignoring rules: IgnoreRules,
        into intake: Intake = .none
    ) async throws -> WorkspaceContent? {
        guard path.isUTF8 else { throw UnaddableError(path: path, reason: .notUTF8) }
        guard let own = try fileStatus(root.appending(path)) else { return nil }
        let isLink = own.st_mode & S_IFMT == S_IFLNK
        guard let status = try fileStatus(root.appending(path), followingLinks: true) else {
            throw UnaddableError(path: path, reason: .brokenLink)
        }
        let executor = try BlockingExecutor(threads: threads)
        defer { executor.shutDown() }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            let file = ScannedFile("", status, isLink: isLink)
            let names = try await names(of: [file], at: path, scheme, intake, executor)
            return WorkspaceContent(
                oid: names[0], size: file.stamp.size, isExecutable: file.isExecutable, listing: nil,
                files: [HashedFile(file, names[0])])
        case S_IFDIR:
            let scan = DirectoryScan(
                root: root, rules: rules, threads: threads, executor: executor)
            var files = try await scan.files(below: path)
            files.sort { $0.path < $1.path }
            let names = try await names(of: files, at: path, scheme, intake, executor)
            return try directory(files, names, scheme, intake)
        default: throw UnaddableError(path: path, reason: .noFile)
        }
    }

    /// The name of what is at `path`, or `nil` when nothing is: as ``content(of:scheme:ignoring:into:)``
    /// has it, without the members of a directory.
    ///
    /// A directory in which nothing has changed since the last time costs an examination of each file.
    package func name(
        of path: FilePath, scheme: HashScheme, ignoring rules: IgnoreRules
    ) async throws -> ObjectID? {
        let start = currentNanoseconds()
        // A file costs no walk and no threads of its own: there may be thousands of them.
        let isDirectory =
            try fileStatus(root.appending(path)).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
        let found =
            isDirectory
            ? try await withExecutor { executor in
                try await TreeWalk(root: root, rules: rules, threads: threads, executor: executor)
                    .found(below: path)
            } : nil
        if let found, let known = states.known(at: found.directory, scheme: scheme),
            known.stamp == found.stamp
        {
            return known.oid
        }
        guard let content = try await content(of: path, scheme: scheme, ignoring: rules) else {
            return nil
        }
        if let found, content.listing != nil {
            var stamp = TreeStamp()
            for file in content.files { stamp.insert(file.path, file.stamp) }
            // A file that was written to this instant may be so again and look the same.
            if stamp == found.stamp, !stamp.isRacy(at: start) {
                states.save(stamp, content.oid, at: found.directory)
            }
        }
        return content.oid
    }

    private func withExecutor<Result>(
        _ body: (BlockingExecutor) async throws -> Result
    ) async throws -> Result {
        let executor = try BlockingExecutor(threads: threads)
        defer { executor.shutDown() }
        return try await body(executor)
    }

    private func directory(
        _ files: [ScannedFile], _ names: [ObjectID], _ scheme: HashScheme, _ intake: Intake
    ) throws -> WorkspaceContent {
        let listing = try DirectoryListing(
            zip(files, names).map { (path: $0.path, oid: $1) }, scheme: scheme)
        let bytes = listing.encoded()
        let oid = objectID(of: bytes, isDirectory: true, scheme: scheme)
        if let cache = intake.cache {
            do {
                try cache.takeIn(bytes, as: oid)
            } catch {
                throw Self.shown(error, "")
            }
        }
        return WorkspaceContent(
            oid: oid, size: files.reduce(0) { $0 + $1.stamp.size }, isExecutable: false,
            listing: listing, files: zip(files, names).map { HashedFile($0, $1) })
    }

    /// The names of the contents of files, all of which are in the cache then.
    private func names(
        of files: [ScannedFile], at base: FilePath, _ scheme: HashScheme, _ intake: Intake,
        _ executor: BlockingExecutor
    ) async throws -> [ObjectID] {
        let known = states.known(files.map(\.stamp), scheme: scheme)
        let wanted = files.indices.filter { index in
            guard let oid = known[index] else { return true }
            return intake.cache.map { !$0.holds(oid, size: files[index].stamp.size) } ?? false
        }
        let found = Locked([FileStates.Record?](repeating: nil, count: files.count))
        do {
            try await forEachIndexConcurrently(wanted.count, limit: threads, on: executor) {
                try Task.checkCancellation()
                let index = wanted[$0]
                let start = currentNanoseconds()
                let oid = try read(files[index], base.appending(files[index].path), scheme, intake)
                let record = FileStates.Record(files[index].stamp, oid, read: start)
                found.withLock { $0[index] = record }
            }
        } catch {
            // What was read until then need not be read again.
            states.save(found.withLock { $0.compactMap(\.self) })
            throw error
        }
        let records = found.withLock { $0 }
        states.save(records.compactMap(\.self))
        return try files.indices.map { index in
            guard let oid = records[index]?.oid ?? known[index] else {
                throw UnaddableError(path: base.appending(files[index].path), reason: .changed)
            }
            return oid
        }
    }

    private func read(
        _ file: ScannedFile, _ path: FilePath, _ scheme: HashScheme, _ intake: Intake
    ) throws -> ObjectID {
        let place = root.appending(path)
        let isSame = { (status: stat) in file.stamp.hasSameContent(as: FileStamp(status)) }
        do throws(TakeInError) {
            switch intake {
            case .none: return try hasher.name(ofFileAt: place, scheme: scheme, isSame: isSame)
            case .hardLink(let cache) where !file.isLink:
                return try cache.takeInLinked(fileAt: place, scheme: scheme, isSame: isSame).oid
            case .copy(let cache), .hardLink(let cache):
                return try cache.takeIn(fileAt: place, scheme: scheme, isSame: isSame)
            }
        } catch {
            throw Self.shown(error, path)
        }
    }

    private static func shown(_ error: TakeInError, _ path: FilePath) -> any Error {
        switch error {
        case .reading(let error), .storing(let error): error
        case .changed: UnaddableError(path: path, reason: .changed)
        case .cancelled: CancellationError()
        }
    }
}

extension HashedFile {
    fileprivate init(_ file: ScannedFile, _ oid: ObjectID) {
        self.init(
            path: file.path, oid: oid, stamp: file.stamp, isExecutable: file.isExecutable,
            hasOtherNames: file.hasOtherNames, isLink: file.isLink)
    }
}
