internal import Synchronization

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// The whole content of a small file.
///
/// `limit`: in bytes; a longer file throws `EFBIG`.
package func readFile(_ path: FilePath, limit: Int = 256 << 20) throws(SystemError) -> [UInt8] {
    try OpenFile(reading: path).readAll(limit: limit)
}

/// The same, or `nil` when there is no such file (also when a parent is missing or is a file).
package func readFileIfPresent(
    _ path: FilePath, limit: Int = 256 << 20
) throws(SystemError) -> [UInt8]? {
    do throws(SystemError) {
        return try readFile(path, limit: limit)
    } catch  where error.code == ENOENT || error.code == ENOTDIR {
        return nil
    }
}

/// What lstat(2) says, or `nil` when there is nothing at that path.
package func fileStatus(_ path: FilePath, followingLinks: Bool = false) throws(SystemError) -> stat?
{
    var status = stat()
    let result = path.withCString { followingLinks ? stat($0, &status) : lstat($0, &status) }
    if result == 0 { return status }
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw SystemError("examine", path)
}

/// Whether a directory (or a link to one) is there; an error counts as "no".
package func directoryExists(_ path: FilePath) -> Bool {
    // A directory that cannot be examined cannot be used either; whoever uses it gets the error.
    guard let status = try? fileStatus(path, followingLinks: true) else { return false }
    return status.st_mode & S_IFMT == S_IFDIR
}

/// Whether anything is at that path, links not followed; an error counts as "no".
package func fileExists(_ path: FilePath) -> Bool {
    (try? fileStatus(path)) != nil  // as above: the user of the file gets the error
}

/// Creates a directory and its missing parents.
///
/// `mode`: exact permissions for each directory created, or `nil` for 0777 less the umask.
package func createDirectories(_ path: FilePath, mode: mode_t? = nil) throws(SystemError) {
    if path.isEmpty || directoryExists(path) { return }
    var made = path.withCString { mkdir($0, 0o777) }
    // Only now and not first: what is too long for the system must not be walked up, part by part.
    if made != 0, errno == ENOENT, !path.parent.isEmpty {
        try createDirectories(path.parent, mode: mode)
        made = path.withCString { mkdir($0, 0o777) }
    }
    if made != 0 {
        let code = errno
        // Somebody else may have been faster; a file in the way is an error that names itself.
        if code == EEXIST, directoryExists(path) { return }
        throw SystemError("create directory", path, code: code == EEXIST ? ENOTDIR : code)
    }
    if let mode, path.withCString({ chmod($0, mode) }) != 0 {
        throw SystemError("set the permissions of", path)
    }
}

/// Renames within one file system, replacing what is at `new`.
package func renameFile(_ old: FilePath, to new: FilePath) throws(SystemError) {
    let result = old.withCString { old in new.withCString { new in rename(old, new) } }
    guard result == 0 else { throw SystemError("rename to", new) }
}

/// Removes a file; one that is not there is no error.
package func removeFile(_ path: FilePath) throws(SystemError) {
    guard path.withCString({ unlink($0) }) != 0, errno != ENOENT else { return }
    throw SystemError("remove", path)
}

/// Replaces a small file in one step: a reader sees the old content or the new.
///
/// `mode`: permissions before the umask. `exactMode`: permissions whatever the umask.
package func writeFile(
    _ path: FilePath, _ bytes: [UInt8], mode: mode_t = 0o666, exactMode: mode_t? = nil
) throws(SystemError) {
    let temporary = temporaryPath(in: path.parent)
    do throws(SystemError) {
        let file = try OpenFile(creating: temporary, mode: exactMode.map { $0 & 0o700 } ?? mode)
        if let exactMode, fchmod(file.descriptor, exactMode) != 0 {
            throw SystemError("set the permissions of", path)
        }
        try file.write(bytes)
        // The rename must not become durable before the content.
        guard fsync(file.descriptor) == 0 else { throw SystemError("write to", path) }
        try renameFile(temporary, to: path)
    } catch {
        try? removeFile(temporary)  // the first error is the one to tell
        throw error
    }
}

/// Waits until the disk has what was renamed, made or removed in a directory.
package func syncDirectory(_ path: FilePath) throws(SystemError) {
    let directory = try OpenFile(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, operation: "open")
    guard fsync(directory.descriptor) == 0 else { throw SystemError("write to", path) }
}

/// Whether a name is one of ``temporaryPath(in:)``.
package func isTemporaryName(_ name: FilePath) -> Bool {
    let letters = name.bytes.dropFirst().prefix(22)
    return name.bytes.count == 27 && name.bytes.first == UInt8(ascii: ".") && name.hasSuffix(".tmp")
        && letters.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
}

/// The words that ``temporaryPath(in:)`` makes names of: random where they begin, and each another one.
///
/// Asking the kernel for each is measurable with small files, and they are created exclusively anyway.
private let firstWord = UInt64.random(in: 0...UInt64.max)
private let wordCount = SharedCounter()

/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (SplitMix64).
private func nextWord() -> UInt64 {
    let count = wordCount.value.wrappingAdd(1, ordering: .relaxed).newValue
    var word = firstWord &+ UInt64(truncatingIfNeeded: count) &* 0x9e37_79b9_7f4a_7c15
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
}

/// A fresh name for a temporary file, in the form that DVC uses and ignores: `.<22 characters>.tmp`.
///
/// Source: DVC 3.67, observed (dvc-compat 2.4).
package func temporaryPath(in directory: FilePath) -> FilePath {
    let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    var state = nextWord()
    var name: [UInt8] = []
    name.reserveCapacity(27)
    name.append(UInt8(ascii: "."))
    alphabet.withUTF8Buffer { letters in
        while name.count < 23 {
            name.append(letters[Int(state >> 58)])
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        }
    }
    name.append(contentsOf: ".tmp".utf8)
    return directory.appending(FilePath(unchecked: name))  // the alphabet has no NUL
}

/// The names in a directory, without `.` and `..`, in no particular order.
package func directoryEntries(_ path: FilePath) throws(SystemError) -> [FilePath] {
    guard let stream = path.withCString({ opendir($0) }) else { throw SystemError("list", path) }
    defer { closedir(stream) }
    var names: [FilePath] = []
    while true {
        errno = 0
        guard let entry = readdir(stream) else {
            guard errno == 0 else { throw SystemError("list", path) }
            return names
        }
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 1) { FilePath(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
}

extension FilePath {
    /// The path in a C string of the system's.
    package init(cString: UnsafePointer<CChar>) {
        let length = strlen(cString)
        let raw = UnsafeRawBufferPointer(start: cString, count: length)
        self.init(unchecked: Array(raw))  // strlen stopped before any NUL
    }

    /// The path with symbolic links resolved, or `nil` when it does not exist.
    package var resolved: FilePath? {
        withCString { pointer in
            guard let real = realpath(pointer, nil) else { return nil }
            defer { free(real) }
            return FilePath(cString: real)
        }
    }

    /// The directory the process works in.
    package static func currentDirectory() throws(SystemError) -> FilePath {
        guard let pointer = getcwd(nil, 0) else {
            throw SystemError("find", "the current directory")
        }
        defer { free(pointer) }
        return FilePath(cString: pointer)
    }
}
