internal import Basics
internal import Git

/// A tree that a commit names and Git does not have, as in a partial clone.
struct MissingTreeError: UserFacingError {
    let oid: GitOID

    var summary: String { "the tree \(oid.abbreviated) is not in this repository" }
    var advice: String? { "get it with 'git fetch', or 'git fsck' to see what else is missing" }
}

/// The directories of commits; each that differs is read once, however many commits have it.
///
/// Used from one task at a time.
struct RevisionTrees {
    private var roots: [GitOID: GitOID] = [:]
    private var trees: [GitOID: TreeObject] = [:]

    subscript(oid: GitOID) -> TreeObject? { trees[oid] }

    /// The tree of a commit; `nil` until it was loaded.
    func root(of commit: GitOID) -> GitOID? { roots[commit] }

    /// Reads the commits that are not known yet.
    mutating func loadRoots(
        of commits: some Sequence<GitOID>, _ read: ([GitOID]) throws -> [GitObject?]
    ) throws {
        let unknown = uniqued(commits.filter { roots[$0] == nil })
        for (commit, object) in zip(unknown, try read(unknown)) {
            guard let object, object.kind == .commit, let tree = object.tree else {
                throw MissingTreeError(oid: commit)
            }
            roots[commit] = tree
        }
    }

    /// Keeps what commits say of their trees that somebody has read for another reason.
    mutating func note(_ commits: [GitObject]) {
        for commit in commits where commit.kind == .commit { roots[commit.oid] = commit.tree }
    }

    /// Reads the trees that are not known yet.
    mutating func load(
        _ oids: some Sequence<GitOID>, _ read: ([GitOID]) throws -> [GitObject?]
    ) throws {
        let unknown = uniqued(oids.filter { trees[$0] == nil })
        if unknown.isEmpty { return }
        for (oid, object) in zip(unknown, try read(unknown)) {
            guard let object, object.kind == .tree,
                let tree = TreeObject(object.content, oidLength: oid.hex.utf8.count / 2)
            else { throw MissingTreeError(oid: oid) }
            trees[oid] = tree
        }
    }

    /// What lies at each of these paths of commits; `nil` where there is nothing.
    ///
    /// The directories of one depth are read together, so that deep paths cost a few round trips.
    mutating func entries(
        at places: [(commit: GitOID, path: FilePath)], _ read: ([GitOID]) throws -> [GitObject?]
    ) throws -> [Entry?] {
        try loadRoots(of: places.map(\.commit), read)
        var found = places.map { place in
            roots[place.commit].map { Entry(kind: .directory, oid: $0) }
        }
        let parts = places.map(\.path.components)
        let depth = parts.map(\.count).max() ?? 0
        for level in 0..<depth {
            let pending = found.indices.filter {
                parts[$0].count > level && found[$0]?.kind == .directory
            }
            try load(pending.compactMap { found[$0]?.oid }, read)
            for index in found.indices where parts[index].count > level {
                guard let entry = found[index], entry.kind == .directory,
                    let tree = trees[entry.oid],
                    let position = tree.index(of: Array(parts[index][level]))
                else {
                    found[index] = nil
                    continue
                }
                found[index] = Entry(kind: tree.kind(at: position), oid: tree.oid(at: position))
            }
        }
        return found
    }

    struct Entry {
        let kind: TreeObject.EntryKind
        let oid: GitOID
    }
}

extension GitObject {
    /// The tree of a commit object: its first line is `tree <oid>`.
    fileprivate var tree: GitOID? { oid(inLine: 0, after: "tree ") }

    /// The first parent of a commit object, whose second line is `parent <oid>`; `nil` without one.
    var firstParent: GitOID? { oid(inLine: 1, after: "parent ") }

    private func oid(inLine index: Int, after word: String) -> GitOID? {
        let lines = content.split(
            separator: UInt8(ascii: "\n"), maxSplits: index + 1, omittingEmptySubsequences: false)
        guard lines.count > index, lines[index].starts(with: word.utf8) else { return nil }
        return GitOID(lines[index].dropFirst(word.utf8.count))
    }
}
