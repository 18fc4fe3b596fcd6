/// One line of a pre-push hook's input: what a push wants to do with one ref.
package struct RefUpdate: Equatable, Sendable {
    /// As the user named it: a ref, `HEAD`, an oid, or `(delete)`.
    package let localName: String
    /// What the ref shall point at; `nil` when it is to be deleted.
    package let newOID: GitOID?
    package let remoteRef: String
    /// What the ref points at now, which need not exist here; `nil` when the ref is new.
    package let oldOID: GitOID?

    package init(localName: String, newOID: GitOID?, remoteRef: String, oldOID: GitOID?) {
        self.localName = localName
        self.newOID = newOID
        self.remoteRef = remoteRef
        self.oldOID = oldOID
    }

    /// Reads everything Git writes to a pre-push hook.
    ///
    /// Source: githooks(5), "pre-push": `<local ref> SP <local oid> SP <remote ref> SP <remote oid> LF`.
    package static func parse(_ bytes: [UInt8]) throws(GitError) -> [RefUpdate] {
        var updates: [RefUpdate] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            // A local name may be an expression with blanks (`HEAD^{/fix bug}`), so count from the end.
            let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard fields.count >= 4, let new = GitOID(fields[fields.count - 3]),
                let old = GitOID(fields[fields.count - 1])
            else {
                throw .badRefLine(line: index + 1, text: String(decoding: line, as: UTF8.self))
            }
            let name = Array(fields[..<(fields.count - 3)].joined(separator: [UInt8(ascii: " ")]))
            updates.append(
                RefUpdate(
                    localName: String(decoding: name, as: UTF8.self),
                    newOID: new.isZero ? nil : new,
                    remoteRef: String(decoding: fields[fields.count - 2], as: UTF8.self),
                    oldOID: old.isZero ? nil : old))
        }
        return updates
    }

    /// Reads everything Git writes to a pre-receive hook.
    ///
    /// Source: githooks(5), "pre-receive": `<old oid> SP <new oid> SP <ref> LF`.
    package static func parse(received bytes: [UInt8]) throws(GitError) -> [RefUpdate] {
        var updates: [RefUpdate] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let fields = line.split(
                separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let old = GitOID(fields[0]), let new = GitOID(fields[1]) else {
                throw .badRefLine(line: index + 1, text: String(decoding: line, as: UTF8.self))
            }
            let ref = String(decoding: fields[2], as: UTF8.self)
            updates.append(
                RefUpdate(
                    localName: ref, newOID: new.isZero ? nil : new, remoteRef: ref,
                    oldOID: old.isZero ? nil : old))
        }
        return updates
    }

    /// Whether the ref is one that must stay where it is: what DVC notes below `refs/exps` while
    /// experiments run, what is malformed there, and what we note below `refs/dvc`.
    package var isInternal: Bool {
        ExperimentRef.isInternal(remoteRef) || remoteRef.hasPrefix("refs/dvc/")
    }

    /// The line that Git would write to a pre-push hook for it.
    package var hookLine: [UInt8] {
        let zeros = String(repeating: "0", count: (newOID ?? oldOID)?.hex.utf8.count ?? 40)
        let (new, old) = (newOID?.hex ?? zeros, oldOID?.hex ?? zeros)
        return Array("\(localName) \(new) \(remoteRef) \(old)\n".utf8)
    }
}
