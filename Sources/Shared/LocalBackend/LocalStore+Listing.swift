package import Basics
package import Digests
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// What lies in the folders of a store.
package struct StoredFiles: Sendable {
    /// A file that has an object's name.
    package struct Object: Sendable {
        package let oid: ObjectID
        package let status: FileFacts
    }

    /// Anything else.
    package struct Other: Sendable {
        package let path: FilePath
        package let status: FileFacts
    }

    package var objects: [Object] = []
    /// Files that a process left which ended before it was done, or is still at it.
    package var temporary: [Other] = []
    /// What is neither, and what DVC ignores as well.
    package var strange: [Other] = []
}

/// What stat(2) says of a file in a store, as far as it matters.
package struct FileFacts: Sendable {
    package enum Kind: Sendable { case file, link, other }

    package let kind: Kind
    /// In bytes.
    package let size: Int64
    package let device: UInt64
    package let inode: UInt64
    package let linkCount: Int
    /// When it was last written to, renamed, linked or given another mode, in nanoseconds since
    /// 1970.
    package let lastTouched: Int64

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFLNK: .link
            default: .other
            }
        size = Int64(status.st_size)
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(status.st_ino)
        linkCount = Int(status.st_nlink)
        #if canImport(Darwin)
        lastTouched = max(nanoseconds(status.st_mtimespec), nanoseconds(status.st_ctimespec))
        #else
        lastTouched = max(nanoseconds(status.st_mtim), nanoseconds(status.st_ctim))
        #endif
    }

    /// What lstat(2) says; `nil` when there is nothing.
    package init?(of path: FilePath) throws(SystemError) {
        guard let status = try fileStatus(path) else { return nil }
        self.init(status)
    }
}

private func nanoseconds(_ time: timespec) -> Int64 {
    // A date that needs more bits than 64 is nonsense; wrapped it is another one.
    (Int64(time.tv_sec) &* 1_000_000_000) &+ Int64(time.tv_nsec)
}

extension LocalStore {
    /// Everything in the folders for objects, of both generations; nothing where there is no store.
    ///
    /// The run-cache and what else DVC keeps beside these folders is left out. Throws `SystemError`,
    /// `CancellationError`.
    package func files() throws -> StoredFiles {
        var found = StoredFiles()
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let folder = path(of: ObjectKey(.example(of: scheme))).parent.parent
            for name in try entries(of: folder) {
                let place = folder.appending(name)
                guard name.isShardName else {
                    guard isTemporaryName(name), let facts = try FileFacts(of: place) else {
                        continue
                    }
                    found.temporary.append(.init(path: place, status: facts))
                    continue
                }
                try Task.checkCancellation()
                try list(place, name, scheme, &found)
            }
        }
        return found
    }

    private func list(
        _ folder: FilePath, _ shard: FilePath, _ scheme: HashScheme, _ found: inout StoredFiles
    ) throws(SystemError) {
        for name in try entries(of: folder) {
            let path = folder.appending(name)
            // One that is gone meanwhile was a temporary file, or another process removed it.
            guard let facts = try FileFacts(of: path) else { continue }
            if let oid = ObjectID(shard.bytes + name.bytes, scheme: scheme), facts.kind != .other {
                found.objects.append(.init(oid: oid, status: facts))
            } else if isTemporaryName(name), facts.kind == .file {
                found.temporary.append(.init(path: path, status: facts))
            } else {
                found.strange.append(.init(path: path, status: facts))
            }
        }
    }

    /// None where there is no such folder.
    private func entries(of folder: FilePath) throws(SystemError) -> [FilePath] {
        do throws(SystemError) {
            return try directoryEntries(folder)
        } catch  where error.code == ENOENT || error.code == ENOTDIR {
            return []
        }
    }

    /// The object whose file has this path in the store; `nil` for any other path.
    package func object(at path: FilePath) -> ObjectID? {
        guard let parts = path.relative(to: root)?.components, parts.count == 2 || parts.count == 4,
            parts[parts.count - 2].count == 2
        else { return nil }
        let scheme: HashScheme = parts.count == 2 ? .md5DosToUnix : .md5
        guard let oid = ObjectID(parts[parts.count - 2] + parts[parts.count - 1], scheme: scheme)
        else { return nil }
        return self.path(of: ObjectKey(oid)) == path ? oid : nil
    }
}

extension FilePath {
    /// Whether folders of a store have such names: two hex digits.
    fileprivate var isShardName: Bool {
        bytes.count == 2
            && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
