internal import Basics
internal import DVC

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension WorkspaceDirectory {
    /// Opens a directory that should exist, without following links and making nothing.
    ///
    /// `nil` when there is none, or a file is in the way. Throws ``UnsafePathError`` where a link is.
    func openExisting(_ path: FilePath) throws -> OpenFile? {
        var directory = try OpenFile(top, O_RDONLY | O_DIRECTORY, operation: "open")
        var reached: FilePath = ""
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        for part in path.components {
            let name = FilePath(unchecked: Array(part))
            reached = reached.appending(name)
            let parent = directory.descriptor
            let opened = name.withCString { openat(parent, $0, flags) }
            guard opened >= 0 else {
                let code = errno
                if code == ENOENT { return nil }
                if code == ELOOP || code == ENOTDIR {
                    var status = stat()
                    let found = name.withCString {
                        fstatat(parent, $0, &status, AT_SYMLINK_NOFOLLOW)
                    }
                    guard found == 0, status.st_mode & S_IFMT == S_IFLNK else { return nil }
                    throw UnsafePathError(
                        path: reached, reason: "it is a link or a file, not a directory")
                }
                throw SystemError("open", top.appending(reached), code: code)
            }
            directory = OpenFile(adopting: opened, named: top.appending(reached))
        }
        return directory
    }

    /// Whether this is a file system where `.dvc` and `.DVC` are one.
    ///
    /// `directory`: one that has a `.dvc`, from the top.
    func ignoresCase(in directory: FilePath) -> Bool {
        let place = top.appending(directory)
        // What cannot be examined is no proof of anything; the usual file system knows cases.
        guard let lower = try? fileStatus(place.appending(".dvc")),
            let upper = try? fileStatus(place.appending(".DVC"))
        else { return false }
        return lower.st_ino == upper.st_ino && lower.st_dev == upper.st_dev
    }

    /// Refuses a list with a member that would get into Git's or DVC's own directory, or so deep that
    /// nobody could name it any more.
    ///
    /// A list has no absolute paths and none with `..`. Throws ``UnsafePathError``.
    func check(_ listing: DirectoryListing, at base: FilePath) throws {
        let room = Self.longestPath - top.bytes.count - base.bytes.count - 2
        for index in listing.indices {
            let isSuspicious = listing.withPathBytes(at: index) {
                $0.count > room || Self.hasSuspiciousName($0)
            }
            if isSuspicious { try check(base.appending(listing.path(at: index))) }
        }
    }

    /// Refuses a path that must not be written to, or that is too long for the system.
    ///
    /// From one open directory to the next any depth can be reached, but no other program could remove
    /// what is there.
    func check(_ path: FilePath) throws(UnsafePathError) {
        if let flaw = Self.flaw(of: path) { throw UnsafePathError(path: path, reason: flaw) }
        guard top.appending(path).bytes.count > Self.longestPath else { return }
        throw UnsafePathError(
            path: path, reason: "its path is longer than \(Self.longestPath) bytes")
    }

    /// In bytes, without the NUL.
    private static let longestPath = Int(PATH_MAX) - 1

    /// Whether any name in a path could be one of those that ``flaw(of:)`` is after.
    ///
    /// Quick, because it is asked for each member: all of those begin with four known letters, if
    /// they have no characters that a file system may ignore.
    private static func hasSuspiciousName(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        isPlain(path) ? false : hasNameLikeGits(path)
    }

    /// Whether a path has none of the bytes that such names have: no dot at the start of a name, no
    /// tilde, no backslash, nothing but ASCII.
    ///
    /// `false` also for paths that are too short to be looked at in this way.
    private static func isPlain(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        guard path.count > 8, let start = path.baseAddress, path[0] != UInt8(ascii: "."),
            path[0] < 0x80, path[0] != UInt8(ascii: "\\"), path[0] != UInt8(ascii: "~")
        else { return false }
        // Words of the eight bytes after each place; the last one overlaps the one before.
        let last = path.count - 9
        var position = 0
        while true {
            let before = ByteLanes(start, at: position)
            let here = ByteLanes(start, at: position + 1)
            let found =
                here.marksOfNonASCII | here.marks(of: UInt8(ascii: "\\"))
                | here.marks(of: UInt8(ascii: "~"))
                | before.marks(of: UInt8(ascii: "/")) & here.marks(of: UInt8(ascii: "."))
            if found != 0 { return false }
            if position == last { return true }
            position = min(position + 8, last)
        }
    }

    private static func hasNameLikeGits(_ path: UnsafeBufferPointer<UInt8>) -> Bool {
        var start = 0
        for position in 0...path.count {
            if position < path.count {
                let byte = path[position]
                if byte >= 0x80 || byte == UInt8(ascii: "\\") { return true }
                if byte != UInt8(ascii: "/") { continue }
            }
            if position - start >= 4, isSuspicious(path, from: start) { return true }
            start = position + 1
        }
        return false
    }

    /// Whether a name of at least four bytes begins like `.git`, `.dvc`, `git~1` or `dvc~1`.
    private static func isSuspicious(_ path: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        let isHidden = path[start] == UInt8(ascii: ".")
        guard isHidden || path[start + 3] == UInt8(ascii: "~") else { return false }
        let letters = (isHidden ? start + 1 : start)..<(isHidden ? start + 4 : start + 3)
        let name = letters.map { path[$0] | 0x20 }
        return name.elementsEqual("git".utf8) || name.elementsEqual("dvc".utf8)
    }

    /// Refuses a list with members that a file system without cases takes for one.
    static func checkTwins(of listing: DirectoryListing, at base: FilePath) throws {
        var seen: [String: Int] = [:]
        for index in listing.indices {
            // Strings of Swift are equal when only their normalization differs, as there.
            let folded = listing.path(at: index).string.lowercased()
            if let twin = seen.updateValue(index, forKey: folded) {
                throw TwinMembersError(
                    out: base, members: [listing.path(at: twin), listing.path(at: index)])
            }
        }
    }
}
