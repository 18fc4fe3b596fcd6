internal import Basics
package import Digests

/// Hashes large files whose pieces are in memory, two files at a time where there are two.
///
/// ``MD5`` takes in two streams in little more time than one (docs/decisions/0006). Whoever brings a
/// piece hashes it, together with one of another file that waits for that; a file that finds no other
/// is left a few pieces behind, so that one can join it.
package final class PieceHashing: Sendable {
    private let condition = Condition()
    // Only touched while `condition` is held.
    nonisolated(unsafe) private var files: [File] = []

    /// How many pieces of a file may wait for another's.
    private static let lead = 4

    package init() {}

    fileprivate final class File: @unchecked Sendable {
        // Only touched while `condition` is held.
        var pieces: [ArraySlice<UInt8>] = []
        /// Whether some thread hashes the first piece, and alone touches `md5`.
        var isBusy = false
        var md5 = MD5()

        var isReady: Bool { !isBusy && !pieces.isEmpty }
    }

    fileprivate func begin() -> File {
        let file = File()
        condition.lock()
        defer { condition.unlock() }
        files.append(file)
        return file
    }

    /// The file is not looked at any more.
    fileprivate func end(_ file: File) {
        condition.lock()
        defer { condition.unlock() }
        files.removeAll { $0 === file }
    }

    /// Takes the next whole blocks of a file, and hashes what is to be hashed now.
    fileprivate func add(_ blocks: ArraySlice<UInt8>, of file: File) {
        condition.lock()
        defer { condition.unlock() }
        file.pieces.append(blocks)
        hash(file, downTo: files.count == 1 ? 0 : Self.lead)
    }

    fileprivate func hashAll(of file: File) {
        condition.lock()
        defer { condition.unlock() }
        hash(file, downTo: 0)
    }

    /// Goes on while there is a partner, or while more than `limit` pieces are left; `condition` is held.
    private func hash(_ file: File, downTo limit: Int) {
        while true {
            if file.isReady, let other = files.first(where: { $0 !== file && $0.isReady }) {
                hashFirst(of: file, other)
            } else if file.isBusy, file.pieces.count > limit {
                condition.wait()
            } else if file.isReady, file.pieces.count > limit {
                hashFirst(of: file, nil)
            } else {
                return
            }
        }
    }

    /// Hashes the first bytes of one file or of two, as many of both; `condition` is held before and after.
    private func hashFirst(of one: File, _ other: File?) {
        let (first, second) = (one.pieces[0], other?.pieces[0])
        let count = min(first.count, second?.count ?? .max)
        one.isBusy = true
        other?.isBusy = true
        condition.unlock()
        first.prefix(count).withUnsafeBytes { first in
            if let other, let second {
                second.prefix(count).withUnsafeBytes {
                    MD5.update(&one.md5, first, &other.md5, $0)
                }
            } else {
                one.md5.update(first)
            }
        }
        condition.lock()
        for file in [one, other].compactMap(\.self) {
            file.isBusy = false
            let rest = file.pieces.removeFirst().dropFirst(count)
            if !rest.isEmpty { file.pieces.insert(rest, at: 0) }
        }
        condition.broadcast()
    }
}

/// Computes the name of one large file from its pieces, which come in their order.
///
/// One task at a time uses it, on a thread that may block.
package final class PieceHasher: @unchecked Sendable {
    private let sharing: PieceHashing
    private let file: PieceHashing.File
    /// The bytes after the last whole block of MD5.
    private var rest: [UInt8] = []
    /// For the scheme that MD5 alone is not enough for.
    private var folding: StreamHasher?

    package init(_ scheme: HashScheme, sharing: PieceHashing) {
        self.sharing = sharing
        file = sharing.begin()
        if scheme == .md5DosToUnix { folding = StreamHasher(scheme) }
    }

    deinit { sharing.end(file) }

    package func update(_ piece: [UInt8]) {
        if let folding { return folding.update(piece) }
        let bytes = rest.isEmpty ? piece : rest + piece
        let whole = bytes.count / MD5.blockSize * MD5.blockSize
        rest = Array(bytes[whole...])
        if whole > 0 { sharing.add(bytes[..<whole], of: file) }
    }

    /// The name of what was taken; the hasher is used up.
    package func finish(isDirectory: Bool) -> ObjectID {
        if let folding { return folding.finish(isDirectory: isDirectory) }
        sharing.hashAll(of: file)
        return rest.withUnsafeBytes { file.md5.finish($0, isDirectory: isDirectory) }
    }
}
