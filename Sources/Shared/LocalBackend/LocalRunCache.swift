internal import Basics
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The run-cache in a directory: that of DVC's cache, or of a remote whose URL is a path.
///
/// Modes as DVC's: files by the umask and directories too, or 0664 and 02775 when they are shared.
/// Errors are `SystemError`. Source: DVC 3.67.1, observed (dvc-compat 1.5, 5).
struct LocalRunCache: RunCacheStore {
    let root: FilePath
    let isShared: Bool

    func runs() async throws -> Set<RunCacheName> {
        var found: Set<RunCacheName> = []
        let top = root.appending(RunCacheName.directory)
        for shard in try directories(in: top) {
            for key in try directories(in: top.appending(shard))
            where key.bytes.starts(with: shard.bytes) {
                try Task.checkCancellation()
                for value in try directoryEntries(top.appending(shard).appending(key)) {
                    guard let name = RunCacheName(key: key.string, value: value.string) else {
                        continue
                    }
                    let status = try fileStatus(root.appending(name.path))
                    if status.map({ $0.st_mode & S_IFMT == S_IFREG }) == true { found.insert(name) }
                }
            }
        }
        return found
    }

    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8] {
        let path = root.appending(name.path)
        let file = try OpenFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, operation: "read")
        return try file.readAll(limit: limit)
    }

    func put(_ bytes: [UInt8], as name: RunCacheName) async throws {
        let path = root.appending(name.path)
        try createDirectories(path.parent, mode: isShared ? 0o2775 : nil)
        try writeFile(path, bytes, exactMode: isShared ? 0o664 : nil)
    }

    /// The names of the directories in a directory; none when it is not there, links not followed.
    private func directories(in directory: FilePath) throws -> [FilePath] {
        guard let status = try fileStatus(directory), status.st_mode & S_IFMT == S_IFDIR else {
            return []
        }
        return try directoryEntries(directory).filter { name in
            try fileStatus(directory.appending(name)).map { $0.st_mode & S_IFMT == S_IFDIR }
                ?? false
        }
    }
}
