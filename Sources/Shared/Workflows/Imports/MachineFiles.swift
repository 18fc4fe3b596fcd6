internal import Basics
internal import DVC
internal import Digests
internal import LocalBackend
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A file or directory of this machine that was imported, on its way into the cache.
struct MachineFiles {
    /// The import, for messages.
    let place: String
    let path: FilePath
    let cache: LocalStore

    /// Copies it if it still is what was imported, and returns its name.
    ///
    /// `part`: only these members of a directory, whose list comes whole.
    /// Throws ``PartialImportError``, `SystemError`, `CancellationError`.
    func copy(
        part: FilePath?, expecting recorded: RecordedContent, _ report: inout PullReport
    ) throws -> ObjectID {
        guard path.isAbsolute else { throw error(.scheme) }
        // Without it a repository could have any file of this machine copied into its data.
        guard let expected = recorded.oid(isInside: false) else { throw error(.unrecorded) }
        guard let status = try fileStatus(path, followingLinks: true) else {
            throw error(.notThere)
        }
        // All is hashed before anything is kept.
        guard status.st_mode & S_IFMT == S_IFDIR else {
            guard try name(path) == expected else { throw error(.otherContent) }
            try take(path, as: expected, &report)
            return expected
        }
        let members = try filesBelow().map { (path: $0, oid: try name(path.appending($0))) }
        let bytes = try DirectoryListing(members).encoded()
        guard objectID(of: bytes, isDirectory: true) == expected else {
            throw error(.otherContent)
        }
        for member in members where part.map({ member.path.relative(to: $0) != nil }) ?? true {
            try take(path.appending(member.path), as: member.oid, &report)
        }
        try taking { () throws(TakeInError) in try cache.takeIn(bytes, as: expected) }
        return expected
    }

    private func name(_ path: FilePath) throws -> ObjectID {
        try taking { () throws(TakeInError) in
            try FileHasher().name(ofFileAt: path, scheme: .md5) { _ in true }
        }
    }

    private func take(
        _ path: FilePath, as oid: ObjectID, _ report: inout PullReport
    ) throws {
        let size = try fileStatus(path, followingLinks: true).map { Int64($0.st_size) }
        if let size, cache.holds(oid, size: size) { return }
        let taken = try taking { () throws(TakeInError) in
            try cache.takeIn(fileAt: path, scheme: .md5) { _ in true }
        }
        guard taken == oid else { throw error(.failed("it is being written to")) }
        report.fetchedCount += 1
    }

    private func taking<Value>(_ body: () throws(TakeInError) -> Value) throws -> Value {
        do throws(TakeInError) {
            return try body()
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .changed: throw self.error(.failed("it is being written to"))
            case .reading(let cause), .storing(let cause): throw cause
            }
        }
    }

    private func error(_ reason: PartialImportError.Reason) -> PartialImportError {
        PartialImportError(place: place, source: path.string, reason: reason)
    }

    /// All files below the directory, links followed to files alone; relative to it.
    private func filesBelow() throws(SystemError) -> [FilePath] {
        var files: [FilePath] = []
        var pending: [FilePath] = [""]
        while let folder = pending.popLast() {
            for name in try directoryEntries(path.appending(folder)) {
                let inside = folder.appending(name)
                guard let status = try fileStatus(path.appending(inside)) else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    pending.append(inside)
                } else {
                    files.append(inside)
                }
            }
        }
        return files
    }
}
