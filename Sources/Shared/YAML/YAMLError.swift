internal import Basics

/// Why bytes are not a YAML document that we read, and where.
///
/// The text names no file: whoever knows which file it was puts the path in front.
package struct YAMLError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        /// Not YAML, in the words of libyaml.
        case syntax(String)
        case notUTF8
        /// A character that YAML does not allow in any place, such as NUL.
        case forbiddenCharacter
        case duplicateKey(String)
        /// A key that is a list or a map.
        case compoundKey
        /// An alias without an anchor before it, or inside of what its anchor names.
        case unknownAlias(String)
        /// What `<<` names is neither a map nor a list of maps.
        case badMerge(found: String)
        /// The aliases would blow the document up to more than this number of values.
        case tooManyAliases(limit: Int)
        case tooDeep(limit: Int)
        case severalDocuments
        case unsupportedVersion(String)
        case unsupportedTag(String)
        /// A tag such as `!!int` on a text that is no such thing.
        case tagMismatch(tag: String, text: String)
        case outOfMemory
    }

    package let reason: Reason
    package let mark: YAMLMark

    package init(_ reason: Reason, at mark: YAMLMark) {
        self.reason = reason
        self.mark = mark
    }

    package var summary: String { "line \(mark.line), column \(mark.column): \(reason.text)" }
}

extension YAMLError.Reason {
    /// What is wrong, without the place.
    package var text: String {
        switch self {
        case .syntax(let problem): "not valid YAML: \(problem)"
        case .notUTF8: "the text is not UTF-8"
        case .forbiddenCharacter: "a control character that YAML does not allow"
        case .duplicateKey(let key): "duplicate key \(quoted(key))"
        case .compoundKey: "a key that is a list or a map"
        case .unknownAlias(let name): "no anchor '&' for the alias \(quoted("*" + name))"
        case .badMerge(let found): "'<<' needs a map or a list of maps, not \(found)"
        case .tooManyAliases(let limit): "the aliases stand for more than \(limit) values"
        case .tooDeep(let limit): "nested more than \(limit) levels deep"
        case .severalDocuments: "more than one YAML document in the file"
        case .unsupportedVersion(let version): "YAML version \(version) is not supported"
        case .unsupportedTag(let tag): "unsupported tag \(quoted(tag))"
        case .tagMismatch(let tag, let text): "\(quoted(text)) does not fit the tag \(quoted(tag))"
        case .outOfMemory: "out of memory"
        }
    }
}
