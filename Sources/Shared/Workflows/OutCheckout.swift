internal import Basics
internal import DVC
internal import Digests
internal import Planning
internal import Storage
internal import Workspace

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file of the working copy that would be lost.
struct UnsavedFileError: UserFacingError {
    let path: FilePath

    var summary: String { "'\(path)' has changes that are saved nowhere; it is left as it is" }
    var advice: String? {
        "save them with 'git dvc add' or 'git dvc commit', or remove the file, then pull again"
    }
}

/// Something in the way of an out.
struct OccupiedPathError: UserFacingError {
    let path: FilePath
    let what: String

    var summary: String { "cannot put data at '\(path)': \(what) is there" }
    var advice: String? { "move it away, then run the command again" }
}

/// Puts one out into the working copy, by copying from the cache what differs.
///
/// Content that is not in the cache is never overwritten or removed.
struct OutCheckout {
    private let workspace: WorkspaceDirectory
    private let out: CollectedOut
    private let cache: any ObjectCache

    init(_ workspace: WorkspaceDirectory, _ out: CollectedOut, cache: any ObjectCache) {
        self.workspace = workspace
        self.out = out
        self.cache = cache
    }

    private enum Outcome { case unchanged, added, modified }

    func run(_ report: inout PullReport) throws {
        let path = out.needed.path
        do {
            let outcome =
                out.needed.oid.isDirectory
                ? try installDirectory(&report)
                : try install(out.needed.oid, at: path, isExecutable: out.out.isExecutable)
            let name = printable(path.string) + (out.needed.oid.isDirectory ? "/" : "")
            switch outcome {
            case .unchanged: break
            case .added:
                report.addedCount += 1
                report.changes.append("A\t\(name)")
            case .modified:
                report.modifiedCount += 1
                report.changes.append("M\t\(name)")
            }
        } catch let error as any UserFacingError {
            report.errors.append(error)
        }
    }

    private func installDirectory(_ report: inout PullReport) throws -> Outcome {
        let path = out.needed.path
        let source = cache.path(of: ObjectKey(out.needed.oid))
        let limit = DirectoryListing.largestEncoding
        guard let bytes = try readFileIfPresent(source, limit: limit) else { return .unchanged }
        let oid = out.needed.oid
        let found = objectID(of: bytes, isDirectory: true, scheme: oid.scheme)
        guard found == oid else { throw DamagedCacheError(path: source, oid: oid, found: found) }
        let listing = try DirectoryListing(reading: bytes, scheme: oid.scheme)
        let existed = try workspace.status(of: path) != nil
        // Even an empty directory is an out that is there.
        _ = try workspace.openParent(of: path.appending("member"))
        var changed = false
        var members: Set<FilePath> = []
        for index in listing.indices {
            try Task.checkCancellation()
            let member = path.appending(listing.path(at: index))
            members.insert(member)
            do {
                let outcome = try install(listing.oid(at: index), at: member, isExecutable: false)
                if outcome != .unchanged { changed = true }
            } catch let error as UnsavedFileError {
                report.errors.append(error)
            }
        }
        if try removeOthers(in: path, keeping: members, &report) { changed = true }
        return existed ? (changed ? .modified : .unchanged) : .added
    }

    /// Removes files that the directory no longer has, if their content is safe in the cache.
    private func removeOthers(
        in directory: FilePath, keeping members: Set<FilePath>, _ report: inout PullReport
    ) throws -> Bool {
        var removedAny = false
        for name in try directoryEntries(workspace.top.appending(directory)) {
            let path = directory.appending(name)
            guard !members.contains(path), let status = try workspace.status(of: path) else {
                continue
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                if try removeOthers(in: path, keeping: members, &report) { removedAny = true }
            } else if status.st_mode & S_IFMT == S_IFREG, try isSaved(path) {
                try workspace.remove(path)
                removedAny = true
            } else {
                report.warnings.append(UnsavedFileError(path: path))
            }
        }
        return removedAny
    }

    private func install(
        _ oid: ObjectID, at path: FilePath, isExecutable: Bool
    ) throws -> Outcome {
        let source = cache.path(of: ObjectKey(oid))
        guard let status = try workspace.status(of: path) else {
            // What could not be fetched is reported where that was tried.
            guard fileExists(source) else { return .unchanged }
            try workspace.install(source, as: oid, at: path, isExecutable: isExecutable)
            return .added
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw OccupiedPathError(path: path, what: "a directory")
        case S_IFLNK:
            // DVC's own links to the cache are as good as copies.
            let resolved = workspace.top.appending(path).resolved
            if resolved != nil, resolved == source.resolved { return .unchanged }
            throw OccupiedPathError(path: path, what: "a symbolic link")
        default: throw OccupiedPathError(path: path, what: "something that is no file")
        }
        if try workspace.objectID(at: path, scheme: oid.scheme) == oid { return .unchanged }
        guard fileExists(source) else { return .unchanged }
        guard try isSaved(path) else { throw UnsavedFileError(path: path) }
        try workspace.install(source, as: oid, at: path, isExecutable: isExecutable)
        return .modified
    }

    /// Whether the cache has the content of a file, in either layout.
    private func isSaved(_ path: FilePath) throws -> Bool {
        try [HashScheme.md5, .md5DosToUnix].contains { scheme in
            let oid = try workspace.objectID(at: path, scheme: scheme)
            return fileExists(cache.path(of: ObjectKey(oid)))
        }
    }
}
