internal import Basics
internal import Digests

/// A `.dvc` file exactly as `dvc add` writes it for one out, read without a YAML parser.
///
/// Most metafiles of a history look like that, and there may be thousands: this takes a tenth of the
/// time. Whatever differs in a single byte from that form, or could mean something else to YAML, is
/// left to the parser, whose answer for what is taken here is the same.
struct PlainMetafile {
    let out: Out

    /// `nil` for everything that is not in that form.
    init?(_ bytes: [UInt8]) {
        var lines = PlainLines(bytes)
        guard lines.skip("outs:\n- md5: "),
            let id = lines.value(upTo: 36), id.contains(where: Self.isDecisiveLetter),
            let oid = ObjectID(id, scheme: .md5)
        else { return nil }
        var data = OutData()
        data.oid = oid
        data.isIdentified = true
        if lines.skip("  size: ") {
            guard let size = lines.number() else { return nil }
            data.size = Int64(size)
        }
        if lines.skip("  nfiles: ") {
            guard let count = lines.number() else { return nil }
            data.fileCount = count
        }
        guard lines.skip("  hash: md5\n  path: "), let path = lines.value(upTo: 4096),
            Self.isPlainName(path), lines.isAtEnd
        else { return nil }
        out = Out(
            at: .inside(FilePath(unchecked: Array(path))), data: data,
            content: RecordedContent(oid, size: data.size, fileCount: data.fileCount),
            flags: OutFlags(), line: 2)
    }

    /// Whether a letter makes digits around it a string: not `e`, as in `1e5`.
    private static func isDecisiveLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "d"), UInt8(ascii: "f"): true
        default: false
        }
    }

    /// Whether YAML takes the text for a string as it stands, and a path has nothing to normalize in
    /// it: a letter, then letters, digits, `_`, `-` and `.`, but none of YAML's words.
    private static func isPlainName(_ name: ArraySlice<UInt8>) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        guard let first = name.first, isLetter(first) else { return false }
        let isPlain = name.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: ".")
        }
        // Of the words that are no strings (null, true, false) none is longer.
        return isPlain && (name.count > 5 || !name.allSatisfy(isLetter))
    }
}

/// Takes a text apart from its start.
private struct PlainLines {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    /// Whether the text goes on with these words, which are passed over then.
    mutating func skip(_ words: StaticString) -> Bool {
        let count = words.utf8CodeUnitCount
        guard bytes.count - position >= count else { return false }
        for offset in 0..<count where bytes[position + offset] != words.utf8Start[offset] {
            return false
        }
        position += count
        return true
    }

    /// What stands before the end of the line; `nil` when that is nothing, or too far away.
    mutating func value(upTo limit: Int) -> ArraySlice<UInt8>? {
        let rest = bytes[position...].prefix(limit + 1)
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")), end > position else { return nil }
        defer { position = end + 1 }
        return bytes[position..<end]
    }

    /// A whole number in the one way of writing it that means the same in every YAML.
    mutating func number() -> Int? {
        guard let digits = value(upTo: 18), digits.count == 1 || digits.first != UInt8(ascii: "0"),
            digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
