/// The text with everything that could steer a terminal made visible.
///
/// For all that comes from paths, refs, servers and files: control characters and those that
/// reorder or hide text become `\u{NN}`.
package func printable(_ text: String) -> String {
    let isHarmless = text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
    if isHarmless { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            shown.unicodeScalars.append(scalar)
        }
    }
    return shown
}

/// Text from a file, fit for one line on a terminal: in single quotes, at most `limit` characters.
///
/// What was cut is shown as `...`.
package func quoted(_ text: some StringProtocol, limit: Int = 60) -> String {
    let scalars = text.unicodeScalars
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: scalars.prefix(limit))
    return "'" + printable(String(kept)) + (kept.count < scalars.count ? "...'" : "'")
}
