/// The text with the password of a URL (`scheme://user:password@host`) replaced by `***`.
///
/// For all that is traced or shown: a URL may come from a command line or from configuration.
package func withoutPassword(_ text: String) -> String {
    guard let scheme = text.utf8.firstRange(of: "://".utf8) else { return text }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    guard let at = authority.lastIndex(of: "@"),
        let colon = authority[..<at].firstIndex(of: ":")
    else { return text }
    return text[...colon] + "***" + text[at...]
}
