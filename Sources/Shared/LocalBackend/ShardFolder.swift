internal import Basics
internal import Digests

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// An open folder of a store, in which all objects lie whose digests start with the same byte.
final class ShardFolder {
    /// What came of opening one.
    enum Opening {
        case open(ShardFolder)
        case absent
        /// Something else is there, or it may not be read.
        case unusable
    }

    /// What has an object's name.
    enum Found {
        case absent
        /// A regular file, with its permissions.
        case file(mode: mode_t)
        /// A link, a directory, a device.
        case other
        case failed
    }

    private let file: OpenFile
    /// How many objects the folder's size suggests; `nil` when that says nothing.
    ///
    /// A hint for what is quicker and no more: each file system has its own idea of that size.
    let likelyCount: Int?

    private init(_ file: consuming OpenFile) {
        var status = stat()
        let isKnown = fstat(file.descriptor, &status) == 0 && status.st_size > 0
        // 20 bytes an entry on tmpfs, more on most others, one on ZFS.
        likelyCount = isKnown ? max(1, Int(status.st_size / 20)) : nil
        self.file = file
    }

    static func open(_ path: FilePath) -> Opening {
        do throws(SystemError) {
            let file = try OpenFile(path, O_RDONLY | O_DIRECTORY, operation: "read")
            return .open(ShardFolder(file))
        } catch {
            return error.code == ENOENT ? .absent : .unusable
        }
    }

    /// Looks at what has the object's name, without following a link.
    func examine(_ oid: ObjectID) -> Found {
        var status = stat()
        let result = withFileName(of: oid) { name in
            name.map { fstatat(file.descriptor, $0, &status, AT_SYMLINK_NOFOLLOW) } ?? -1
        }
        guard result == 0 else { return errno == ENOENT ? .absent : .failed }
        return status.st_mode & S_IFMT == S_IFREG
            ? .file(mode: status.st_mode & 0o7777) : .other
    }

    /// What has an object's name here; `nil` when the names cannot be read.
    ///
    /// `sample`: any object that would lie here.
    func objects(like sample: ObjectID) -> Set<ObjectID>? {
        // A copy of the descriptor, because closing the stream closes it. Its position is shared,
        // and nobody else reads it.
        let copy = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { return nil }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return nil
        }
        defer { closedir(stream) }
        rewinddir(stream)
        var found: Set<ObjectID> = []
        let digits = sample.hexDigits[..<2]
        while true {
            errno = 0
            guard let entry = readdir(stream) else { return errno == 0 ? found : nil }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 1) { name in
                    digits + UnsafeRawBufferPointer(start: name, count: strnlen(name, 40))
                }
            }
            if let oid = ObjectID(name, scheme: sample.scheme) { found.insert(oid) }
        }
    }

    /// Calls `body` with the last component of the object's path.
    private func withFileName<Result>(
        of oid: ObjectID, _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 36) { name in
            var length = 0
            for index in 2..<32 {
                let word = index < 16 ? oid.high : oid.low
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - (index & 15) * 4)) & 15
                let letter =
                    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
                name[length] = CChar(bitPattern: letter)
                length += 1
            }
            for letter in oid.isDirectory ? ".dir".utf8 : "".utf8 {
                name[length] = CChar(bitPattern: letter)
                length += 1
            }
            name[length] = 0
            return body(name.baseAddress.map { UnsafePointer($0) })
        }
    }
}
