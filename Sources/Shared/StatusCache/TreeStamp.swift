package import Basics
internal import Digests

/// What tells that all files below a directory are still those that were read: a sum over all of them.
///
/// A sum, so that it needs no order, and a few files that change change it without a look at the others.
/// Each file adds 128 bits made of its path and its ``FileStamp``; nobody chooses the inodes and times in
/// it, so no hash is needed that withstands people (decision 0020).
package struct TreeStamp: Equatable, Sendable {
    private var high: UInt64 = 0
    private var low: UInt64 = 0
    private var count: Int64 = 0
    /// When all of the files can be read without a doubt, in nanoseconds since 1970.
    private var settled = Int64.min

    package init() {}

    /// Adds a file.
    ///
    /// `path`: relative to the directory. `content`: of what is read when the file is read, so that a
    /// link is its target.
    package mutating func insert(_ path: UnsafeBufferPointer<UInt8>, _ content: FileStamp) {
        let item = Self.item(path, content)
        high &+= item.first
        low &+= item.second
        count += 1
        settled = max(settled, content.settled)
    }

    package mutating func insert(_ path: FilePath, _ content: FileStamp) {
        path.bytes.withUnsafeBufferPointer { insert($0, content) }
    }

    /// Takes back what was added for a file.
    package mutating func remove(_ path: FilePath, _ content: FileStamp) {
        let item = path.bytes.withUnsafeBufferPointer { Self.item($0, content) }
        high &-= item.first
        low &-= item.second
        count -= 1
    }

    /// Adds all files of another part of the directory.
    package static func += (left: inout TreeStamp, right: TreeStamp) {
        left.high &+= right.high
        left.low &+= right.low
        left.count += right.count
        left.settled = max(left.settled, right.settled)
    }

    /// Whether a file could be written to after `moment` without its times telling; see
    /// ``FileStamp/isRacy(at:)``.
    package func isRacy(at moment: Int64) -> Bool { settled > moment }

    package static func == (left: TreeStamp, right: TreeStamp) -> Bool {
        left.high == right.high && left.low == right.low && left.count == right.count
    }

    /// What the database keeps of it.
    var words: [UInt64] { [high, low, UInt64(bitPattern: count)] }

    /// The stamp that was kept as these words.
    init(high: UInt64, low: UInt64, count: UInt64) {
        self.high = high
        self.low = low
        self.count = Int64(bitPattern: count)
    }

    private static func item(
        _ path: UnsafeBufferPointer<UInt8>, _ stamp: FileStamp
    ) -> (first: UInt64, second: UInt64) {
        withUnsafeTemporaryAllocation(byteCount: path.count + 40, alignment: 8) { buffer in
            let words = (
                stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed
            )
            withUnsafeBytes(of: words) { buffer.copyMemory(from: $0) }
            UnsafeMutableRawBufferPointer(rebasing: buffer[40...]).copyMemory(
                from: UnsafeRawBufferPointer(path))
            return murmurHash3(UnsafeRawBufferPointer(buffer))
        }
    }
}
