package import Basics

/// The `.gitignore` beside an out, as DVC changes it.
///
/// Source: `scmrepo/git/__init__.py` of scmrepo 3.6, `escape` of pathspec; observed with DVC 3.67.
package enum GitIgnoreText {
    /// The text with a line that hides `name`, or `nil` when it has that line.
    ///
    /// `name`: of an entry of the file's own directory. Only what starts a pattern is escaped, as by DVC.
    package static func adding(_ name: FilePath, to text: [UInt8]) -> [UInt8]? {
        let line = Array("/".utf8) + escaped(name)
        if lines(of: text).contains(where: { $0.elementsEqual(line) }) { return nil }
        let hasEnd = text.last.map { $0 == UInt8(ascii: "\n") } ?? true
        return text + (hasEnd ? [] : [UInt8(ascii: "\n")]) + line + [UInt8(ascii: "\n")]
    }

    /// The text without lines that hide `name`; `nil` when there is none, empty when nothing is left.
    ///
    /// DVC finds only lines in which nothing is escaped, and so leaves a file called `a*` ignored.
    package static func removing(_ name: FilePath, from text: [UInt8]) -> [UInt8]? {
        let plain = stripped(Array("/".utf8) + name.bytes)
        let spelled = stripped(Array("/".utf8) + escaped(name))
        var kept: [UInt8] = []
        var isChanged = false
        var start = text.startIndex
        while start < text.endIndex {
            let end =
                text[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? text.endIndex
            let line = stripped(Array(text[start..<end]))
            if line == plain || line == spelled {
                isChanged = true
            } else {
                kept += text[start..<end]
            }
            start = end
        }
        return isChanged ? kept : nil
    }

    private static func escaped(_ name: FilePath) -> [UInt8] {
        name.bytes.flatMap { byte in
            "\\[]!*#?".utf8.contains(byte) ? [UInt8(ascii: "\\"), byte] : [byte]
        }
    }

    private static func lines(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        text.split(separator: UInt8(ascii: "\n")).map { line in
            line.last == UInt8(ascii: "\r") ? line.dropLast() : line
        }
    }

    private static func stripped(_ line: [UInt8]) -> [UInt8] {
        let isBlank = { (byte: UInt8) in (0x09...0x0d).contains(byte) || byte == 0x20 }
        let front = line.drop(while: isBlank)
        let end = front.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? front.startIndex
        return Array(front[..<end])
    }
}
