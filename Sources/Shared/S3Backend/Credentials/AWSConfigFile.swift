package import Basics

/// A file of AWS settings that cannot be read as such.
package struct AWSConfigError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        case notUTF8
        /// A setting before the first section.
        case noSection
        /// A line that is neither a section, nor a setting, nor a comment.
        case notASetting
        case duplicateSection(String)
        case duplicateSetting(String)
    }

    package let file: FilePath
    /// Counted from 1.
    package let line: Int
    package let reason: Reason

    package init(file: FilePath, line: Int, reason: Reason) {
        self.file = file
        self.line = line
        self.reason = reason
    }

    package var summary: String {
        let words =
            switch reason {
            case .notUTF8: "not UTF-8"
            case .noSection: "a setting before the first '[section]'"
            case .notASetting: "neither a section nor 'name = value'"
            case .duplicateSection(let name): "the section \(quoted(name)) for the second time"
            case .duplicateSetting(let name): "the setting \(quoted(name)) for the second time"
            }
        return "cannot read AWS settings: \(printable(file.string)):\(line): \(words)"
    }

    package var advice: String? { "correct that line; 'aws configure list' reads the same file" }
}

/// The content of `~/.aws/config` or `~/.aws/credentials`.
///
/// Values may be secrets, so it shows none. Source: Python's `configparser.RawConfigParser`, which
/// botocore uses for both.
package struct AWSConfigFile: Sendable {
    /// A value and its line, counted from 1; lines that continue it are parted by `\n`.
    package struct Setting: Equatable, Sendable {
        package let text: String
        package let line: Int
    }

    /// Settings by their names in lower case.
    package typealias Section = [String: Setting]

    package let path: FilePath
    /// By the whole text between the brackets.
    package private(set) var sections: [String: Section]

    /// Reads the file's content; `path` is only for messages.
    package init(parsing bytes: [UInt8], path: FilePath) throws(AWSConfigError) {
        self.path = path
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw AWSConfigError(file: path, line: Self.lineThatIsNotUTF8(bytes), reason: .notUTF8)
        }
        var reader = ConfigReader(path: path)
        for line in Self.lines(of: text) { try reader.take(line) }
        sections = reader.finish()
    }

    /// Also `\r` alone ends a line, and a byte order mark is none of the text.
    private static func lines(of text: String) -> [Substring.UnicodeScalarView] {
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{feff}" { scalars = scalars.dropFirst() }
        var lines: [Substring.UnicodeScalarView] = []
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            if scalar == "\n" || scalar == "\r" {
                lines.append(scalars[start..<index])
                let isPair = scalar == "\r" && next < scalars.endIndex && scalars[next] == "\n"
                start = isPair ? scalars.index(after: next) : next
                index = start
            } else {
                index = next
            }
        }
        if start < scalars.endIndex { lines.append(scalars[start...]) }
        return lines
    }

    private static func lineThatIsNotUTF8(_ bytes: [UInt8]) -> Int {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
        return (bad ?? 0) + 1
    }
}

extension AWSConfigFile.Setting {
    /// The settings within one, such as those of `s3 =` and of a service.
    ///
    /// `nil` when the value is an ordinary one, or is not made of lines with `name = value`.
    package var nested: [String: String]? {
        guard text.hasPrefix("\n") else { return nil }
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let line = trimmed(line.unicodeScalars)
            if line.isEmpty { continue }
            guard let sign = line.firstIndex(of: "=") else { return nil }
            found[String(trimmed(line[..<sign]))] = String(
                trimmed(line[line.index(after: sign)...]))
        }
        return found
    }
}

extension AWSConfigFile: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "AWSConfigFile(\(path))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["path": path]) }
}

extension AWSConfigFile.Setting: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package var description: String { "Setting(line \(line))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["line": line]) }
}

/// Collects sections line by line.
private struct ConfigReader {
    let path: FilePath
    private var sections: [String: [String: Lines]] = [:]
    private var defaults: [String: Lines] = [:]
    private var section: String?
    private var name: String?
    private var indent = 0
    private var number = 0

    private struct Lines {
        var texts: [Substring.UnicodeScalarView]
        let line: Int
    }

    /// Its settings count for every section.
    private static let defaultSection = "DEFAULT"

    init(path: FilePath) { self.path = path }

    mutating func take(_ line: Substring.UnicodeScalarView) throws(AWSConfigError) {
        number += 1
        let text = trimmed(line)
        if text.first == "#" || text.first == ";" { return }
        if text.isEmpty {
            proceed(with: text)
            return
        }
        let lineIndent = line.prefix { isBlank($0) }.count
        if name != nil, lineIndent > indent {
            proceed(with: text)
            return
        }
        indent = lineIndent
        if text.first == "[", let end = text.lastIndex(of: "]"),
            text.distance(from: text.startIndex, to: end) > 1
        {
            try begin(section: String(text[text.index(after: text.startIndex)..<end]))
        } else {
            try set(text)
        }
    }

    /// Adds a line to the value of the setting before it, if there is one.
    private mutating func proceed(with text: Substring.UnicodeScalarView) {
        guard let section, let name else { return }
        if section == Self.defaultSection {
            defaults[name]?.texts.append(text)
        } else {
            sections[section]?[name]?.texts.append(text)
        }
    }

    private mutating func begin(section name: String) throws(AWSConfigError) {
        if name != Self.defaultSection {
            guard sections[name] == nil else { throw error(.duplicateSection(name)) }
            sections[name] = [:]
        }
        section = name
        self.name = nil
    }

    private mutating func set(_ text: Substring.UnicodeScalarView) throws(AWSConfigError) {
        guard let section else { throw error(.noSection) }
        guard let sign = text.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw error(.notASetting)
        }
        let name = String(trimmed(text[..<sign])).lowercased()
        guard !name.isEmpty else { throw error(.notASetting) }
        let value = Lines(texts: [trimmed(text[text.index(after: sign)...])], line: number)
        let known = section == Self.defaultSection ? defaults[name] : sections[section]?[name]
        guard known == nil else { throw error(.duplicateSetting(name)) }
        if section == Self.defaultSection {
            defaults[name] = value
        } else {
            sections[section]?[name] = value
        }
        self.name = name
    }

    private func error(_ reason: AWSConfigError.Reason) -> AWSConfigError {
        AWSConfigError(file: path, line: number, reason: reason)
    }

    func finish() -> [String: AWSConfigFile.Section] {
        sections.mapValues { own in
            own.merging(defaults) { own, _ in own }.mapValues { value in
                var joined = value.texts.map { String($0) }.joined(separator: "\n")
                while joined.unicodeScalars.last.map(isBlank) == true {
                    joined.unicodeScalars.removeLast()
                }
                return AWSConfigFile.Setting(text: joined, line: value.line)
            }
        }
    }
}

private func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }

private func trimmed(_ text: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
    var text = text.drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
}
