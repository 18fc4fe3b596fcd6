package import Basics
package import Digests

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// A path of the repository that must not be written to.
package struct UnsafePathError: UserFacingError {
    package let path: FilePath
    package let reason: String

    package init(path: FilePath, reason: String) {
        self.path = path
        self.reason = reason
    }

    package var summary: String { "refusing to write \(path.quotedBriefly): \(reason)" }
}

/// The working copy as a place to write files to: never through a link, never outside, never into
/// `.git` or `.dvc`.
///
/// Every directory on the way is opened from the one above without following links, so a link that
/// is put there in the meantime is found as well. Source: git-integration 8.7.
package struct WorkspaceDirectory: Sendable {
    package let top: FilePath

    /// `top`: absolute.
    package init(top: FilePath) { self.top = top }

    /// Why a path must not be written to, by its spelling; `nil` when it may.
    package static func flaw(of path: FilePath) -> String? {
        if path.isAbsolute { return "it is absolute" }
        let parts = path.components
        if parts.isEmpty { return "it is empty" }
        for part in parts {
            if part.elementsEqual("..".utf8) || part.elementsEqual(".".utf8) {
                return "it leaves its directory"
            }
            for name in ownNames(of: part) {
                if name == ".git" || name == "git~1" { return "it lies in Git's own directory" }
                // A configuration there decides where data goes.
                if name == ".dvc" || name == "dvc~1" { return "it lies in DVC's own directory" }
            }
        }
        return nil
    }

    /// The names for which any file system may take this one, in lower case: HFS+ ignores some
    /// characters; NTFS knows no case, has backslashes between names and streams after a colon, and
    /// drops dots and blanks at the end.
    private static func ownNames(of name: ArraySlice<UInt8>) -> [String] {
        let ignorable: Set<UInt32> = [
            0x200c, 0x200d, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x206a, 0x206b,
            0x206c, 0x206d, 0x206e, 0x206f, 0xfeff,
        ]
        let scalars = String(decoding: name, as: UTF8.self).lowercased().unicodeScalars
            .filter { !ignorable.contains($0.value) }
        return scalars.split(separator: "\\").map { part in
            var kept = part.prefix { $0 != ":" }
            while let last = kept.last, last == "." || last == " " { kept.removeLast() }
            return String(String.UnicodeScalarView(kept))
        }
    }

    /// Opens the directory that holds `path`, making missing ones.
    ///
    /// Throws ``UnsafePathError``, `SystemError`.
    package func openParent(of path: FilePath) throws -> OpenFile {
        if let flaw = Self.flaw(of: path) { throw UnsafePathError(path: path, reason: flaw) }
        return try openDirectory(path.parent)
    }

    /// Opens a directory whose name comes from us, making missing ones, without following links.
    package func openDirectory(_ path: FilePath) throws -> OpenFile {
        var directory = try OpenFile(top, O_RDONLY | O_DIRECTORY, operation: "open")
        var reached: FilePath = ""
        for part in path.components {
            guard let name = FilePath(validating: part) else { continue }
            reached = reached.appending(name)
            directory = try open(name, in: directory, path: reached)
        }
        return directory
    }

    private func open(
        _ name: FilePath, in directory: borrowing OpenFile, path: FilePath
    ) throws -> OpenFile {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let parent = directory.descriptor
        var opened = name.withCString { openat(parent, $0, flags) }
        if opened < 0, errno == ENOENT {
            // Made by somebody else in the meantime is as good.
            _ = name.withCString { mkdirat(parent, $0, 0o777) }
            opened = name.withCString { openat(parent, $0, flags) }
        }
        guard opened >= 0 else {
            if errno == ELOOP || errno == ENOTDIR {
                throw UnsafePathError(path: path, reason: "it is a link or a file, not a directory")
            }
            throw SystemError("open", top.appending(path))
        }
        return OpenFile(adopting: opened, named: top.appending(path))
    }

    /// What is at `path`, links not followed; `nil` when nothing is.
    package func status(of path: FilePath) throws -> stat? { try fileStatus(top.appending(path)) }

    /// Puts a copy of `source` at `path` in one step, replacing a file that is there.
    ///
    /// The copy is hashed on its way: damaged content never gets into the working copy.
    package func install(
        _ source: FilePath, as oid: ObjectID, at path: FilePath, isExecutable: Bool
    ) throws {
        let directory = try openParent(of: path)
        let name = path.lastComponent
        let temporary = temporaryPath(in: "")
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let created = temporary.withCString { openat(directory.descriptor, $0, flags, 0o666) }
        guard created >= 0 else { throw SystemError("create", top.appending(path)) }
        do {
            let target = OpenFile(adopting: created, named: top.appending(path))
            let found = try copy(try OpenFile(reading: source), to: target, oid)
            guard found == oid else {
                throw DamagedCacheError(path: source, oid: oid, found: found)
            }
            if isExecutable {
                let mode = try target.status().st_mode & 0o777
                guard fchmod(target.descriptor, mode | 0o100) == 0 else {
                    throw SystemError("make executable", target.path)
                }
            }
            let renamed = temporary.withCString { old in
                name.withCString { new in
                    renameat(directory.descriptor, old, directory.descriptor, new)
                }
            }
            guard renamed == 0 else { throw SystemError("replace", top.appending(path)) }
        } catch {
            _ = temporary.withCString { unlinkat(directory.descriptor, $0, 0) }
            throw error
        }
    }

    /// Puts a small file at `path` in one step; one that is there keeps its mode.
    package func write(_ bytes: [UInt8], to path: FilePath) throws {
        try place(path) { directory, temporary in
            let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
            let created = temporary.withCString { openat(directory, $0, flags, 0o666) }
            guard created >= 0 else { throw SystemError("create", top.appending(path)) }
            let file = OpenFile(adopting: created, named: top.appending(path))
            try file.write(bytes)
            if let old = try status(of: path), old.st_mode & S_IFMT == S_IFREG {
                _ = fchmod(created, old.st_mode & 0o7777)  // a file system without modes is fine
            }
        }
    }

    /// Puts at `path`, in one step, what `make` creates under a temporary name in its directory.
    ///
    /// `make` gets the directory's descriptor and the name.
    package func place(
        _ path: FilePath, _ make: (CInt, FilePath) throws -> Void
    ) throws {
        let directory = try openParent(of: path)
        let name = path.lastComponent
        let temporary = temporaryPath(in: "")
        do {
            try make(directory.descriptor, temporary)
            let renamed = temporary.withCString { old in
                name.withCString { new in
                    renameat(directory.descriptor, old, directory.descriptor, new)
                }
            }
            guard renamed == 0 else { throw SystemError("replace", top.appending(path)) }
            // Renaming one name of a file to another name of it does nothing.
            _ = temporary.withCString { unlinkat(directory.descriptor, $0, 0) }
        } catch {
            _ = temporary.withCString { unlinkat(directory.descriptor, $0, 0) }
            throw error
        }
    }

    /// Removes the file at `path`.
    package func remove(_ path: FilePath) throws {
        let directory = try openParent(of: path)
        let result = path.lastComponent.withCString { unlinkat(directory.descriptor, $0, 0) }
        guard result == 0 || errno == ENOENT else {
            throw SystemError("remove", top.appending(path))
        }
    }

    /// The name that the content of the regular file at `path` has.
    package func objectID(at path: FilePath, scheme: HashScheme) throws -> ObjectID {
        let file = try OpenFile(
            top.appending(path), O_RDONLY | O_NOFOLLOW, operation: "read")
        var hasher = ContentHasher(scheme)
        try forEachBlock(of: file) { hasher.update($0) }
        return hasher.finish()
    }

    private func copy(
        _ source: borrowing OpenFile, to target: borrowing OpenFile, _ oid: ObjectID
    ) throws -> ObjectID {
        var hasher = ContentHasher(oid.scheme)
        try forEachBlock(of: source) { block in
            hasher.update(block)
            try target.write(all: block)
        }
        return hasher.finish()
    }

    private func forEachBlock(
        of file: borrowing OpenFile, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try file.read(into: buffer)
            if count == 0 { return }
            try Task.checkCancellation()
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}

/// A file of the cache whose content is not what its name says.
package struct DamagedCacheError: UserFacingError {
    package let path: FilePath
    package let oid: ObjectID
    package let found: ObjectID

    package init(path: FilePath, oid: ObjectID, found: ObjectID) {
        self.path = path
        self.oid = oid
        self.found = found
    }

    package var summary: String { "'\(path)' is damaged: its content has the MD5 \(found)" }
    package var advice: String? { "remove it, then run 'git dvc pull' again" }
}
