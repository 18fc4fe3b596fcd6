/// The name of a section: `core`, or the kind and the name in `['remote "name"']`.
package struct ConfigSectionName: Hashable, Sendable {
    /// `remote`, `machine` or `db`; `nil` for a section without a name of its own.
    package let kind: String?
    package let name: String

    static let kinds = ["remote", "machine", "db"]

    package init(_ name: String, kind: String? = nil) {
        self.kind = kind
        self.name = name
    }

    package static func remote(_ name: String) -> ConfigSectionName {
        ConfigSectionName(name, kind: "remote")
    }

    /// Reads the parts of `remote "name"`: `^\s*(remote|machine|db)\s*"(.*)"\s*$`.
    ///
    /// Source: DVC 3.67.1, `_parse_named`.
    init(title: String) {
        let text = Array(title.unicodeScalars)[...]
        let start = text.skippingSpace(from: 0)
        for kind in Self.kinds where text[start...].starts(with: kind.unicodeScalars) {
            let open = text.skippingSpace(from: start + kind.unicodeScalars.count)
            guard text.has("\"", at: open), let close = text.lastIndex(of: "\""), close > open,
                text.skippingSpace(from: close + 1) == text.endIndex
            else { continue }
            self.init(text[(open + 1)..<close].string, kind: kind)
            return
        }
        self.init(title)
    }

    /// What stands between the brackets, before any quoting.
    package var title: String { kind.map { "\($0) \"\(name)\"" } ?? name }
}
