/// A place in JSON text, and the steps over its tokens; never reads beyond the end.
///
/// The hot half of the reader of `.dir` objects: raw pointers, because bounds checks and
/// reference counting per byte would cost more than the work itself. It must not outlive the buffer.
struct JSONCursor {
    typealias Reason = DirectoryListingError.Reason

    /// A failure at ``position``; the reader adds where that is.
    struct Failure: Error {
        let reason: Reason
    }

    let input: UnsafeBufferPointer<UInt8>
    var position = 0

    /// Values within a member may nest this deep; DVC writes none that nest at all.
    private static let maximumDepth = 64

    init(_ input: UnsafeBufferPointer<UInt8>) { self.input = input }

    /// The byte here; 0, which no JSON text contains, at the end.
    @inline(__always)
    var byte: UInt8 { position < input.count ? input[position] : 0 }

    var isAtEnd: Bool { position >= input.count }

    func failure(expected: String) -> Failure {
        Failure(reason: isAtEnd ? .cutOff : .unexpected(expected: expected))
    }

    @inline(__always)
    mutating func skipSpace() {
        while true {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                position += 1
            default: return
            }
        }
    }

    /// Steps over `wanted` if it is what comes next.
    @inline(__always)
    mutating func skip(_ wanted: Unicode.Scalar) -> Bool {
        guard byte == UInt8(ascii: wanted) else { return false }
        position += 1
        return true
    }

    @inline(__always)
    mutating func expect(_ wanted: Unicode.Scalar, _ name: String) throws(Failure) {
        guard skip(wanted) else { throw failure(expected: name) }
    }

    /// Steps over one value of any type.
    mutating func skipValue(depth: Int = 0) throws(Failure) {
        guard depth < Self.maximumDepth else { throw Failure(reason: .tooDeep) }
        switch byte {
        case UInt8(ascii: "\""):
            position += 1
            try skipString()
        case UInt8(ascii: "{"): try skipContainer(end: "}", isObject: true, depth: depth)
        case UInt8(ascii: "["): try skipContainer(end: "]", isObject: false, depth: depth)
        case UInt8(ascii: "t"): try skipWord("true")
        case UInt8(ascii: "f"): try skipWord("false")
        case UInt8(ascii: "n"): try skipWord("null")
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try skipNumber()
        default: throw failure(expected: "a value")
        }
    }

    private mutating func skipContainer(
        end: Unicode.Scalar, isObject: Bool, depth: Int
    ) throws(Failure) {
        position += 1
        skipSpace()
        if skip(end) { return }
        while true {
            if isObject {
                try expect("\"", "a key")
                try skipString()
                skipSpace()
                try expect(":", "':'")
                skipSpace()
            }
            try skipValue(depth: depth + 1)
            skipSpace()
            if skip(end) { return }
            try expect(",", isObject ? "',' or '}'" : "',' or ']'")
            skipSpace()
        }
    }

    private mutating func skipWord(_ word: StaticString) throws(Failure) {
        for index in 0..<word.utf8CodeUnitCount {
            guard byte == word.utf8Start[index] else { throw failure(expected: "a value") }
            position += 1
        }
    }

    /// Steps over a number, or throws where it is none.
    mutating func skipNumber() throws(Failure) {
        _ = skip("-")
        if !skip("0") { try skipDigits() }
        if skip(".") { try skipDigits() }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try skipDigits()
        }
    }

    private mutating func skipDigits() throws(Failure) {
        let start = position
        while case UInt8(ascii: "0")...UInt8(ascii: "9") = byte { position += 1 }
        guard position > start else { throw failure(expected: "a digit") }
    }
}
