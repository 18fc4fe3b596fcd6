/// How DVC may put the content of an object into the workspace.
package enum LinkType: String, CaseIterable, Sendable {
    case reflink, hardlink, symlink, copy
}

/// What the value of an option may be.
enum ConfigOptionKind: Equatable, Sendable {
    case text
    /// `true` or `false`, in any case.
    case boolean
    case integer
    /// An integer from 1.
    case count
    /// An integer from 0 to 100.
    case percentage
    case decimal
    /// A number from 0.
    case duration
    case linkTypes
    /// One of some words, in any case.
    case oneOf([String])

    /// What is wrong with a value for `option`, or `nil`.
    func fault(of value: ConfigValue, option: String) -> ConfigError.Reason? {
        if self == .linkTypes {
            let isGood = value.linkTypes != nil
            return isGood ? nil : .badValue(option: option, expected: expectation)
        }
        guard case .text(let text) = value else { return .listInsteadOfText(option: option) }
        let isGood =
            switch self {
            case .text, .linkTypes: true
            case .boolean: Bool(configText: text) != nil
            case .integer: Int(configText: text) != nil
            case .count: Int(configText: text).map { $0 >= 1 } ?? false
            case .percentage: Int(configText: text).map { (0...100).contains($0) } ?? false
            case .decimal: Double(text.filter { $0 != "_" }) != nil
            case .duration: Double(text.filter { $0 != "_" }).map { $0 >= 0 } ?? false
            case .oneOf(let words): words.contains(text.lowercased())
            }
        return isGood ? nil : .badValue(option: option, expected: expectation)
    }

    private var expectation: String {
        switch self {
        case .text: "text"
        case .boolean: "true or false"
        case .integer: "an integer"
        case .count: "an integer from 1"
        case .percentage: "an integer from 0 to 100"
        case .decimal: "a number"
        case .duration: "a number from 0"
        case .linkTypes: "a list of \(LinkType.allCases.map(\.rawValue).joined(separator: ", "))"
        case .oneOf(let words): words.joined(separator: " or ")
        }
    }
}

extension ConfigValue {
    /// The types of link that the value lists, or `nil` when it has others.
    var linkTypes: [LinkType]? {
        let names =
            switch self {
            case .list(let items): items
            case .text(let text):
                text.split(separator: ",", omittingEmptySubsequences: false).map {
                    String($0.trimmingSpace)
                }
            }
        let types = names.compactMap(LinkType.init)
        return types.count == names.count ? types : nil
    }
}

extension Bool {
    /// Source: dvc-compat 1.3.
    init?(configText: String) { self.init(configText.lowercased()) }
}

extension Int {
    /// The integer as Python's `int` reads it: spaces around, a sign, single underscores within.
    init?(configText: String) {
        let text = configText.trimmingSpace
        let digits = text.drop { $0 == "-" || $0 == "+" }
        guard text.utf8.count - digits.utf8.count <= 1 else { return nil }
        let groups = digits.split(separator: "_", omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isASCIIDigit) }) else {
            return nil
        }
        self.init((text.first == "-" ? "-" : "") + groups.joined())
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isWholeNumber }
}

extension StringProtocol {
    fileprivate var trimmingSpace: SubSequence {
        let rest = drop(while: \.isWhitespace)
        return rest[
            ..<(rest.lastIndex { !$0.isWhitespace }.map(rest.index(after:)) ?? rest.endIndex)]
    }
}
