/// How the bytes of a file become an object's name.
package enum HashScheme: UInt8, Hashable, Sendable {
    /// MD5 of the raw bytes: DVC 3, an out with `hash: md5`.
    case md5
    /// MD5 of the bytes with `\r\n` folded in text files: DVC 2 and older, an out without `hash`.
    case md5DosToUnix
}

/// The name of a DVC object: an MD5 value, whether it names a directory, and how it was computed.
///
/// 24 bytes without a heap allocation, because a push may hold millions. Legacy and 3.x objects of
/// equal digest are different objects: they have different keys in every store.
package struct ObjectID: Hashable, Sendable {
    /// The first eight bytes of the digest, big-endian: comparing numbers compares digests.
    package let high: UInt64
    /// The last eight bytes.
    package let low: UInt64
    /// Whether this names a directory's list of members (`.dir`).
    package let isDirectory: Bool
    package let scheme: HashScheme

    package init(high: UInt64, low: UInt64, isDirectory: Bool = false, scheme: HashScheme = .md5) {
        self.high = high
        self.low = low
        self.isDirectory = isDirectory
        self.scheme = scheme
    }

    /// The object named by 32 lower-case hex digits and an optional `.dir`, or `nil` for anything else.
    ///
    /// Upper case is refused: DVC looks such an id up as it is written and never finds it.
    package init?(_ text: some Collection<UInt8>, scheme: HashScheme = .md5) {
        // Thousands of names are read, so where they lie, and not through the collection.
        let found =
            text.withContiguousStorageIfAvailable { Self(spelled: $0, scheme) }
            ?? Array(text.prefix(37)).withUnsafeBufferPointer { Self(spelled: $0, scheme) }
        guard let found else { return nil }
        self = found
    }

    private init?(spelled text: UnsafeBufferPointer<UInt8>, _ scheme: HashScheme) {
        let digits = text.prefix(32)
        let rest = text.dropFirst(32)
        guard digits.count == 32, rest.isEmpty || rest.elementsEqual(".dir".utf8) else {
            return nil
        }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, digit) in digits.enumerated() {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if index < 16 {
                high = high << 4 | UInt64(value)
            } else {
                low = low << 4 | UInt64(value)
            }
        }
        self.init(high: high, low: low, isDirectory: !rest.isEmpty, scheme: scheme)
    }

    package init?(_ text: String, scheme: HashScheme = .md5) {
        self.init(text.utf8, scheme: scheme)
    }

    /// The 32 hex digits, as bytes.
    package var hexDigits: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            for index in 0..<32 {
                let word = index < 16 ? high : low
                let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - (index & 15) * 4)) & 15
                buffer[index] =
                    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
            }
            count = 32
        }
    }

    /// The 16 bytes of the digest.
    package var digest: [UInt8] {
        (0..<16).map { index in
            let word = index < 8 ? high : low
            return UInt8(truncatingIfNeeded: word >> UInt64(56 - (index & 7) * 8))
        }
    }

    /// Whether both have the same digest, whatever they name and however it was computed.
    package func hasDigest(of other: ObjectID) -> Bool { high == other.high && low == other.low }
}

extension ObjectID: CustomStringConvertible {
    /// As it stands in metafiles: 32 hex digits, `.dir` for directories.
    package var description: String {
        String(decoding: hexDigits, as: UTF8.self) + (isDirectory ? ".dir" : "")
    }
}

extension ObjectID: Comparable {
    /// The order of digests; files before directories, 3.x before legacy.
    package static func < (left: ObjectID, right: ObjectID) -> Bool {
        if left.high != right.high { return left.high < right.high }
        if left.low != right.low { return left.low < right.low }
        if left.isDirectory != right.isDirectory { return right.isDirectory }
        return left.scheme.rawValue < right.scheme.rawValue
    }
}
