internal import Basics
package import Digests
internal import Storage

/// What a service says of the bytes of an object, apart from the object's name.
package enum ContentChecksum: Equatable, Sendable {
    case md5(ObjectID)
    case crc32c(UInt32)

    package func isThat(of bytes: [UInt8]) -> Bool {
        switch self {
        case .md5(let digest): objectID(of: bytes).hasDigest(of: digest)
        case .crc32c(let value): Digests.crc32c(bytes) == value
        }
    }

    /// Whether it is that of what was written to a file; for a legacy object or none, so that reading
    /// it again costs nothing that matters.
    func isThat(of target: DownloadTarget, _ range: Range<Int64>) throws(SystemError) -> Bool {
        switch self {
        case .md5(let digest):
            let hasher = WrittenFileHasher(target, like: digest)
            try hasher.hash(range)
            return hasher.finish(isDirectory: false).hasDigest(of: digest)
        case .crc32c(let value):
            var sum = CRC32C()
            try target.read(range) { sum.update($0) }
            return sum.value == value
        }
    }
}

extension ObjectID {
    /// An MD5 in base64, as services write it; `nil` when it is none.
    package init?(base64MD5 text: String) {
        guard let digest = bytes(base64: text), digest.count == 16 else { return nil }
        let words = [digest[..<8], digest[8...]].map {
            $0.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        self.init(high: words[0], low: words[1])
    }
}
