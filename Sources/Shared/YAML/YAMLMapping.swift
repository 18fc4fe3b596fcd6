/// The entries of a YAML mapping in the order of the file; no key occurs twice.
package struct YAMLMapping: Equatable, Sendable {
    package struct Entry: Equatable, Sendable {
        package let key: YAMLScalar
        package let keyMark: YAMLMark
        package let value: YAMLNode
    }

    package let entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    /// The value of the string `key`; a key that is a number or the like never matches.
    package subscript(key: String) -> YAMLNode? { entry(for: key)?.value }

    /// The entry of the string `key`, for those who need to know where the key stands.
    package func entry(for key: String) -> Entry? {
        entries.first { $0.key.value == .string && $0.key.text.utf8.elementsEqual(key.utf8) }
    }
}

extension YAMLMapping {
    /// What makes two keys the same: bytes, not Swift's canonical equivalence, and not `1` and `'1'`.
    struct Identity: Hashable {
        let isString: Bool
        let bytes: [UInt8]

        init(_ key: YAMLScalar) {
            isString = key.value == .string
            bytes = Array(key.text.utf8)
        }
    }

    /// Entries of `overriding` on top of the entries of `sources`, of which the first wins.
    ///
    /// Source: https://yaml.org/type/merge.html; the order is that of ruamel.yaml's
    /// `SafeConstructor.flatten_mapping`: merged keys come first.
    init(merging sources: [[Entry]], under overriding: [Entry]) {
        var merged: [Entry] = []
        var positions: [Identity: Int] = [:]
        for entry in sources.reversed().joined() + overriding {
            let identity = Identity(entry.key)
            if let position = positions[identity] {
                merged[position] = entry
            } else {
                positions[identity] = merged.count
                merged.append(entry)
            }
        }
        entries = merged
    }
}
