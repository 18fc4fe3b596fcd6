internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import StatusCache
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import CLinux
internal import Glibc
#endif

/// Puts objects of the cache into open directories of the working copy, as `cache.type` says.
///
/// A file appears complete, in one step, and never takes the place of one that nobody looked at before.
/// May be used from many threads at a time; types of links that do not work are not tried again.
///
/// Source: `transfer` in dvc-objects 5 `fs/generic.py`; dvc-compat 4.8.
struct FilePlacer: Sendable {
    private let cache: LocalStore
    private let types: Locked<[LinkType]>
    private let configured: [LinkType]

    init(_ cache: LocalStore, types: [LinkType]) {
        self.cache = cache
        self.types = Locked(types)
        configured = types
    }

    /// What came of placing one file.
    enum Outcome {
        /// `isFallback`: it should have been a hard link, but its object has as many names as it can.
        case placed(FileStates.Record?, isFallback: Bool)
        /// The cache has no such object.
        case missing
        /// Something is there that was not when somebody looked.
        case changed
    }

    /// Where a file goes.
    struct Target {
        /// An open directory.
        let directory: CInt
        let name: FilePath
        /// From the top, for messages.
        let path: FilePath
        /// What is there and may be replaced; `nil` for nothing.
        let old: FileStamp?
        let isExecutable: Bool
    }

    /// Throws `StoreError`, `SystemError`, ``NoLinkTypeError``, `CancellationError`.
    func place(_ oid: ObjectID, at target: Target) async throws -> Outcome {
        let key = ObjectKey(oid)
        var isFallback = false
        // DVC gives each empty file its own inode: there may be more than a file can have names.
        let isEmpty = oid.hasDigest(of: .empty)
        let usable = types.withLock { $0 }.map { $0 == .hardlink && isEmpty ? .copy : $0 }
        for type in usable {
            let attempt: Attempt
            switch type {
            case .copy: attempt = try copy(key, to: target)
            case .reflink: attempt = try await clone(key, to: target)
            case .hardlink: attempt = try await link(key, to: target, isSymbolic: false)
            case .symlink: attempt = try await link(key, to: target, isSymbolic: true)
            }
            switch attempt {
            case .done(let outcome):
                guard case .placed(let record, _) = outcome else { return outcome }
                return .placed(record, isFallback: isFallback && type == .copy)
            case .impossible: types.withLock { $0.removeAll { $0 == type } }
            case .exhausted: isFallback = true
            }
        }
        // The object has too many names: a file that is there is worth more than one that is none.
        if isFallback, case .done(let outcome) = try copy(key, to: target) {
            guard case .placed(let record, _) = outcome else { return outcome }
            return .placed(record, isFallback: true)
        }
        throw NoLinkTypeError(path: target.path, types: configured.map(\.rawValue))
    }

    private enum Attempt {
        case done(Outcome)
        /// The file system has no such links.
        case impossible
        /// There may be no more links to this object.
        case exhausted
    }

    // MARK: Copies

    private func copy(_ key: ObjectKey, to target: Target) throws -> Attempt {
        let temporary = temporaryPath(in: "")
        let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let created = temporary.withCString { openat(target.directory, $0, flags, 0o666) }
        guard created >= 0 else { throw SystemError("create", target.path) }
        let file = OpenFile(adopting: created, named: target.path)
        do {
            _ = try cache.fill(file, with: key)
            return .done(try finish(file, temporary, key.oid, target))
        } catch {
            remove(temporary, in: target.directory)
            if let error = error as? StoreError, error.reason == .missing { return .done(.missing) }
            throw error
        }
    }

