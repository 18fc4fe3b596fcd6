extension [RawConfigSection] {
    /// The options of a section with every `%(name)s` replaced by the value of that name.
    func resolvedOptions(
        of section: Int, file: String
    ) throws(ConfigError) -> [(key: String, option: ConfigFile.Option)] {
        var result: [(key: String, option: ConfigFile.Option)] = []
        for raw in self[section].options {
            let (key, option) = (raw.key, raw.option)
            var resolver = ReferenceResolver(sections: self)
            do {
                let value: ConfigValue
                switch option.value {
                case .text(let text):
                    value = .text(try resolver.resolve(text, of: key, in: section))
                case .list(let texts):
                    var items: [String] = []
                    for text in texts {
                        items.append(try resolver.resolve(text, of: key, in: section))
                    }
                    value = .list(items)
                }
                result.append((key, ConfigFile.Option(value: value, line: option.line)))
            } catch {
                throw ConfigError(reason: error.reason, file: file, line: option.line)
            }
        }
        return result
    }
}

/// Replaces `%(name)s` by the value of the option, looked up in the section, in its subsection
/// `DEFAULT`, then in the sections around it.
///
/// Names are compared as they are written, before anything becomes lower case.
/// Source: ConfigObj 5.0.9, `ConfigParserInterpolation`.
private struct ReferenceResolver {
    struct Failure: Error {
        let reason: ConfigError.Reason
    }

    let sections: [RawConfigSection]
    /// The options whose values are being replaced now, as ConfigObj tells them apart.
    private var open: [(key: String, title: String)] = []
    private var replacements = 0

    /// A file may refer to references, so that ten short lines make a billion replacements.
    private static let maximumReplacements = 1000
    private static let maximumDepth = 100

    init(sections: [RawConfigSection]) { self.sections = sections }

    mutating func resolve(
        _ text: String, of key: String, in section: Int
    ) throws(Failure) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        let title = sections[section].title
        guard !open.contains(where: { $0.key == key && $0.title == title }) else {
            throw Failure(reason: .referenceLoop(key))
        }
        guard open.count < Self.maximumDepth else { throw Failure(reason: .tooManyReferences) }
        open.append((key, title))
        defer { open.removeLast() }
        var rest = Array(text.unicodeScalars)[...]
        var result = ""
        while let (start, name, end) = Self.reference(in: rest) {
            replacements += 1
            guard replacements <= Self.maximumReplacements else {
                throw Failure(reason: .tooManyReferences)
            }
            guard let (value, owner) = lookUp(name, from: section) else {
                throw Failure(reason: .unresolvedReference(name))
            }
            result += rest[..<start].string
            result += try resolve(value, of: name, in: owner)
            rest = rest[end...]
        }
        return result + rest.string
    }

    /// The first match of `%\(([^)]*)\)s`.
    private static func reference(
        in text: ArraySlice<Unicode.Scalar>
    ) -> (start: Int, name: String, end: Int)? {
        var start = text.startIndex
        while let percent = text[start...].firstIndex(of: "%") {
            start = percent + 1
            guard text.has("(", at: percent + 1),
                let close = text[percent...].firstIndex(of: ")")
            else { continue }
            if text.has("s", at: close + 1) {
                return (percent, text[(percent + 2)..<close].string, close + 2)
            }
        }
        return nil
    }

    /// The text that a name stands for and where it was found; a list is none.
    private func lookUp(_ name: String, from start: Int) -> (value: String, owner: Int)? {
        var section = start
        while true {
            let defaults = sections.indices.first {
                $0 != section && sections[$0].parent == section && sections[$0].title == "DEFAULT"
            }
            for place in [section, defaults].compactMap({ $0 }) {
                guard let found = sections[place].options.first(where: { $0.key == name }) else {
                    continue
                }
                guard case .text(let text) = found.option.value else { return nil }
                return (text, section)
            }
            if sections[section].parent == section { return nil }
            section = sections[section].parent
        }
    }
}
