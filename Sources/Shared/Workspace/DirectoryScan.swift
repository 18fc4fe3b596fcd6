internal import Basics
internal import DVC
internal import StatusCache

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file that a walk found.
struct ScannedFile {
    /// Relative to the directory of the walk; empty for the file that was asked for itself.
    let path: FilePath
    let stamp: FileStamp
    let isExecutable: Bool
    /// Whether another name of the file is known to the system.
    let hasOtherNames: Bool
    /// Whether it was reached through a symbolic link.
    let isLink: Bool

    init(_ path: FilePath, _ status: stat, isLink: Bool) {
        self.path = path
        stamp = FileStamp(status)
        isExecutable = status.st_mode & 0o111 != 0
        hasOtherNames = status.st_nlink > 1
        self.isLink = isLink
    }
}

/// Finds the files below a directory as DVC does.
///
/// Links to files are followed, whatever they lead to; links to directories are passed over; a
/// directory with a `.dvc` of its own is another project's. A directory that cannot be read is an
/// error, where DVC takes it for empty. Source: `os.walk` without `followlinks`, `DvcIgnoreFilter` in
/// DVC 3.67 `ignore.py`, observed.
struct DirectoryScan: Sendable {
    /// The DVC root, absolute.
    let root: FilePath
    let rules: IgnoreRules
    let threads: Int
    let executor: BlockingExecutor?

    private struct Found: Sendable {
        var files: [ScannedFile] = []
        var directories: [FilePath] = []
    }

    /// All files below `top`, in no particular order.
    ///
    /// `top`: relative to the root; a link to a directory there is followed.
    /// Throws ``UnaddableError``, `SystemError`, `CancellationError`.
    func files(below top: FilePath) async throws -> [ScannedFile] {
        // Then DVC passes over all that is in it. Below, each directory was judged on the way there.
        if rules.ignores(top, isDirectory: true) { return [] }
        var level: [FilePath] = [""]
        var files: [ScannedFile] = []
        while !level.isEmpty {
            let directories = level
            let found = Locked(Found())
            try await forEachIndexConcurrently(level.count, limit: threads, on: executor) { index in
                let one = try list(directories[index], below: top)
                found.withLock { all in
                    all.files += one.files
                    all.directories += one.directories
                }
            }
            found.withLock { all in
                files += all.files
                level = all.directories
            }
        }
        return files
    }

    private func list(_ directory: FilePath, below top: FilePath) throws -> Found {
        let place = root.appending(top).appending(directory)
        let isTop = directory.isEmpty
        let flags = O_RDONLY | O_DIRECTORY | (isTop ? 0 : O_NOFOLLOW) | O_CLOEXEC
        let opened = place.withCString { open($0, flags) }
        guard opened >= 0 else { throw SystemError("list", place) }
        guard let stream = fdopendir(opened) else {
            let error = SystemError("list", place)
            close(opened)
            throw error
        }
        defer { closedir(stream) }
        let entries = rules.entries(of: top.appending(directory))
        var found = Found()
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw SystemError("list", place) }
                return found
            }
            let type = Int32(entry.pointee.d_type)
            let goesOn = try withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                try pointer.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return true }
                    // The top was looked at by whoever asked for it.
                    if strcmp(name, ".dvc") == 0, !isTop { return false }
                    let entry = Entry(name: name, type: type, parent: opened, path: directory)
                    try examine(entry, below: top, entries, &found)
                    return true
                }
            }
            if !goesOn { return Found() }
        }
    }

    /// What was read of a directory.
    private struct Entry {
        let name: UnsafePointer<CChar>
        let type: CInt
        /// The open directory.
        let parent: CInt
        /// Its path, relative to the directory of the walk.
        let path: FilePath
    }

    private func examine(
        _ entry: Entry, below top: FilePath, _ rules: IgnoreRules.Entries, _ found: inout Found
    ) throws {
        let name = FilePath(cString: entry.name)
        let path = entry.path.appending(name)
        func unaddable(_ reason: UnaddableError.Reason) -> UnaddableError {
            UnaddableError(path: top.appending(path), reason: reason)
        }
        var status = stat()
        var isLink = false
        if entry.type != DT_DIR {
            guard fstatat(entry.parent, entry.name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw SystemError("examine", root.appending(top).appending(path))
            }
            isLink = status.st_mode & S_IFMT == S_IFLNK
        }
        let isBroken = isLink && fstatat(entry.parent, entry.name, &status, 0) != 0
        let isDirectory =
            entry.type == DT_DIR || !isBroken && status.st_mode & S_IFMT == S_IFDIR
        if rules.ignores(name, isDirectory: isDirectory) { return }
        // The directories on the way here were looked at before.
        guard name.isUTF8 else { throw unaddable(.notUTF8) }
        if isBroken { throw unaddable(.brokenLink) }
        if isDirectory {
            if !isLink { found.directories.append(path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw unaddable(.noFile) }
        if name == ".dvcignore" { throw unaddable(.ignoreFile) }
        found.files.append(ScannedFile(path, status, isLink: isLink))
    }
}
