/// The text with the password of each URL in it (`scheme://user:password@host`) replaced by `***`.
///
/// For all that is traced or shown: a URL may come from a command line or from configuration, and a
/// setting that leads one to another has two.
package func withoutPassword(_ text: String) -> String {
    var shown = ""
    var rest = text[...]
    while let scheme = rest.utf8.firstRange(of: "://".utf8) {
        shown += rest[..<scheme.upperBound]
        rest = rest[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@"),
            let colon = authority[..<at].firstIndex(of: ":")
        else { continue }
        shown += rest[...colon] + "***"
        rest = rest[at...]
    }
    return shown + rest
}
