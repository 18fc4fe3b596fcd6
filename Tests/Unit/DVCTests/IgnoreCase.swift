import Basics
import Testing

/// One case of ``IgnoreRulesTests/table``.
struct IgnoreCase: Sendable, CustomTestStringConvertible {
    struct Path: Sendable {
        let name: FilePath
        let isDirectory: Bool
    }

    let testDescription: String
    /// In the order in which they first occur, outer before inner.
    private(set) var files: [(directory: FilePath, bytes: [UInt8])] = []
    private(set) var hidden: [Path] = []
    private(set) var seen: [Path] = []
    private(set) var fails = false

    static func all(in table: String) -> [IgnoreCase] {
        table.split(separator: "\n\n").map { IgnoreCase(String($0)) }
    }

    private init(_ block: String) {
        let lines = block.split(separator: "\n").map { $0.drop { $0 == " " } }
        testDescription = lines.first.map(String.init) ?? ""
        for line in lines.dropFirst() {
            let words = line.split(separator: " ", maxSplits: 1)
            let rest = words.count > 1 ? words[1] : ""
            switch words.first {
            case "rule":
                let parts = rest.split(
                    separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                add(rule: unescaped(parts.last ?? ""), in: parts[0] == "." ? "" : parts[0])
            case "hidden": hidden += paths(rest)
            case "seen": seen += paths(rest)
            default: fails = words.first == "fails"
            }
        }
    }

    private mutating func add(rule: [UInt8], in directory: Substring) {
        let path = FilePath(unchecked: unescaped(directory))
        let line = rule + [UInt8(ascii: "\n")]
        if let position = files.firstIndex(where: { $0.directory == path }) {
            files[position].bytes += line
        } else {
            files.append((path, line))
        }
    }

    private func paths(_ words: Substring) -> [Path] {
        words.split(separator: " ").map { word in
            let isDirectory = word.hasSuffix("/")
            return Path(
                name: FilePath(unchecked: unescaped(isDirectory ? word.dropLast() : word)),
                isDirectory: isDirectory)
        }
    }
}

/// The bytes of a text with `%` escapes.
private func unescaped(_ text: some StringProtocol) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        let digits = String(decoding: rest.prefix(2), as: UTF8.self)
        if byte == UInt8(ascii: "%"), let value = UInt8(digits, radix: 16) {
            bytes.append(value)
            rest.removeFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return bytes
}
