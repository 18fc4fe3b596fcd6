import Basics
import Git

/// What is known here of the objects that a push moves refs between.
struct PushedObjects {
    private let listed: [String: GitOID]
    /// By what Git was asked about: a name, or an oid.
    private var known: [String: (oid: GitOID, type: Substring)] = [:]

    /// Asks Git once, or not at all.
    ///
    /// `listed`: what the remote has. Throws `SubprocessError`.
    init(
        of lines: [PushLine], over listed: [String: GitOID], using git: GitProgram
    ) throws(SubprocessError) {
        self.listed = listed
        var names: Set<String> = []
        for line in lines {
            guard let source = line.source else { continue }
            let old = listed[line.ref]
            if old != nil || GitOID(source) == nil { names.insert(source) }
            if let old { names.insert(old.hex) }
        }
        if names.isEmpty { return }
        let asked = names.sorted()
        let answer = try git.command(["cat-file", "--batch-check=%(objectname) %(objecttype)"])
            .outputIfSuccessful(input: asked.flatMap { Array("\($0)\n".utf8) })
        let found = String(decoding: answer, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        // One line for each, `<name> missing` where there is none.
        for (name, line) in zip(asked, found) {
            let words = line.split(separator: " ")
            guard words.count == 2, let oid = GitOID(words[0]), words[1] != "missing" else {
                continue
            }
            known[name] = (oid, words[1])
        }
    }

    /// `nil` when the source names no object.
    func update(for line: PushLine) -> RefUpdate? {
        let old = listed[line.ref]
        guard let source = line.source else {
            return RefUpdate(
                localName: "(delete)", newOID: nil, remoteRef: line.ref, oldOID: old)
        }
        guard let new = GitOID(source) ?? known[source]?.oid else { return nil }
        return RefUpdate(localName: source, newOID: new, remoteRef: line.ref, oldOID: old)
    }

    /// Why `git push` alone would not send an update that is not forced, in its words; `nil` if it would.
    ///
    /// Git tells a helper even of some of those, and its own programs refuse them only once they are
    /// connected: the data would be uploaded for nothing. What is no fast-forward it keeps to itself.
    /// Source: Git 2.39 `remote.c`, `set_ref_status_for_push`; `transport-helper.c`,
    /// `push_refs_with_push`.
    func refusal(of update: RefUpdate) -> String? {
        guard let old = update.oldOID, let new = update.newOID, old != new else { return nil }
        if update.remoteRef.hasPrefix("refs/tags/") { return "already exists" }
        guard let previous = known[old.hex] else { return "fetch first" }
        // Of a tag its target counts, for which Git was not asked; its own programs will look at it.
        let types = [previous, known[update.localName]].compactMap { $0?.type }
        return types.contains { $0 == "blob" || $0 == "tree" } ? "needs force" : nil
    }
}
