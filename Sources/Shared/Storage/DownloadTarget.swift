package import Basics
package import Digests

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A new file that is written in pieces, and read again to be hashed.
package final class DownloadTarget: Sendable {
    package let file: OpenFile

    package var descriptor: CInt { file.descriptor }

    package init(creating path: FilePath) throws(SystemError) {
        // Readable as well, because what was written is hashed from there.
        file = try OpenFile(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o666, operation: "create")
    }

    /// In bytes.
    private static let blockSize = 256 << 10

    /// Hands what was written, all of which must be there, to `body` in blocks.
    package func read(
        _ range: Range<Int64>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(SystemError) {
        if range.isEmpty { return }
        let size = min(Self.blockSize, range.count)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        defer { buffer.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = Int(min(Int64(size), range.upperBound - offset))
            let block = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
            try fill(block, from: offset)
            body(UnsafeRawBufferPointer(block))
            offset += Int64(wanted)
        }
    }

    /// Fills the buffer with what is in the file from `offset` on, all of which must be there.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int64) throws(SystemError) {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = retryingInterrupts {
                pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + off_t(filled))
            }
            guard count > 0 else {
                throw SystemError("read", file.path, code: count == 0 ? EIO : errno)
            }
            filled += count
        }
    }
}

/// Where a download goes: a file that is only made when there is something to write.
package final class DownloadPlace: Sendable {
    private struct State {
        var target: DownloadTarget?
        var isOver = false
    }

    package let path: FilePath
    private let state = Locked(State())

    private init(_ path: FilePath) { self.path = path }

    /// Runs `body`, which makes the file and writes what arrives.
    ///
    /// After an error nothing is left, unless it is that the content has another name: the caller has
    /// a use for that. The file is gone before the error arrives, so another try can make it again; its
    /// last owner may be a thread that is not done with the request yet, and cannot be who removes it.
    package static func receive<Value>(
        at path: FilePath, _ body: (DownloadPlace) async throws -> Value
    ) async throws -> Value {
        let place = DownloadPlace(path)
        do {
            return try await body(place)
        } catch {
            if case .mismatch = (error as? StoreError)?.reason { throw error }
            place.giveUp()
            throw error
        }
    }

    /// The file, which the first call makes.
    package func opened() throws(SystemError) -> DownloadTarget {
        try state.withLock { state throws(SystemError) in
            if let target = state.target { return target }
            if state.isOver { throw SystemError("create", path, code: ECANCELED) }
            let target = try DownloadTarget(creating: path)
            state.target = target
            return target
        }
    }

    private func giveUp() {
        state.withLock { state in
            state.isOver = true
            // The error that ended the work is the one to tell.
            if state.target != nil { try? removeFile(path) }
        }
    }
}

/// Hashes a file behind the one who writes it; used by one task at a time, on whichever thread.
package final class WrittenFileHasher: @unchecked Sendable {
    private let target: DownloadTarget
    private let hasher: StreamHasher

    package init(_ target: DownloadTarget, like oid: ObjectID) {
        self.target = target
        hasher = StreamHasher(oid.scheme)
    }

    /// Takes the next bytes of the file, which must all be there.
    package func hash(_ range: Range<Int64>) throws(SystemError) {
        try target.read(range) { hasher.update($0) }
    }

    /// The name of what was taken; the hasher is used up.
    package func finish(isDirectory: Bool) -> ObjectID {
        hasher.finish(isDirectory: isDirectory)
    }
}
