package import Basics
package import Digests
internal import Storage

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

extension LocalStore {
    /// Takes in a file under the name that its content turns out to have.
    ///
    /// Read once: hashed and copied at the same time, or cloned and then hashed. Nothing is written
    /// for a small file that is here already, and nothing is left after an error.
    ///
    /// `isSame`: whether a status is that of the file which is meant; asked before and after reading.
    package func takeIn(
        fileAt path: FilePath, scheme: HashScheme, isSame: (stat) -> Bool
    ) throws(TakeInError) -> ObjectID {
        let source = try openSource(path, isSame)
        if source.size <= Self.smallSize { return try takeInSmall(source, scheme, isSame) }
        return try takeInLarge(source, scheme, isSame)
    }

    /// Takes in a file by giving it a second name here: it becomes the object, with mode 0444.
    ///
    /// Where that is impossible, or the object is here already, nothing is linked. Returns also
    /// whether it was.
    package func takeInLinked(
        fileAt path: FilePath, scheme: HashScheme, isSame: (stat) -> Bool
    ) throws(TakeInError) -> (oid: ObjectID, isLinked: Bool) {
        let source = try openSource(path, isSame)
        // DVC links no empty files: there may be more of them than a file can have names.
        if source.size == 0 { return (try takeInSmall(source, scheme, isSame), false) }
        let oid = try readThrough(source, scheme, hashing, isSame)
        if holds(oid, size: source.size) { return (oid, false) }
        let target = self.path(of: ObjectKey(oid))
        try storing { () throws(SystemError) in
            try createDirectories(target.parent, mode: directoryMode)
        }
        let temporary = temporaryPath(in: target.parent)
        let linked = path.withCString { old in
            temporary.withCString { linkat(AT_FDCWD, old, AT_FDCWD, $0, 0) }
        }
        // A link to a file, put there since, is none of those that the name was computed of.
        let status = linked == 0 ? try? fileStatus(temporary) : nil
        guard let status, isSame(status) else {
            try? removeFile(temporary)  // at worst a file is left that everybody ignores
            return (try takeIn(fileAt: path, scheme: scheme, isSame: isSame), false)
        }
        try storing { () throws(SystemError) in
            _ = temporary.withCString { chmod($0, Self.objectMode) }
            try renameFile(temporary, to: target)
            // Two names of one file: then the rename does nothing, and both stay.
            try removeFile(temporary)
        }
        return (oid, true)
    }

    /// Takes in an object whose content is in memory.
    package func takeIn(_ bytes: [UInt8], as oid: ObjectID) throws(TakeInError) {
        if holds(oid, size: Int64(bytes.count)) { return }
        try bytes.withUnsafeBufferPointer { buffer throws(TakeInError) in
            try write(UnsafeRawBufferPointer(buffer), as: oid)
        }
    }

    /// Whether an object of this size is here that nobody can have changed.
    package func holds(_ oid: ObjectID, size: Int64) -> Bool {
        // An object that cannot be examined cannot be used either: storing it anew says why.
        let path = path(of: ObjectKey(oid))
        guard let status = try? fileStatus(path, followingLinks: true) else { return false }
        return status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o7777 == Self.objectMode
            && Int64(status.st_size) == size
    }

    /// In bytes: what is hashed in memory, so that a temporary file is needed only for a new object.
    private static let smallSize: Int64 = 1 << 20

    private func takeInSmall(
        _ source: borrowing SourceFile, _ scheme: HashScheme, _ isSame: (stat) -> Bool
    ) throws(TakeInError) -> ObjectID {
        let size = Int(source.size)
        // One byte more, so that a file that grew shows.
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size + 1, alignment: 16)
        defer { buffer.deallocate() }
        var filled = 0
        do throws(SystemError) {
            while filled < buffer.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                let count = try source.file.read(into: rest)
                if count == 0 { break }
                filled += count
            }
        } catch {
            throw .reading(error)
        }
        let content = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
        var hasher = ContentHasher(scheme)
        hasher.update(content)
        let oid = hasher.finish()
        try checkUnchanged(source, size: Int64(filled), isSame)
        if !holds(oid, size: Int64(filled)) { try write(content, as: oid) }
        return oid
    }

    private func takeInLarge(
        _ source: borrowing SourceFile, _ scheme: HashScheme, _ isSame: (stat) -> Bool
    ) throws(TakeInError) -> ObjectID {
        // Its name is not known yet: it waits in the directory that holds all the others.
        let place = path(of: ObjectKey(.example(of: scheme))).parent.parent
        if Task.isCancelled { throw .cancelled }
        var new = try createTemporary(in: place)
        let content: HashedContent
        do throws(CopyError) {
            content = try copyContent(
                of: source, to: &new, like: .example(of: scheme), by: reflinksIn, hashing, nil)
        } catch {
            throw withoutTemporaryName(TakeInError(error))
        }
        try checkUnchanged(source, size: content.size, isSame)
        if holds(content.oid, size: content.size) { return content.oid }
        try install(new, as: content.oid)
        return content.oid
    }

    private func write(
        _ content: UnsafeRawBufferPointer, as oid: ObjectID
    ) throws(TakeInError) {
        if Task.isCancelled { throw .cancelled }
        let new = try createTemporary(in: path(of: ObjectKey(oid)).parent)
        do throws(SystemError) {
            try new.file.write(all: content)
        } catch {
            throw withoutTemporaryName(.storing(error))
        }
        try install(new, as: oid)
    }

    private func install(_ new: consuming NewFile, as oid: ObjectID) throws(TakeInError) {
        let target = path(of: ObjectKey(oid))
        // Refused only by file systems that keep no modes; the mode at creation was right but for
        // the umask.
        _ = fchmod(new.file.descriptor, Self.objectMode)
        do throws(SystemError) {
            try createDirectories(target.parent, mode: directoryMode)
            try new.install(at: target)
        } catch {
            throw withoutTemporaryName(.storing(error))
        }
    }

    private var directoryMode: mode_t? { isShared ? 0o2775 : nil }

    private func createTemporary(in directory: FilePath) throws(TakeInError) -> NewFile {
        do throws(SystemError) {
            do throws(SystemError) {
                return try NewFile(creating: temporaryPath(in: directory), mode: Self.objectMode)
            } catch  where error.code == ENOENT {
                try createDirectories(directory, mode: directoryMode)
                return try NewFile(creating: temporaryPath(in: directory), mode: Self.objectMode)
            }
        } catch {
            throw withoutTemporaryName(.storing(error))
        }
    }

    private func storing(_ body: () throws(SystemError) -> Void) throws(TakeInError) {
        do throws(SystemError) {
            try body()
        } catch {
            throw withoutTemporaryName(.storing(error))
        }
    }

    private func withoutTemporaryName(_ error: TakeInError) -> TakeInError {
        guard case .storing(let error) = error else { return error }
        return .storing(error.withoutTemporaryName)
    }
}
