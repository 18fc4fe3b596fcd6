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
        var found = Found()
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw SystemError("list", place) }
                return found
            }
            let type = entry.pointee.d_type
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { FilePath(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            // The top was looked at by whoever asked for it.
            if name == ".dvc", !isTop { return Found() }
            let path = directory.appending(name)
            try examine(name, path, below: top, in: opened, type: Int32(type), &found)
        }
    }

    private func examine(
        _ name: FilePath, _ path: FilePath, below top: FilePath, in directory: CInt, type: CInt,
        _ found: inout Found
    ) throws {
        let whole = top.appending(path)
        var status = stat()
        var isLink = false
        if type != DT_DIR {
            let result = name.withCString { fstatat(directory, $0, &status, AT_SYMLINK_NOFOLLOW) }
            guard result == 0 else { throw SystemError("examine", root.appending(whole)) }
            isLink = status.st_mode & S_IFMT == S_IFLNK
        }
        var isBroken = false
        if isLink { isBroken = name.withCString { fstatat(directory, $0, &status, 0) } != 0 }
        let isDirectory = type == DT_DIR || !isBroken && status.st_mode & S_IFMT == S_IFDIR
        if rules.ignores(whole, isDirectory: isDirectory) { return }
        guard whole.isUTF8 else { throw UnaddableError(path: whole, reason: .notUTF8) }
        if isBroken { throw UnaddableError(path: whole, reason: .brokenLink) }
        if isDirectory {
            if !isLink { found.directories.append(path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw UnaddableError(path: whole, reason: .noFile)
        }
        if name == ".dvcignore" { throw UnaddableError(path: whole, reason: .ignoreFile) }
        found.files.append(ScannedFile(path, status, isLink: isLink))
    }
}
