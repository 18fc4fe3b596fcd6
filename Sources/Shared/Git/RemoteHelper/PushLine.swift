/// One line `push [+]<source>:<ref>` of Git's conversation with a remote helper.
///
/// Source: gitremote-helpers(7), "push".
package struct PushLine: Equatable, Sendable {
    /// A ref, `HEAD` or an oid; `nil` to delete.
    package let source: String?
    /// The full name of the remote's ref.
    package let ref: String
    package let isForced: Bool

    /// Reads what follows `push `; `nil` for anything that Git does not send.
    package init?(_ text: some StringProtocol) {
        var rest = Substring(text)
        let isForced = rest.first == "+"
        if isForced { rest.removeFirst() }
        // A ref's name holds no colon, a source might.
        guard let colon = rest.lastIndex(of: ":") else { return nil }
        let source = rest[..<colon]
        let ref = rest[rest.index(after: colon)...]
        guard ref.hasPrefix("refs/") || ref == "HEAD",
            ref.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f })
        else { return nil }
        guard !source.hasPrefix("-"), source.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            return nil
        }
        self.source = source.isEmpty ? nil : String(source)
        self.ref = String(ref)
        self.isForced = isForced
    }

    package init(source: String?, ref: String, isForced: Bool) {
        self.source = source
        self.ref = ref
        self.isForced = isForced
    }

    /// The same as Git writes it, without `push `.
    package var text: String { "\(isForced ? "+" : "")\(source ?? ""):\(ref)" }

    /// Whether this would publish a ref that must stay here: what DVC notes below `refs/exps` while
    /// experiments run, and what we noted below `refs/dvc`.
    package var isInternal: Bool {
        source != nil
            && RefUpdate(localName: "", newOID: nil, remoteRef: ref, oldOID: nil).isInternal
    }
}
