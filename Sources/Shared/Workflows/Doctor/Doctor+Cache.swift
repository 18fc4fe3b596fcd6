internal import Basics
internal import DVC
internal import Git
internal import LocalBackend

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension Doctor {
    /// Where the objects of a root are, how many, and how files get from there into the workspace.
    mutating func examineCache(
        _ session: Session, _ root: FilePath, _ config: DVCConfig, _ topic: String
    ) throws {
        guard let top = session.repository.workTree else { return }
        let own = top.appending(root).appending(".dvc")
        let cache = config.cacheDirectory ?? own.appending("cache")
        guard directoryExists(cache) else {
            return ok(topic, "the cache '\(cache)' is not there yet")
        }
        guard isWritable(cache) else {
            return fail(topic, "the cache '\(cache)' may not be written to by you", nil)
        }
        let contents = CacheContents(of: cache)
        ok(topic, "the cache '\(cache)' has \(counted(contents.objectCount, "object"))")
        let probe = try LinkProbe(from: cache, to: own)
        let working = LinkType.allCases.filter { type in
            switch type {
            case .reflink: probe.reflink
            case .hardlink: probe.hardlink
            case .symlink: probe.symlink
            case .copy: true
            }
        }
        let wanted = config.linkTypes
        let names = wanted.map(\.rawValue).joined(separator: ", ")
        if let used = wanted.first(where: working.contains) {
            ok(topic, "of the link types \(names), '\(used.rawValue)' is the first that works")
        } else {
            fail(
                topic, "none of the link types \(names) works from the cache to the workspace",
                "add 'copy' to cache.type")
        }
        if contents.leftovers > 0 {
            warn(
                topic,
                "the cache has \(counted(contents.leftovers, "file")) that killed programs left",
                "when no DVC is running: find '\(cache)' -name '.*.tmp' -mtime +0 -delete")
        }
    }

    /// Whether somebody holds DVC's lock right now.
    mutating func examineLock(_ root: FilePath, _ topic: String) {
        let path = root.appending(".dvc/tmp/lock")
        let opened = path.withCString { open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        guard opened >= 0 else { return ok(topic, "DVC's lock was never taken here") }
        let file = OpenFile(adopting: opened, named: path)
        // Closing lets go of it at once.
        if flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 { return ok(topic, "DVC's lock is free") }
        let holder = (try? readFile(path, limit: 4096)) ?? []  // only words for a message
        let words = String(decoding: holder, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        warn(
            topic, "DVC's lock is held by the process \(words.joined(separator: " "))",
            "wait until it is done")
    }

    /// Whether this process may make files in a directory.
    func isWritable(_ directory: FilePath) -> Bool {
        directory.withCString { access($0, W_OK | X_OK) } == 0
    }
}

/// How many objects a cache has, and how many files that nobody will ever finish.
private struct CacheContents {
    private(set) var objectCount = 0
    /// Temporary files older than a day.
    private(set) var leftovers = 0

    private static let day = 86400

    init(of cache: FilePath) {
        // Legacy objects are at the top, others below `files/md5`.
        for directory in [cache, cache.appending("files/md5")] {
            count(in: directory)
            for name in entries(of: directory) where name.bytes.count == 2 {
                count(in: directory.appending(name))
            }
        }
    }

    private mutating func count(in directory: FilePath) {
        for name in entries(of: directory) {
            if name.bytes.first == UInt8(ascii: "."), name.hasSuffix(".tmp"), name.bytes.count == 27
            {
                if isOld(directory.appending(name)) { leftovers += 1 }
            } else if name.bytes.count >= 30 {
                objectCount += 1
            }
        }
    }

    /// A directory that cannot be listed has nothing that could be counted.
    private func entries(of directory: FilePath) -> [FilePath] {
        (try? directoryEntries(directory)) ?? []
    }

    private func isOld(_ path: FilePath) -> Bool {
        guard let status = try? fileStatus(path) else { return false }  // gone meanwhile
        #if canImport(Darwin)
        let changed = status.st_mtimespec.tv_sec
        #else
        let changed = status.st_mtim.tv_sec
        #endif
        return status.st_mode & S_IFMT == S_IFREG && time(nil) - changed > Self.day
    }
}
