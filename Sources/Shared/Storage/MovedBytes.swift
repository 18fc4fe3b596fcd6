internal import Basics

/// What one put or get has told its observer, so that it can be taken back.
package final class MovedBytes: Sendable {
    private let observer: ByteObserver?
    private let total = Locked<Int64>(0)

    package init(_ observer: ByteObserver?) { self.observer = observer }

    private static let toNobody = MovedBytes(nil)

    /// One for this observer; all that tell nobody are the same.
    package static func telling(_ observer: ByteObserver?) -> MovedBytes {
        observer.map { MovedBytes($0) } ?? toNobody
    }

    /// From any thread; negative to take some back.
    package func tell(_ bytes: Int64) {
        guard let observer, bytes != 0 else { return }
        total.withLock { $0 += bytes }
        observer(bytes)
    }

    package func takeBack() {
        guard let observer else { return }
        let told = total.withLock { total in
            defer { total = 0 }
            return total
        }
        if told != 0 { observer(-told) }
    }

    /// Runs a request that tells what it moves, and takes that back when it fails.
    package func during<Result>(
        _ request: (_ moved: (@Sendable (Int64) -> Void)?) async throws -> Result
    ) async throws -> Result {
        guard observer != nil else { return try await request(nil) }
        let piece = MovedBytes { [self] in tell($0) }
        do {
            return try await request { piece.tell($0) }
        } catch {
            piece.takeBack()
            throw error
        }
    }
}
