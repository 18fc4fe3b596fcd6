internal import Basics
internal import DVC
internal import StatusCache

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Takes the stamp of all files below a directory, for when it is likely that nothing has changed.
///
/// Does for each file as little as can be done: it is examined, and nothing is kept of it. Whatever is
/// unusual is left to ``DirectoryScan`` and ``OutWalk``, which know what to make of it.
struct TreeWalk: Sendable {
    /// The DVC root, absolute.
    let root: FilePath
    let rules: IgnoreRules
    let threads: Int
    let executor: BlockingExecutor

    /// What was found below a directory.
    struct Found: Sendable {
        /// The directory's own.
        let directory: FileStamp
        var stamp = TreeStamp()
        /// Whether there are directories in which nothing is that counts.
        var hasEmptyDirectories = false
    }

    /// What one thread brings back.
    private struct Part: Sendable {
        var stamp = TreeStamp()
        var hasEmptyDirectories = false
        var directories: [FilePath] = []
    }

    /// Something that no usual directory of data has.
    private struct UnusualError: Error {}

    /// The stamp of what lies below `top`; `nil` when there is no directory, or when it has what needs a
    /// closer look.
    ///
    /// `top`: relative to the root and normalized. Throws `CancellationError` alone.
    func found(below top: FilePath) async throws -> Found? {
        if rules.ignores(top, isDirectory: true) { return nil }
        var status = stat()
        guard root.appending(top).withCString({ lstat($0, &status) }) == 0,
            status.st_mode & S_IFMT == S_IFDIR
        else { return nil }
        var found = Found(directory: FileStamp(status))
        var level: [FilePath] = [""]
        do {
            while !level.isEmpty {
                let directories = level
                let next = Locked(Part())
                try await forEachIndexConcurrently(level.count, limit: threads, on: executor) {
                    let part = try list(directories[$0], below: top)
                    next.withLock { next in
                        next.stamp += part.stamp
                        next.hasEmptyDirectories =
                            next.hasEmptyDirectories || part.hasEmptyDirectories
                        next.directories += part.directories
                    }
                }
                next.withLock { next in
                    found.stamp += next.stamp
                    found.hasEmptyDirectories =
                        found.hasEmptyDirectories || next.hasEmptyDirectories
                    level = next.directories
                }
            }
        } catch is UnusualError {
            return nil
        }
        return found
    }

    private func list(_ directory: FilePath, below top: FilePath) throws -> Part {
        try Task.checkCancellation()
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let opened = root.appending(top).appending(directory).withCString { open($0, flags) }
        guard opened >= 0 else { throw UnusualError() }
        guard let stream = fdopendir(opened) else {
            close(opened)
            throw UnusualError()
        }
        defer { closedir(stream) }
        let entries = rules.entries(of: top.appending(directory))
        var path = directory.bytes
        if !path.isEmpty { path.append(UInt8(ascii: "/")) }
        let prefix = path.count
        var part = Part()
        var isEmpty = true
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw UnusualError() }
                part.hasEmptyDirectories = isEmpty && !directory.isEmpty
                return part
            }
            try withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                try pointer.withMemoryRebound(to: CChar.self, capacity: 1) { name in
                    path.removeLast(path.count - prefix)
                    let bytes = UnsafeRawBufferPointer(start: name, count: strlen(name))
                    path.append(contentsOf: bytes)
                    let isKept = try examine(
                        name, CInt(entry.pointee.d_type), in: opened, path, prefix, entries, &part)
                    if isKept { isEmpty = false }
                }
            }
        }
    }

    /// Returns whether the entry counts.
    private func examine(
        _ name: UnsafePointer<CChar>, _ type: CInt, in parent: CInt, _ path: [UInt8],
        _ prefix: Int, _ rules: IgnoreRules.Entries, _ part: inout Part
    ) throws -> Bool {
        let isDotted = name[0] == CChar(bitPattern: UInt8(ascii: "."))
        if isDotted {
            if strcmp(name, ".") == 0 || strcmp(name, "..") == 0 { return false }
            if strcmp(name, ".dvc") == 0 || strcmp(name, ".dvcignore") == 0 {
                throw UnusualError()
            }
        }
        var status = stat()
        if type != DT_DIR {
            // What a link leads to is what is read. One that leads nowhere is unusual.
            guard fstatat(parent, name, &status, 0) == 0 else { throw UnusualError() }
        }
        let isDirectory = type == DT_DIR || type == DT_UNKNOWN && status.st_mode & S_IFMT == S_IFDIR
        if isDotted || !rules.sparesPlainNames {
            let name = FilePath(unchecked: Array(path[prefix...]))
            if rules.ignores(name, isDirectory: isDirectory) { return false }
        }
        if isDirectory {
            part.directories.append(FilePath(unchecked: path))
            return true
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw UnusualError() }
        path.withUnsafeBufferPointer { part.stamp.insert($0, FileStamp(status)) }
        return true
    }
}
