/// The lines of a `.dvcignore` that hold a pattern, or something that is not UTF-8.
///
/// Source: `DvcIgnorePatterns.from_file` in DVC 3.67 `ignore.py`: Python's universal line ends, each
/// line stripped on both sides (so a blank at the end cannot be escaped), comments left out.
struct IgnoreFile {
    struct Line {
        /// In the file, counted from 1.
        let number: Int
        let text: [UInt32]
        /// ``IgnoreFlaw/Reason/notUTF8`` or nothing.
        let flaw: IgnoreFlaw.Reason?
    }

    let lines: [Line]

    init(_ bytes: [UInt8]) {
        var lines: [Line] = []
        var number = 1
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex { $0 == 0x0a || $0 == 0x0d } ?? bytes.endIndex
            let decoded = CodePoints(bytes[start..<end])
            let text = decoded.values.stripped
            let isPattern = text.first.map { $0 != 0x23 } ?? false  // #
            if isPattern || !decoded.isUTF8 {
                lines.append(
                    Line(number: number, text: text, flaw: decoded.isUTF8 ? nil : .notUTF8))
            }
            start = end + 1
            if end + 1 < bytes.endIndex, bytes[end] == 0x0d, bytes[end + 1] == 0x0a { start += 1 }
            number += 1
        }
        self.lines = lines
    }
}

/// Text as Python sees it: code points, and for each byte that is not UTF-8 a lone surrogate.
///
/// Source: PEP 383, `surrogateescape`, in which DVC gets the names of files.
struct CodePoints {
    private(set) var values: [UInt32] = []
    private(set) var isUTF8 = true

    init(_ bytes: some Collection<UInt8>) {
        values.reserveCapacity(bytes.count + 1)
        var rest = bytes[...]
        while let first = rest.first {
            if first < 0x80 {
                values.append(UInt32(first))
                rest.removeFirst()
                continue
            }
            let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
            let character = rest.prefix(length)
            if let scalar = String(validating: character, as: UTF8.self)?.unicodeScalars.first {
                values.append(scalar.value)
                rest.removeFirst(length)
            } else {
                values.append(0xdc00 + UInt32(first))
                isUTF8 = false
                rest.removeFirst()
            }
        }
    }
}

extension [UInt32] {
    /// Without blanks on both sides, as Python's `str.strip` understands blanks.
    fileprivate var stripped: [UInt32] {
        guard let first = firstIndex(where: { !$0.isPythonBlank }),
            let last = lastIndex(where: { !$0.isPythonBlank })
        else { return [] }
        return Array(self[first...last])
    }

    /// The pattern of a nested file, written for the root of all of them.
    ///
    /// DVC treats both as plain text: an escape in front is lost, and a directory name with `*` or
    /// `[` in it becomes part of the pattern. So a path is matched as DVC would, not as is meant.
    ///
    /// Source: `change_rule` in DVC 3.67 `pathspec_math.py`.
    func rebased(onto directory: [UInt32]) -> [UInt32] {
        let slash = UInt32(0x2f)
        var rule = self[...]
        let isNegated = rule.first == 0x21
        if isNegated { rule.removeFirst() }
        let anyDepth = Array("**/".unicodeScalars.map(\.value))
        let isAnchored = rule.dropLast().contains(slash) && !rule.starts(with: anyDepth)
        if isAnchored, rule.first == slash { rule.removeFirst() }
        if rule.starts(with: anyDepth) && !isAnchored { rule.removeFirst(3) }
        if rule.first == 0x5c { rule.removeFirst() }
        return (isNegated ? [0x21, slash] : []) + directory + [slash]
            + (isAnchored ? [] : anyDepth) + rule
    }
}

extension UInt32 {
    /// Source: `str.isspace` of Python 3.
    fileprivate var isPythonBlank: Bool {
        switch self {
        case 0x09...0x0d, 0x1c...0x20, 0x85, 0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f,
            0x205f, 0x3000:
            true
        default: false
        }
    }
}
