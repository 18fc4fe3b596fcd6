/// A file path as the kernel sees it: bytes without NUL, compared byte by byte.
///
/// Not a `String`, because Swift compares strings by canonical equivalence: two files whose names
/// differ only in Unicode normalisation would become one.
@usableFromInline
package struct FilePath: Hashable, Sendable {
    /// The path, without a terminating NUL.
    @usableFromInline package private(set) var bytes: [UInt8]

    /// The path made of these bytes, or `nil` when a NUL is among them.
    package init?(validating bytes: some Sequence<UInt8>) {
        let copy = Array(bytes)
        guard !copy.contains(0) else { return nil }
        self.bytes = copy
    }

    /// The path with this spelling; everything from the first NUL on is cut, as C would.
    package init(_ string: some StringProtocol) {
        self.bytes = Array(string.utf8.prefix { $0 != 0 })
    }

    /// The path made of bytes of which the caller knows that no NUL is among them.
    package init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    package var isEmpty: Bool { bytes.isEmpty }
    package var isAbsolute: Bool { bytes.first == UInt8(ascii: "/") }

    /// The parts between slashes; empty parts (`a//b`) and a leading slash are left out.
    package var components: [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "/"))
    }

    /// What follows the last slash: the whole path when there is none.
    package var lastComponent: FilePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return self }
        return FilePath(unchecked: Array(bytes[(slash + 1)...]))
    }

    /// Everything before the last slash: `/` for `/a`, empty for `a`.
    package var parent: FilePath {
        guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return slash == 0 ? "/" : FilePath(unchecked: Array(bytes[..<slash]))
    }

    /// This path followed by another, or the other alone when it is absolute or this one is empty.
    package func appending(_ other: FilePath) -> FilePath {
        if bytes.isEmpty || other.isAbsolute { return other }
        if other.isEmpty { return self }
        var joined = bytes
        joined.reserveCapacity(bytes.count + other.bytes.count + 1)
        if joined.last != UInt8(ascii: "/") { joined.append(UInt8(ascii: "/")) }
        joined.append(contentsOf: other.bytes)
        return FilePath(unchecked: joined)
    }

    package func appending(_ other: some StringProtocol) -> FilePath { appending(FilePath(other)) }

    /// The same path with `.`, `..` and double slashes resolved as text, without asking the disk.
    ///
    /// A `..` that would leave a relative path's start stays in front; above `/` it is dropped.
    package var normalized: FilePath {
        var kept: [ArraySlice<UInt8>] = []
        for part in components where !part.elementsEqual(".".utf8) {
            guard part.elementsEqual("..".utf8) else {
                kept.append(part)
                continue
            }
            if let last = kept.last, !last.elementsEqual("..".utf8) {
                kept.removeLast()
            } else if !isAbsolute {
                kept.append(part)
            }
        }
        let joined = Array(kept.joined(separator: CollectionOfOne(UInt8(ascii: "/"))))
        return FilePath(unchecked: isAbsolute ? [UInt8(ascii: "/")] + joined : joined)
    }

    /// What is left of this path below `ancestor`, both normalized; `nil` when it is not below.
    ///
    /// Empty when both are the same path.
    package func relative(to ancestor: FilePath) -> FilePath? {
        if ancestor.isEmpty { return isAbsolute ? nil : self }
        guard bytes.starts(with: ancestor.bytes) else { return nil }
        if bytes.count == ancestor.bytes.count { return "" }
        if ancestor.bytes.last == UInt8(ascii: "/") {
            return FilePath(unchecked: Array(bytes[ancestor.bytes.count...]))
        }
        guard bytes[ancestor.bytes.count] == UInt8(ascii: "/") else { return nil }
        return FilePath(unchecked: Array(bytes[(ancestor.bytes.count + 1)...]))
    }

    package func hasSuffix(_ suffix: String) -> Bool {
        bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }

    /// The spelling as text; bytes that are not UTF-8 become U+FFFD.
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether the bytes are well-formed UTF-8, as every path that DVC records must be.
    package var isUTF8: Bool { String(validating: bytes, as: UTF8.self) != nil }

    /// Calls `body` with the path as a C string.
    @inlinable
    package func withCString<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // An array of C strings' size is small: copying beats keeping a NUL in every path.
        let terminated = [CChar](unsafeUninitializedCapacity: bytes.count + 1) { buffer, count in
            for byte in bytes {
                buffer[count] = CChar(bitPattern: byte)
                count += 1
            }
            buffer[count] = 0
            count += 1
        }
        return try terminated.withUnsafeBufferPointer { buffer throws(Failure) in
            guard let base = buffer.baseAddress else { preconditionFailure("a C string has a NUL") }
            return try body(base)
        }
    }
}

extension FilePath: ExpressibleByStringLiteral {
    @usableFromInline
    package init(stringLiteral value: String) { self.init(value) }
}

extension FilePath: CustomStringConvertible {
    @usableFromInline package var description: String { string }
}

extension FilePath: Comparable {
    /// Byte order, which for UTF-8 is the order of code points.
    @usableFromInline
    package static func < (left: FilePath, right: FilePath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
