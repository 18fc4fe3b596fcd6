/// A URL without the values of its query, of which some services make a password.
func traceable(url: String) -> String {
    guard let mark = url.firstIndex(of: "?") else { return url }
    let shown = [
        "list-type", "prefix", "uploads", "partNumber", "max-keys", "delimiter", "op",
        "uploadType", "alt", "name", "startOffset", "maxResults", "ifGenerationMatch", "restype",
        "comp", "blockid", "maxresults",
    ]
    let parts = url[url.index(after: mark)...].split(separator: "&").map { part in
        let name = part.prefix { $0 != "=" }
        return shown.contains(String(name)) || name.count == part.count ? part : name + "=..."
    }
    return url[..<mark] + "?" + parts.joined(separator: "&")
}