    private func clone(_ key: ObjectKey, to target: Target) async throws -> Attempt {
        // Its blocks become the file's without being read.
        guard try await cache.trustedStatus(of: key) != nil else { return .done(.missing) }
        let temporary = temporaryPath(in: "")
        let mode = 0o666 & ~processUmask
        let code = try cache.clone(key, into: target.directory, as: temporary, mode: mode)
        guard code == 0 else {
            return try Self.attempt(after: code, "clone to", target.path)
        }
        do {
            let opened = temporary.withCString {
                openat(target.directory, $0, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
            }
            guard opened >= 0 else { throw SystemError("create", target.path) }
            let file = OpenFile(adopting: opened, named: target.path)
            return .done(try finish(file, temporary, key.oid, target))
        } catch {
            remove(temporary, in: target.directory)
            throw error
        }
    }

    /// Gives a complete file its mode, its time and its name.
    private func finish(
        _ file: borrowing OpenFile, _ temporary: FilePath, _ oid: ObjectID, _ target: Target
    ) throws -> Outcome {
        if target.isExecutable {
            let mode = try file.status().st_mode & 0o777
            guard fchmod(file.descriptor, mode | 0o100) == 0 else {
                throw SystemError("make executable", target.path)
            }
        }
        // A little in the past: whoever writes to it from now on gives it another time, so that what
        // is remembered of it can be trusted at once.
        let modified = currentNanoseconds() - FileStamp.longestTick
        let time = timespec(
            tv_sec: Int(modified / 1_000_000_000), tv_nsec: Int(modified % 1_000_000_000))
        let isDated = futimens(file.descriptor, [time, time]) == 0
        guard try rename(temporary, to: target) else {
            remove(temporary, in: target.directory)
            return .changed
        }
        let stamp = FileStamp(try file.status())
        guard isDated, stamp.modified == modified else { return .placed(nil, isFallback: false) }
        return .placed(FileStates.Record(placed: stamp, oid), isFallback: false)
    }

    // MARK: Links

    private func link(
        _ key: ObjectKey, to target: Target, isSymbolic: Bool
    ) async throws -> Attempt {
        guard let object = try await cache.trustedStatus(of: key) else { return .done(.missing) }
        let source = cache.path(of: key)
        // A link is made complete, and never in the place of another file.
        let name = target.old == nil ? target.name : temporaryPath(in: "")
        let made = source.withCString { source in
            name.withCString { name in
                isSymbolic
                    ? symlinkat(source, target.directory, name)
                    : linkat(AT_FDCWD, source, target.directory, name, AT_SYMLINK_FOLLOW)
            }
        }
        guard made == 0 else {
            let code = errno
            if code == EEXIST { return .done(.changed) }
            if code == ENOENT { return .done(.missing) }
            return try Self.attempt(after: code, "link", target.path)
        }
        if target.old != nil {
            defer { remove(name, in: target.directory) }  // one name of a file over another: no-op
            guard try rename(name, to: target) else { return .done(.changed) }
        }
        if target.isExecutable { makeExecutable(target) }
        var status = object
        if !isSymbolic, stat(of: target.name, in: target.directory, &status) != 0 {
            return .done(.placed(nil, isFallback: false))
        }
        let stamp = FileStamp(status)
        let isOld = stamp.modified < currentNanoseconds() - FileStamp.longestTick
        return .done(
            .placed(isOld ? FileStates.Record(placed: stamp, key.oid) : nil, isFallback: false))
    }

    /// As DVC does, through a link as well: the object in the cache becomes executable then.
    private func makeExecutable(_ target: Target) {
        var status = FileStatus()
        guard target.name.withCString({ fstatat(target.directory, $0, &status, 0) }) == 0 else {
            return
        }
        // A file system without modes, or another owner: DVC passes over it as well.
        _ = target.name.withCString {
            fchmodat(target.directory, $0, status.st_mode & 0o7777 | 0o100, 0)
        }
    }

    // MARK: Names

    /// Gives a file its final name; `false` when something else is there than what may be replaced.
    private func rename(_ temporary: FilePath, to target: Target) throws -> Bool {
        guard let old = target.old else { return try renameToNew(temporary, target) }
        var status = FileStatus()
        guard stat(of: target.name, in: target.directory, &status) == 0,
            old.hasSameContent(as: FileStamp(status))
        else { return false }
        let result = temporary.withCString { from in
            target.name.withCString { renameat(target.directory, from, target.directory, $0) }
        }
        guard result == 0 else { throw SystemError("replace", target.path) }
        return true
    }

    private func renameToNew(_ temporary: FilePath, _ target: Target) throws -> Bool {
        let result = temporary.withCString { from in
            target.name.withCString { to in
                #if canImport(Darwin)
                renameatx_np(target.directory, from, target.directory, to, UInt32(RENAME_EXCL))
                #else
                renameat2(target.directory, from, target.directory, to, 1)  // RENAME_NOREPLACE
                #endif
            }
        }
        if result == 0 { return true }
        switch errno {
        case EEXIST: return false
        case EINVAL, ENOSYS, ENOTSUP:
            // A file system without this: a moment remains in which a new file would be lost.
            var status = FileStatus()
            guard stat(of: target.name, in: target.directory, &status) != 0 else { return false }
            let moved = temporary.withCString { from in
                target.name.withCString { renameat(target.directory, from, target.directory, $0) }
            }
            guard moved == 0 else { throw SystemError("create", target.path) }
            return true
        default: throw SystemError("create", target.path)
        }
    }

    private func stat(of name: FilePath, in directory: CInt, _ status: inout FileStatus) -> CInt {
        name.withCString { fstatat(directory, $0, &status, AT_SYMLINK_NOFOLLOW) }
    }

    private func remove(_ name: FilePath, in directory: CInt) {
        _ = name.withCString { unlinkat(directory, $0, 0) }
    }

    /// What a refused link means.
    private static func attempt(
        after code: CInt, _ operation: String, _ path: FilePath
    ) throws(SystemError) -> Attempt {
        switch code {
        case EMLINK: return .exhausted
        case EPERM, ENOTSUP, EOPNOTSUPP, EXDEV, ENOTTY, ENOSYS, EINVAL, EAGAIN: return .impossible
        default: throw SystemError(operation, path, code: code)
        }
    }
}

/// The structure, which here has the name of a function.
private typealias FileStatus = stat

extension ObjectID {
    /// Content of no bytes, in any scheme.
    fileprivate static let empty = ObjectID(high: 0xd41d_8cd9_8f00_b204, low: 0xe980_0998_ecf8_427e)
}
