internal import Basics
internal import Digests

/// Hashes large files beside the threads that read and write them, two files at a time.
///
/// ``MD5`` takes in two streams in little more time than one. The copying threads run a few blocks
/// ahead; a thread of the pool's own, one for every two files, takes the oldest block of two of
/// them. Nobody waits for another file's data.
final class PairedHashing: Sendable {
    private let condition = Condition()
    // Only touched while `condition` is held.
    nonisolated(unsafe) private var files: [Blocks] = []
    nonisolated(unsafe) private var threadCount = 0

    /// The blocks of one file that are read and not hashed yet: a ring.
    fileprivate final class Blocks {
        // Only touched while `condition` is held.
        var first = 0
        var count = 0
        /// Whether some thread is hashing the first block, and alone touches that and `md5`.
        var isBusy = false
        /// Whether the copying thread cannot go on before something is hashed.
        var isAwaited = false
        var md5 = MD5()
        private let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: depth * size, alignment: 64)

        static let depth = 4
        /// In bytes: with 256 KiB the threads wake each other so often that it shows.
        static let size = 1 << 20

        var isReady: Bool { count > 0 && !isBusy }

        deinit { memory.deallocate() }

        /// The block that is so many places after the first one.
        func block(at place: Int) -> UnsafeMutableRawBufferPointer {
            let start = (first + place) % Self.depth * Self.size
            return UnsafeMutableRawBufferPointer(rebasing: memory[start..<(start + Self.size)])
        }
    }

    fileprivate func add(_ blocks: Blocks) {
        condition.lock()
        files.append(blocks)
        if threadCount * 2 < files.count {
            // Without a thread the file is hashed by whoever waits for it.
            if startThread({ [self] in run() }) { threadCount += 1 }
        }
        condition.unlock()
    }

    /// Returns once nobody touches the blocks any more.
    fileprivate func remove(_ blocks: Blocks) {
        condition.lock()
        while blocks.isBusy { condition.wait() }
        files.removeAll { $0 === blocks }
        condition.broadcast()
        condition.unlock()
    }

    /// Returns once no more than so many blocks of a file are left.
    fileprivate func wait(for blocks: Blocks, downTo limit: Int) {
        condition.lock()
        while blocks.count > limit {
            if threadCount == 0, !blocks.isBusy {
                hash([blocks])
            } else {
                if !blocks.isAwaited {
                    blocks.isAwaited = true
                    condition.broadcast()
                }
                condition.wait()
            }
        }
        blocks.isAwaited = false
        condition.unlock()
    }

    /// The memory after the last block; the caller saw to it that there is some.
    fileprivate func freeBlock(of blocks: Blocks) -> UnsafeMutableRawBufferPointer {
        condition.lock()
        defer { condition.unlock() }
        return blocks.block(at: blocks.count)
    }

    /// Counts the block that was just filled.
    fileprivate func append(to blocks: Blocks) {
        condition.lock()
        blocks.count += 1
        condition.broadcast()
        condition.unlock()
    }

    // MARK: The pool's own threads

    /// Hashes until there are so few files that other threads suffice.
    private func run() {
        condition.lock()
        while threadCount * 2 <= files.count + 1 {
            let ready = Array(files.filter(\.isReady).prefix(2))
            // One alone is left until its thread is held up: meanwhile another one may join it.
            if ready.count == 2 || ready.contains(where: \.isAwaited) {
                hash(ready)
            } else {
                condition.wait()
            }
        }
        threadCount -= 1
        condition.broadcast()
        condition.unlock()
    }

    /// Hashes the first block of one file or two; `condition` is held before and after.
    private func hash(_ files: [Blocks]) {
        for blocks in files { blocks.isBusy = true }
        condition.unlock()
        let blocks = files.map { UnsafeRawBufferPointer($0.block(at: 0)) }
        if files.count == 2 {
            MD5.update(&files[0].md5, blocks[0], &files[1].md5, blocks[1])
        } else {
            files[0].md5.update(blocks[0])
        }
        condition.lock()
        for blocks in files {
            blocks.first = (blocks.first + 1) % Blocks.depth
            blocks.count -= 1
            blocks.isBusy = false
        }
        condition.broadcast()
    }
}

/// Computes the name of one large file; used from one thread.
struct LargeFileHasher: ~Copyable {
    private let pool: PairedHashing
    private let blocks = PairedHashing.Blocks()

    init(sharing pool: PairedHashing) {
        self.pool = pool
        pool.add(blocks)
    }

    deinit { pool.remove(blocks) }

    /// Where to put the next bytes of the file.
    ///
    /// What was put into earlier buffers stays there until it is hashed.
    mutating func nextBuffer() -> UnsafeMutableRawBufferPointer {
        pool.wait(for: blocks, downTo: PairedHashing.Blocks.depth - 1)
        return pool.freeBlock(of: blocks)
    }

    /// Says that the last buffer is full.
    mutating func takeBuffer() { pool.append(to: blocks) }

    /// The name of the file that ends with these bytes.
    consuming func finish(_ rest: UnsafeRawBufferPointer, isDirectory: Bool) -> ObjectID {
        pool.wait(for: blocks, downTo: 0)
        return blocks.md5.finish(rest, isDirectory: isDirectory)
    }
}
