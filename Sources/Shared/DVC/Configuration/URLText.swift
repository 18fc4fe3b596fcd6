/// A URL cut at its marks, without judging or decoding the parts.
///
/// Source: Python's `urlparse` as far as DVC uses it, and DVC's own test for a URL (`\w+://`).
struct URLText: Equatable {
    /// In lower case.
    let scheme: String
    /// Between `://` and the next slash, question mark or number sign.
    let authority: Substring
    /// All that follows the authority.
    let rest: Substring

    /// `nil` for a path.
    init?(_ text: String) {
        // Scalars, not characters: a combining mark would swallow the slash before it.
        let scalars = text.unicodeScalars
        let scheme = scalars.prefix {
            $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
        let marks = scalars[scheme.endIndex...].prefix(3)
        guard !scheme.isEmpty, marks.elementsEqual("://".unicodeScalars) else { return nil }
        let afterMarks = scalars[marks.endIndex...]
        let authority = afterMarks.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        self.scheme = String(scheme).lowercased()
        self.authority = Substring(authority)
        self.rest = Substring(afterMarks[authority.endIndex...])
    }

    /// Whether the scheme is one by the rules for URLs: a letter, then letters and digits.
    var hasPlainScheme: Bool {
        scheme.first?.isLetter == true
            && scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    /// Who is named before the host, without a password.
    var user: Substring {
        guard let at = authority.unicodeScalars.lastIndex(of: "@") else { return "" }
        return Substring(authority.unicodeScalars[..<at].prefix { $0 != ":" })
    }

    /// The authority without user and password.
    var hostAndPort: Substring {
        guard let at = authority.unicodeScalars.lastIndex(of: "@") else { return authority }
        return Substring(authority.unicodeScalars[at...].dropFirst())
    }
}
