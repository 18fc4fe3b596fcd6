package import Basics
package import Digests

#if canImport(Darwin)
package import Darwin
#else
package import Glibc
#endif

/// Why a file of the working copy could not be read, or taken into a cache.
package enum TakeInError: Error {
    case reading(SystemError)
    /// Somebody wrote to the file, or replaced it, while it was read.
    case changed
    /// The cache failed; the path is one of its own.
    case storing(SystemError)
    case cancelled

    init(_ error: CopyError) {
        switch error {
        case .reading(let error): self = .reading(error)
        case .writing(let error): self = .storing(error)
        case .cancelled: self = .cancelled
        }
    }
}

/// Finds out what names files have, without keeping them.
///
/// One for many files: large ones are hashed in pairs.
package struct FileHasher: Sendable {
    let hashing = PairedHashing()

    package init() {}

    /// The name of the file's content.
    ///
    /// `isSame`: whether a status is that of the file which is meant; asked before and after reading.
    package func name(
        ofFileAt path: FilePath, scheme: HashScheme, isSame: (stat) -> Bool
    ) throws(TakeInError) -> ObjectID {
        let source = try openSource(path, isSame)
        return try readThrough(source, scheme, hashing, isSame)
    }

    /// The name of the content of whatever file is at a path, and that file's status.
    ///
    /// `isSame`: whether it has the same content as before, by its status before and after reading.
    package func nameAndStatus(
        ofFileAt path: FilePath, scheme: HashScheme, isSame: (stat, stat) -> Bool
    ) throws(TakeInError) -> (name: ObjectID, status: stat) {
        let source = try openSource(path) { _ in true }
        let content = try read(source, scheme, hashing)
        let after: stat
        do throws(SystemError) {
            after = try source.file.status()
        } catch {
            throw .reading(error)
        }
        guard content.size == source.size, isSame(source.status, after) else { throw .changed }
        return (content.oid, source.status)
    }
}

/// Opens a file, if it is still the one that is meant.
func openSource(
    _ path: FilePath, _ isSame: (stat) -> Bool
) throws(TakeInError) -> SourceFile {
    do throws(SystemError) {
        let source = try SourceFile(opening: path)
        if isSame(source.status) { return source }
    } catch {
        // What is gone now was there when somebody looked.
        throw error.code == ENOENT ? .changed : .reading(error)
    }
    throw .changed
}

/// Reads a file to its end for nothing but its name.
func readThrough(
    _ source: borrowing SourceFile, _ scheme: HashScheme, _ hashing: PairedHashing,
    _ isSame: (stat) -> Bool
) throws(TakeInError) -> ObjectID {
    let content = try read(source, scheme, hashing)
    try checkUnchanged(source, size: content.size, isSame)
    return content.oid
}

private func read(
    _ source: borrowing SourceFile, _ scheme: HashScheme, _ hashing: PairedHashing
) throws(TakeInError) -> HashedContent {
    do throws(CopyError) {
        return try hashContent(
            of: source.file, expectedSize: source.size, like: .example(of: scheme), hashing)
    } catch {
        throw TakeInError(error)
    }
}

/// Throws when the file is not what it was when it was opened.
///
/// A file that somebody put in its place since counts as changed as well.
func checkUnchanged(
    _ source: borrowing SourceFile, size: Int64, _ isSame: (stat) -> Bool
) throws(TakeInError) {
    let now: [stat?]
    do throws(SystemError) {
        now = [
            try source.file.status(), try fileStatus(source.file.path, followingLinks: true),
        ]
    } catch {
        throw .reading(error)
    }
    guard size == source.size, now.allSatisfy({ $0.map(isSame) ?? false }) else { throw .changed }
}

extension ObjectID {
    /// Any name of this kind: says how to hash.
    static func example(of scheme: HashScheme) -> ObjectID {
        ObjectID(high: 0, low: 0, scheme: scheme)
    }
}
