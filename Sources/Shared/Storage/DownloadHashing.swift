internal import Basics
package import Digests

/// Hashes large downloads behind those who write them, two files at a time where there are two.
///
/// ``MD5`` takes in two streams in little more time than one (docs/decisions/0006). What has arrived
/// is read again from the file, most likely from the system's memory, so nobody waits for the
/// hashing before the end. The threads start with the first file and end with the last.
package final class DownloadHashing: Sendable {
    private let condition = Condition()
    // Only touched while `condition` is held.
    nonisolated(unsafe) private var files: [File] = []
    nonisolated(unsafe) private var threadCount = 0

    /// In bytes: read and hashed at once, so that it is still in a core's cache.
    private static let blockSize: Int64 = 256 << 10
    /// In bytes: how far a file may be behind for the sake of another that could join it.
    private static let lead: Int64 = 16 << 20
    private static let mostThreads = 2

    package init() {}

    /// A download that is being hashed.
    package final class File: @unchecked Sendable {
        fileprivate let target: DownloadTarget
        // Only touched while `condition` is held.
        fileprivate var arrived: Int64 = 0
        fileprivate var isWhole = false
        fileprivate var hashed: Int64 = 0
        fileprivate var failure: SystemError?
        fileprivate var waiter: CheckedContinuation<Void, any Error>?
        /// Whether some thread is hashing, and alone touches `md5`.
        fileprivate var isBusy = false
        fileprivate var md5 = MD5()

        fileprivate init(_ target: DownloadTarget) { self.target = target }

        /// How many bytes can be hashed, in whole blocks of MD5.
        fileprivate var available: Int64 {
            (arrived - hashed) / Int64(MD5.blockSize) * Int64(MD5.blockSize)
        }
        fileprivate var isReady: Bool {
            !isBusy && failure == nil && available >= (isWhole ? 1 : DownloadHashing.blockSize)
        }
        fileprivate var isDone: Bool { !isBusy && (failure != nil || isWhole && available == 0) }
    }

    /// Begins with a file of which nothing is hashed yet; ``end(_:)`` must follow, whatever happens.
    package func begin(_ target: DownloadTarget) -> File {
        let file = File(target)
        condition.lock()
        defer { condition.unlock() }
        files.append(file)
        if threadCount < Self.mostThreads, threadCount * 2 < files.count {
            // Without any thread the name is computed by whoever asks for it.
            if startThread({ [self] in run() }) { threadCount += 1 }
        }
        return file
    }

    /// The file is not looked at any more.
    package func end(_ file: File) {
        condition.lock()
        defer { condition.unlock() }
        files.removeAll { $0 === file }
        condition.broadcast()
    }

    /// Says that all bytes before `end` are in the file; `isWhole`: and that there are no more.
    package func note(_ file: File, arrivedTo end: Int64, isWhole: Bool) {
        condition.lock()
        defer { condition.unlock() }
        file.arrived = end
        file.isWhole = isWhole
        condition.broadcast()
    }

    /// The name of a file that is whole; once.
    ///
    /// Throws `SystemError` when it cannot be read, `CancellationError`.
    package func name(of file: File, isDirectory: Bool) async throws -> ObjectID {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                condition.lock()
                file.waiter = waiter
                if threadCount == 0 {
                    Self.withMemory { while file.isReady { hash([file], in: $0) } }
                }
                answerIfDone(file)
                if Task.isCancelled { giveUp(file) }
                condition.unlock()
            }
        } onCancel: {
            condition.lock()
            giveUp(file)
            condition.unlock()
        }
        if let failure = file.failure { throw failure }
        var rest: [UInt8] = []
        try file.target.read(file.hashed..<file.arrived) { rest += $0 }
        return rest.withUnsafeBytes { file.md5.finish($0, isDirectory: isDirectory) }
    }

    private func answerIfDone(_ file: File) {
        guard file.isDone else { return }
        file.waiter?.resume()
        file.waiter = nil
    }

    private func giveUp(_ file: File) {
        file.waiter?.resume(throwing: CancellationError())
        file.waiter = nil
    }

    // MARK: The threads

    private func run() {
        Self.withMemory { memory in run(with: memory) }
    }

    private func run(with memory: UnsafeMutableRawBufferPointer) {
        condition.lock()
        while !files.isEmpty {
            let ready = Array(files.filter(\.isReady).prefix(2))
            // One alone waits for another that may join it, unless that would hold it up.
            let isUrgent = ready.contains { $0.isWhole || $0.available >= Self.lead }
            if ready.count == 2 || !ready.isEmpty && (files.count == 1 || isUrgent) {
                hash(ready, in: memory)
            } else {
                condition.wait()
            }
        }
        threadCount -= 1
        condition.unlock()
    }

    /// Hashes the next bytes of one file or two, as many of both; `condition` is held before and after.
    private func hash(_ files: [File], in memory: UnsafeMutableRawBufferPointer) {
        let count = Int(files.reduce(Self.blockSize) { min($0, $1.available) })
        for file in files { file.isBusy = true }
        condition.unlock()
        let blocks = files.indices.map { index in
            UnsafeMutableRawBufferPointer(rebasing: memory[(index * count)..<((index + 1) * count)])
        }
        let failures = zip(files, blocks).map { file, block -> SystemError? in
            do throws(SystemError) {
                try file.target.fill(block, from: file.hashed)
                return nil
            } catch {
                return error
            }
        }
        // One whose partner cannot be read goes on without it.
        let isRead = failures.allSatisfy { $0 == nil }
        if isRead {
            let first = UnsafeRawBufferPointer(blocks[0])
            if files.count == 2 {
                MD5.update(
                    &files[0].md5, first, &files[1].md5, UnsafeRawBufferPointer(blocks[1]))
            } else {
                files[0].md5.update(first)
            }
        }
        condition.lock()
        for (file, failure) in zip(files, failures) {
            file.isBusy = false
            file.failure = failure
            if isRead { file.hashed += Int64(count) }
            answerIfDone(file)
        }
        condition.broadcast()
    }

    private static func withMemory(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: 2 * Int(blockSize), alignment: 64)
        defer { memory.deallocate() }
        body(memory)
    }
}
