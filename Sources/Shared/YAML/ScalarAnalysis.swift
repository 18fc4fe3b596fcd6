/// In which ways a text can be written as a YAML scalar.
struct ScalarAnalysis {
    enum Style { case plain, single, double }

    let scalars: [Unicode.Scalar]
    private(set) var hasLineBreaks = false
    private var allowsPlain = true
    private var allowsSingle = true
    private let text: String

    init(_ text: String) {
        self.text = text
        scalars = Array(text.unicodeScalars)
        if scalars.isEmpty { return }
        var hasIndicator = text.hasPrefix("---") || text.hasPrefix("...")
        var hasSpecial = false
        var breakBlank = false
        var blankBreak = false
        var previous: Unicode.Scalar?
        for (index, character) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            let isFollowed = next.map(\.isYAMLWhite) ?? true
            if Self.isIndicator(character, after: previous, isFollowed: isFollowed) {
                hasIndicator = true
            }
            if character.isYAMLBreak { hasLineBreaks = true }
            if !character.isYAMLPrintable { hasSpecial = true }
            if character == " ", previous?.isYAMLBreak == true { breakBlank = true }
            if character.isYAMLBreak, previous == " " { blankBreak = true }
            previous = character
        }
        let ends = [scalars[0], scalars[scalars.count - 1]]
        allowsSingle = !(breakBlank || blankBreak || hasSpecial)
        allowsPlain =
            allowsSingle && !hasIndicator && !hasLineBreaks
            && !ends.contains { $0 == " " || $0.isYAMLBreak }
    }

    private static func isIndicator(
        _ character: Unicode.Scalar, after previous: Unicode.Scalar?, isFollowed: Bool
    ) -> Bool {
        guard let previous else {
            if "#,[]{}&*!|>'\"%@`".unicodeScalars.contains(character) { return true }
            return isFollowed && "?:-".unicodeScalars.contains(character)
        }
        return character == ":" && isFollowed || character == "#" && previous.isYAMLWhite
    }

    /// How to write the text: a string must not be taken for anything else.
    func style(isString: Bool, isKey: Bool) -> Style {
        let readsAsString =
            YAMLScalar.Value(resolving: text) == .string && text != "<<" && text != "="
        if scalars.isEmpty { return isString ? .single : .plain }
        if !isString || readsAsString, allowsPlain { return .plain }
        if text.unicodeScalars.contains("'") || text.unicodeScalars.contains("\n") {
            return .double
        }
        return allowsSingle && !(isKey && hasLineBreaks) ? .single : .double
    }
}

extension Unicode.Scalar {
    fileprivate var isYAMLWhite: Bool {
        isYAMLBreak || self == " " || self == "\t" || self == "\r" || self == "\0"
    }

    fileprivate var isYAMLPrintable: Bool {
        switch value {
        case 0x0a, 0x20...0x7e, 0x85, 0xa0...0xd7ff, 0xe000...0xfffd, 0x10000...0x10ffff:
            value != 0xfeff
        default: false
        }
    }
}
