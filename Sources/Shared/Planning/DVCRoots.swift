internal import Basics
internal import DVC
internal import Git

/// What holds for a metafile: its DVC root, a directory with a `.dvc` directory in it.
struct DVCRoot {
    /// Relative to the top of the repository.
    let path: FilePath
    /// Its `.dvc/config`, if there is one.
    let config: RevisionReader.File?
    /// What is hidden in the directory of the metafile.
    let ignoreRules: IgnoreRules
    /// The files besides the metafile that say what its outs mean, or what would if they existed.
    let contextVersions: [MetafileVersion]
}

/// Finds the DVC root of metafiles, and leaves out those that its `.dvcignore` files hide.
///
/// The nearest root is the one that counts. DVC ignores a root inside of another as if it stood in
/// the outer `.dvcignore`, and a root never reads a `.dvcignore` above itself; so nothing of one root
/// hides anything of another.
///
/// Source: DVC 3.67, observed (dvc-compat 1.1, 1.6).
final class DVCRoots {
    private let reader: RevisionReader
    /// The rules for the directories of all roots; equal ones are made once.
    private var chains = [IgnoreRules()]
    private var chainPositions: [ChainKey: Int] = [:]
    private var verdicts: [VerdictKey: Bool] = [:]
    /// Lines of `.dvcignore` files that cannot be used.
    private(set) var notes: [String] = []

    init(_ reader: RevisionReader) { self.reader = reader }

    /// A `.dvcignore` and the rules above it, which together name all rules from there on.
    private struct ChainKey: Hashable {
        let outer: Int
        /// Relative to the DVC root.
        let directory: FilePath
        let blob: GitOID?
        /// Set for what comes from the disk, where content has no name.
        let content: [UInt8]?
    }

    private struct VerdictKey: Hashable {
        let chain: Int
        /// Relative to the DVC root.
        let path: FilePath
    }

    /// The root of each unit, by its place; none for what is in no DVC repository, or is ignored.
    func roots(of units: [MetafileUnit]) throws -> [RevisionPath: DVCRoot] {
        let above = units.map(\.place.ancestors)
        let roots = Set(try reader.dvcDirectories(in: Array(Set(above.joined()))))
        if roots.isEmpty { return [:] }
        let inside = above.map { directories in
            directories.firstIndex(where: roots.contains).map { Array(directories[...$0]) } ?? []
        }
        let files = try read(
            roots.map { $0.appending(".dvc/config") }
                + Set(inside.joined()).map { $0.appending(".dvcignore") })
        var found: [RevisionPath: DVCRoot] = [:]
        var known: [RevisionPath: Int] = [:]
        for (unit, directories) in zip(units, inside) {
            guard let root = directories.last else { continue }
            let chain = chain(for: directories, files, &known)
            // To DVC a lock that is ignored is not there, and then has no ids.
            let isHidden = [unit.place, unit.flags?.place].contains { file in
                file?.path.relative(to: root.path).map { isIgnored($0, by: chain) } ?? false
            }
            if isHidden { continue }
            let context =
                [root.appending(".dvc/config")] + directories.map { $0.appending(".dvcignore") }
            found[unit.place] = DVCRoot(
                path: root.path, config: files[context[0]], ignoreRules: chains[chain],
                contextVersions: context.map {
                    MetafileVersion(path: $0.path, blob: files[$0]?.blob)
                })
        }
        return found
    }

    private func read(_ places: [RevisionPath]) throws -> [RevisionPath: RevisionReader.File] {
        var files: [RevisionPath: RevisionReader.File] = [:]
        for (place, answer) in zip(places, try reader.files(places.map { .init($0) })) {
            if case .file(let file) = answer { files[place] = file }
        }
        return files
    }

    private func isIgnored(_ path: FilePath, by chain: Int) -> Bool {
        let key = VerdictKey(chain: chain, path: path)
        if let known = verdicts[key] { return known }
        let verdict = chains[chain].ignores(path, isDirectory: false)
        verdicts[key] = verdict
        return verdict
    }

    /// The rules for what lies in the first of these directories, each of which is in the next; the
    /// last is the DVC root.
    private func chain(
        for directories: [RevisionPath], _ files: [RevisionPath: RevisionReader.File],
        _ known: inout [RevisionPath: Int]
    ) -> Int {
        let firstKnown = directories.firstIndex { known[$0] != nil }
        var position = firstKnown.flatMap { known[directories[$0]] } ?? 0
        for directory in directories[..<(firstKnown ?? directories.count)].reversed() {
            if let file = files[directory.appending(".dvcignore")], let root = directories.last,
                let relative = directory.path.relative(to: root.path)
            {
                let key = ChainKey(
                    outer: position, directory: relative, blob: file.blob,
                    content: file.blob == nil ? file.bytes : nil)
                position = chainPositions[key] ?? add(key, file.bytes, in: directory)
            }
            known[directory] = position
        }
        return position
    }

    private func add(_ key: ChainKey, _ bytes: [UInt8], in directory: RevisionPath) -> Int {
        var rules = chains[key.outer]
        let flawCount = rules.flaws.count
        rules.add(bytes, in: key.directory)
        for flaw in rules.flaws[flawCount...] {
            notes.append("\(directory.path.appending(".dvcignore")):\(flaw.line): \(flaw.text)")
        }
        chains.append(rules)
        chainPositions[key] = chains.count - 1
        return chains.count - 1
    }
}

extension RevisionPath {
    var parent: RevisionPath { RevisionPath(revision, path.parent) }

    func appending(_ name: FilePath) -> RevisionPath {
        RevisionPath(revision, path.appending(name))
    }

    var normalized: RevisionPath { RevisionPath(revision, path.normalized) }

    /// The directories that a relative path lies in, the nearest first, the top (empty) last.
    var ancestors: [RevisionPath] {
        var ancestors: [RevisionPath] = []
        var directory = path
        while !directory.isEmpty {
            directory = directory.parent
            ancestors.append(RevisionPath(revision, directory))
        }
        return ancestors
    }
}
