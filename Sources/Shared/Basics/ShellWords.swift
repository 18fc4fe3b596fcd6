/// Why a line cannot be split into words.
package enum ShellWordsError: Error, Equatable {
    case openQuote
    /// A backslash at the very end.
    case openEscape
}

/// The words of a line as a POSIX shell would see them, without expanding anything.
///
/// Blanks part words; single quotes keep everything, double quotes everything but `\"` and `\\`; a
/// backslash outside of quotes keeps the next character.
/// Source: Python's `shlex.split`, with which botocore splits `credential_process`.
package func shellWords(_ line: String) throws(ShellWordsError) -> [String] {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    var isEscaped = false
    for scalar in line.unicodeScalars {
        if isEscaped {
            isEscaped = false
            if quote == "\"", scalar != "\"", scalar != "\\" { word?.append("\\") }
            word?.append(scalar)
            continue
        }
        switch (scalar, quote) {
        case ("\\", nil), ("\\", "\""):
            isEscaped = true
            word = word ?? String.UnicodeScalarView()
        case ("'", nil), ("\"", nil):
            quote = scalar
            word = word ?? String.UnicodeScalarView()
        case (_, .some(let open)) where scalar == open:
            quote = nil
        case (" ", nil), ("\t", nil), ("\n", nil), ("\r", nil):
            if let ended = word { words.append(String(ended)) }
            word = nil
        default:
            word = word ?? String.UnicodeScalarView()
            word?.append(scalar)
        }
    }
    if isEscaped { throw .openEscape }
    if quote != nil { throw .openQuote }
    if let ended = word { words.append(String(ended)) }
    return words
}
