package import Basics
package import Digests
package import LocalBackend

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What a working copy has on disk that needs objects of a cache, whether Git knows of it or not.
package struct WorkspaceSweep: Sendable {
    /// Files that have the name of a metafile with ids, absolute.
    package private(set) var metafiles: [FilePath] = []
    /// Objects that symbolic links lead to.
    package private(set) var linked: Set<ObjectID> = []
    /// DVC roots: directories that have a `.dvc` directory with a configuration; absolute.
    package private(set) var roots: [FilePath] = []

    private let cache: LocalStore
    private let cacheRoot: FilePath

    /// Looks through a directory, without following links.
    ///
    /// `top`: absolute. What Git keeps is passed over, and of what DVC keeps all but the working
    /// copies of running experiments. Throws `SystemError`, `CancellationError`.
    package init(below top: FilePath, cache: LocalStore) throws {
        self.cache = cache
        cacheRoot = cache.root.resolved ?? cache.root
        var pending = [top]
        while let folder = pending.popLast() {
            try Task.checkCancellation()
            try look(into: folder, &pending)
        }
    }

    private mutating func look(into folder: FilePath, _ pending: inout [FilePath]) throws {
        let stream: OpaquePointer
        switch folder.withCString({ opendir($0) }) {
        case let opened?: stream = opened
        case nil where errno == ENOENT: return  // gone meanwhile
        case nil: throw SystemError("list", folder)
        }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw SystemError("list", folder) }
                return
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { FilePath(cString: $0) }
            }
            if name == "." || name == ".." || name == ".git" { continue }
            let path = folder.appending(name)
            switch try kind(of: path, Int32(entry.pointee.d_type)) {
            case S_IFDIR:
                if name != ".dvc" {
                    pending.append(path)
                    continue
                }
                if fileExists(path.appending("config")) { roots.append(folder) }
                let experiments = path.appending("tmp/exps")
                if directoryExists(experiments) { pending.append(experiments) }
            case S_IFLNK: note(linkAt: path)
            case S_IFREG:
                if name == "dvc.lock" || name.hasSuffix(".dvc") { metafiles.append(path) }
            default: continue
            }
        }
    }

    /// The type bits of a mode; some file systems do not tell them with the name.
    private func kind(of path: FilePath, _ type: Int32) throws(SystemError) -> mode_t {
        switch type {
        case Int32(DT_DIR): S_IFDIR
        case Int32(DT_LNK): S_IFLNK
        case Int32(DT_REG): S_IFREG
        case Int32(DT_UNKNOWN):
            try fileStatus(path).map { $0.st_mode & S_IFMT } ?? 0
        default: 0
        }
    }

    private mutating func note(linkAt path: FilePath) {
        // Where it leads as text, and where it ends: the cache itself may lie behind a link.
        var places: [FilePath] = []
        if let target = path.linkTarget {
            places.append(path.parent.appending(target).normalized)
        }
        if let end = path.resolved { places.append(end) }
        for place in places {
            let inside = place.relative(to: cacheRoot).map(cache.root.appending) ?? place
            if let oid = cache.object(at: inside) { linked.insert(oid) }
        }
    }
}

extension FilePath {
    /// What a symbolic link holds; `nil` when it cannot be read.
    fileprivate var linkTarget: FilePath? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4096) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let count = withCString { readlink($0, start, buffer.count) }
            guard count > 0, count < buffer.count else { return nil }
            return FilePath(validating: buffer[..<count].map { UInt8(bitPattern: $0) })
        }
    }
}
