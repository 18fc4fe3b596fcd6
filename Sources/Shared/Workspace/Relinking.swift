package import Basics
package import DVC
internal import Digests
package import LocalBackend
internal import StatusCache
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Makes files of the working copy links to the cache, or copies that can be changed, as `cache.type`
/// says, once their content is in the cache.
///
/// Source: `_determine_files_to_relink` and `_checkout_file` in `checkout.py` of dvc-data 3.18; observed.
package struct Relinking: Sendable {
    private let workspace: WorkspaceDirectory
    private let cache: LocalStore
    private let types: [LinkType]
    /// What a new file gets.
    private let fileMode: mode_t
    private let isShared: Bool

    /// `types`: the best one first.
    package init(
        _ workspace: WorkspaceDirectory, _ cache: LocalStore, types: [LinkType], isShared: Bool
    ) {
        self.workspace = workspace
        self.cache = cache
        self.types = types
        self.isShared = isShared
        fileMode = 0o666 & ~processUmask
    }

    /// Links what a path was found to hold; returns the files for which no type of link works.
    ///
    /// `base`: of the file or directory, relative to the top of the working copy. `isMember`: whether
    /// it is part of a tracked directory, for which nothing is recorded of who may run it.
    /// Throws ``UnaddableError`` for a file that is not what it was, `SystemError`, ``UnsafePathError``,
    /// ``DamagedCacheError``, `CancellationError`.
    package func run(
        _ content: WorkspaceContent, at base: FilePath, isMember: Bool = false
    ) async throws -> [FilePath] {
        // What the workspace then only links to must survive a crash as the file did.
        if types.contains(where: { $0 == .symlink || $0 == .hardlink }) {
            try await cache.makeDurable()
        }
        var failed: [FilePath] = []
        let usable = usableTypes(at: base)
        for file in content.files {
            let path = base.appending(file.path)
            let isAlone = content.listing == nil
            guard isAlone || needsRelink(file) else { continue }
            try Task.checkCancellation()
            try checkUnchanged(file, at: path)
            if try !relink(file, at: path, isAlone: isAlone, by: usable) { failed.append(path) }
            if isAlone, !isMember, file.isExecutable { makeExecutable(path) }
        }
        return failed
    }

    /// Throws when a file was written to since it was read: what it holds now is saved nowhere, and a
    /// link would take its place.
    private func checkUnchanged(_ file: HashedFile, at path: FilePath) throws {
        let status = try fileStatus(workspace.top.appending(path), followingLinks: true)
        guard let status, file.stamp.hasSameContent(as: FileStamp(status)) else {
            throw UnaddableError(path: path, reason: .changedSince)
        }
    }

    /// Whether a member of a directory is not what `cache.type` asks for.
    private func needsRelink(_ file: HashedFile) -> Bool {
        let isCopy = !file.isLink && !file.hasOtherNames
        let object = cache.path(of: ObjectKey(file.oid))
        for type in types {
            switch type {
            case .copy, .reflink: if isCopy { return false }
            case .hardlink:
                guard file.hasOtherNames, let status = try? fileStatus(object) else { continue }
                return UInt64(status.st_ino) != file.stamp.inode
            case .symlink: if file.isLink { return true }
            }
        }
        return true
    }

    /// The types that work between the cache and the directory of `base`.
    ///
    /// Cloning matters only where another type than copying would take its place.
    private func usableTypes(at base: FilePath) -> [LinkType] {
        let others = types.drop { $0 != .reflink }.dropFirst()
        guard types.contains(.reflink), others.first != .copy,
            !cache.canClone(into: workspace.top.appending(base).parent)
        else { return types }
        return types.filter { $0 != .reflink }
    }

    private func relink(
        _ file: HashedFile, at path: FilePath, isAlone: Bool, by usable: [LinkType]
    ) throws -> Bool {
        let object = cache.path(of: ObjectKey(file.oid))
        for type in usable {
            switch type {
            case .copy, .reflink:
                if file.isLink || file.hasOtherNames {
                    try workspace.install(object, as: file.oid, at: path, isExecutable: false)
                } else if isAlone {
                    // The content is right, and a clone in the cache shares its blocks already.
                    try setMode(of: path, type == .copy && types.first == .copy)
                }
                return true
            case .hardlink:
                if try makeHardLink(to: object, at: path, size: file.stamp.size) { return true }
            case .symlink:
                if try makeSymbolicLink(to: object, at: path) { return true }
            }
        }
        return false
    }

    /// Makes a file of the working copy one that may be changed: no link, and not write-protected.
    package func unprotect(_ path: FilePath) throws {
        let place = workspace.top.appending(path)
        guard let own = try fileStatus(place) else { return }
        if own.st_mode & S_IFMT == S_IFDIR {
            for name in try directoryEntries(place) { try unprotect(path.appending(name)) }
            return
        }
        guard let status = try fileStatus(place, followingLinks: true),
            status.st_mode & S_IFMT == S_IFREG
        else { return }
        if own.st_mode & S_IFMT == S_IFLNK || status.st_nlink > 1 {
            try workspace.place(path) { directory, name in
                let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
                let created = name.withCString { openat(directory, $0, flags, 0o666) }
                guard created >= 0 else { throw SystemError("create", place) }
                try OpenFile(adopting: created, named: place).copy(all: OpenFile(reading: place))
            }
        }
        try setMode(of: path, true)
    }

    private func setMode(of path: FilePath, _ isUnprotected: Bool) throws {
        let mode = isUnprotected && isShared ? 0o664 : fileMode
        guard let status = try workspace.status(of: path), status.st_mode & 0o7777 != mode else {
            return
        }
        let place = workspace.top.appending(path)
        guard place.withCString({ chmod($0, mode) }) == 0 || errno == EPERM || errno == ENOTSUP
        else { throw SystemError("set the permissions of", place) }
    }

    private func makeHardLink(to object: FilePath, at path: FilePath, size: Int64) throws -> Bool {
        if size == 0 {
            try workspace.place(path) { directory, name in
                let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
                let created = name.withCString { openat(directory, $0, flags, 0o666) }
                guard created >= 0 else { throw SystemError("create", path) }
                close(created)
            }
            return true
        }
        return try makeLink(at: path) { directory, name in
            object.withCString { old in
                name.withCString { linkat(AT_FDCWD, old, directory, $0, 0) }
            }
        }
    }

    private func makeSymbolicLink(to object: FilePath, at path: FilePath) throws -> Bool {
        try makeLink(at: path) { directory, name in
            object.withCString { old in name.withCString { symlinkat(old, directory, $0) } }
        }
    }

    /// Returns `false` when the file system has no such links; the file is then as it was.
    private func makeLink(at path: FilePath, _ call: (CInt, FilePath) -> CInt) throws -> Bool {
        struct Impossible: Error {}
        do {
            try workspace.place(path) { directory, name in
                guard call(directory, name) != 0 else { return }
                if [EXDEV, EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK, EINVAL].contains(errno) {
                    throw Impossible()
                }
                throw SystemError("link", workspace.top.appending(path))
            }
            return true
        } catch is Impossible {
            return false
        }
    }

    /// As DVC does, through a link as well: the object in the cache becomes executable then.
    private func makeExecutable(_ path: FilePath) {
        let place = workspace.top.appending(path)
        guard let status = try? fileStatus(place, followingLinks: true) else { return }
        // A file system without modes, or another owner: DVC passes over it as well.
        _ = place.withCString { chmod($0, status.st_mode & 0o7777 | 0o100) }
    }
}

/// The permissions that new files of this process do not get.
let processUmask: mode_t = {
    // It can only be read by being set; for a moment, and before other threads make files.
    let mask = umask(0o077)
    umask(mask)
    return mask
}()
