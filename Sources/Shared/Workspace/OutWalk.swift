internal import Basics
internal import DVC
internal import StatusCache

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Finds what the working copy has below a directory, and which member of a list each file is.
///
/// Follows no links; passes over what `.dvcignore` names, unless it is a member.
struct OutWalk: Sendable {
    let workspace: WorkspaceDirectory
    /// The DVC root, from the top.
    let root: FilePath
    let rules: IgnoreRules
    let threads: Int
    let executor: BlockingExecutor

    /// A directory to look at.
    fileprivate struct Place: Sendable {
        /// From the top.
        let path: FilePath
        /// The members below it, and how many bytes of their paths name it.
        let members: Range<Int>
        let prefix: Int
    }

    struct Found: Sendable {
        var files: [SeenFile] = []
        /// Directories that hold no member, from above.
        var spare: [FilePath] = []
        fileprivate var directories: [Place] = []
    }

    /// Everything below `base` that is a member, or is not passed over.
    ///
    /// `listing`: `nil` when nothing should be there. `members`: those below `base`, whose path is the
    /// first `prefix` bytes of theirs.
    func files(
        below base: FilePath, _ listing: DirectoryListing?, members: Range<Int>, prefix: Int = 0
    ) async throws -> Found {
        var level = [Place(path: base, members: members, prefix: prefix)]
        var all = Found()
        let isIgnored =
            base.relative(to: root).map { rules.ignores($0, isDirectory: true) } ?? false
        while !level.isEmpty {
            let places = level
            let found = Locked(Found())
            try await forEachIndexConcurrently(level.count, limit: threads, on: executor) { index in
                let one = try list(places[index], listing, keepsExtras: !isIgnored)
                found.withLock { all in
                    all.files += one.files
                    all.spare += one.spare
                    all.directories += one.directories
                }
            }
            found.withLock { found in
                all.files += found.files
                all.spare += found.spare
                level = found.directories
            }
        }
        return all
    }

    private func list(
        _ place: Place, _ listing: DirectoryListing?, keepsExtras: Bool
    ) throws -> Found {
        guard let directory = try workspace.openExisting(place.path) else { return Found() }
        let copy = fcntl(directory.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0, let stream = fdopendir(copy) else {
            let error = SystemError("list", directory.path)
            if copy >= 0 { close(copy) }
            throw error
        }
        defer { closedir(stream) }
        let entries = keepsExtras ? place.path.relative(to: root).map(rules.entries(of:)) : nil
        var found = Found()
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw SystemError("list", directory.path) }
                return found
            }
            let type = Int32(entry.pointee.d_type)
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { FilePath(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            try examine(name, type, in: directory, place, listing, entries, &found)
        }
    }

    private func examine(
        _ name: FilePath, _ type: CInt, in directory: borrowing OpenFile, _ place: Place,
        _ listing: DirectoryListing?, _ rules: IgnoreRules.Entries?, _ found: inout Found
    ) throws {
        let parent = directory.descriptor
        let member = listing?.index(ofName: name, in: place.members, prefix: place.prefix)
        var status = stat()
        if type != DT_DIR {
            let result = name.withCString { fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW) }
            // What went away since the directory was read is not there.
            if result != 0, errno == ENOENT { return }
            guard result == 0 else {
                throw SystemError("examine", directory.path.appending(name))
            }
        }
        let path = place.path.appending(name)
        if type == DT_DIR || status.st_mode & S_IFMT == S_IFDIR {
            let members =
                listing?.indices(belowName: name, in: place.members, prefix: place.prefix)
                ?? 0..<0
            if members.isEmpty {
                guard let rules, !rules.ignores(name, isDirectory: true) else { return }
                found.spare.append(path)
            }
            found.directories.append(
                Place(
                    path: path, members: members,
                    prefix: place.prefix + name.bytes.count + 1))
            return
        }
        if member == nil {
            guard let rules, !rules.ignores(name, isDirectory: false) else { return }
        }
        let place = member.map { SeenFile.Place.member($0) } ?? .extra(path)
        found.files.append(seen(name, status, in: parent, place))
    }

    /// Describes one thing that is no directory.
    private func seen(
        _ name: FilePath, _ status: stat, in parent: CInt, _ place: SeenFile.Place
    ) -> SeenFile {
        let kind: SeenFile.Kind
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file(hasOtherNames: status.st_nlink > 1)
        case S_IFLNK:
            let target = linkTarget(name, in: parent)
            var behind = stat()
            let isThere = name.withCString { fstatat(parent, $0, &behind, 0) } == 0
            kind =
                isThere && behind.st_mode & S_IFMT == S_IFREG
                ? .link(FileStamp(behind), target: target) : .otherLink(target: target)
        default: kind = .special
        }
        return SeenFile(
            place: place, own: FileStamp(status), mode: status.st_mode, kind: kind)
    }

    /// The single thing at the place of a file; a directory there is `nil`, as nothing is.
    func file(
        _ name: FilePath, in directory: borrowing OpenFile, _ place: SeenFile.Place
    ) throws -> (file: SeenFile?, isDirectory: Bool) {
        var status = stat()
        let parent = directory.descriptor
        guard name.withCString({ fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            if errno == ENOENT { return (nil, false) }
            throw SystemError("examine", directory.path.appending(name))
        }
        if status.st_mode & S_IFMT == S_IFDIR { return (nil, true) }
        return (seen(name, status, in: parent, place), false)
    }

    private func linkTarget(_ name: FilePath, in parent: CInt) -> FilePath {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4097) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            let count = name.withCString { readlinkat(parent, $0, start, 4096) }
            // A link that cannot be read leads nowhere that we know.
            guard count > 0 else { return "" }
            return FilePath(unchecked: buffer[..<count].map { UInt8(bitPattern: $0) })
        }
    }
}
