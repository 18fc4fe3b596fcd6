internal import Basics

extension TargetMatcher.Target {
    /// The targets of a selection, patterns expanded; one for everything when there are none.
    ///
    /// Throws ``TargetError``, `SystemError`.
    static func all(
        of selection: DataSelection, from standpoint: Standpoint
    ) throws -> [TargetMatcher.Target] {
        var words = selection.targets
        if selection.isGlob {
            if words.isEmpty { throw TargetError.globWithoutTargets }
            let base = standpoint.top.appending(standpoint.directory)
            words = try words.flatMap { try PathPattern($0).matches(in: base) }
            if words.isEmpty { throw TargetError.noMatch(selection.targets) }
        }
        if words.isEmpty {
            return [Self(word: "", kind: .everything, root: standpoint.root)]
        }
        return try words.map { word in
            try Self(word, isRecursive: selection.isRecursive, from: standpoint)
        }
    }

    init(_ word: FilePath, isRecursive: Bool, from standpoint: Standpoint) throws(TargetError) {
        switch try TargetWord(word) {
        case .everything: self.init(word: word, kind: .everything, root: standpoint.root)
        case .metafile(let file, let stage):
            let path = try standpoint.path(of: file)
            self.init(
                word: word, kind: .metafile(path, stage: stage),
                root: standpoint.root(of: path.parent))
        case .nameOrPath(let file):
            let path = try standpoint.path(of: file)
            if isRecursive, directoryExists(standpoint.top.appending(path)) || path.isEmpty {
                self.init(
                    word: word, kind: .directory(path, exists: true),
                    root: standpoint.root(of: path))
                return
            }
            // Only a word that has no slash, not even `./`, can name a stage.
            if !file.bytes.contains(UInt8(ascii: "/")) {
                let pipeline = standpoint.directory.appending("dvc.yaml")
                self.init(
                    word: word,
                    kind: .stageOrPath(name: file.string, pipeline: pipeline, path: path),
                    root: standpoint.root(of: path.parent))
                return
            }
            let kind = isRecursive ? TargetMatcher.Kind.directory(path, exists: false) : .path(path)
            self.init(word: word, kind: kind, root: standpoint.root(of: path.parent))
        }
    }

    /// Whether what this target means depends on a metafile, of a pipeline the `dvc.yaml`.
    func concerns(_ metafile: FilePath?) -> Bool {
        guard let metafile, metafile.relative(to: root) != nil else { return false }
        return switch kind {
        case .everything: true
        case .metafile(let path, _): metafile == path
        case .stageOrPath, .path: false
        case .directory(let path, _): metafile.relative(to: path) != nil
        }
    }
}

extension [TargetMatcher.Target] {
    /// The metafiles that the targets name, when they name nothing else.
    var metafiles: Set<FilePath>? {
        var paths: Set<FilePath> = []
        for target in self {
            guard case .metafile(let path, _) = target.kind else { return nil }
            paths.insert(path)
        }
        return paths
    }
}

extension Standpoint {
    /// A path that the user gave, from the top.
    func path(of word: FilePath) throws(TargetError) -> FilePath {
        guard word.isAbsolute else {
            let path = directory.appending(word).normalized
            if path.components.first?.elementsEqual("..".utf8) == true { throw .outside(word) }
            return path
        }
        let path = word.normalized
        // The user may have come here by links.
        let resolved = path.parent.resolved.map { $0.appending(path.lastComponent) }
        for candidate in [path, resolved, path.resolved].compactMap(\.self) {
            if let inside = candidate.relative(to: top) { return inside }
        }
        throw .outside(word)
    }

    /// The DVC root that a directory is in; where it is in none, the one that the user is in.
    func root(of directory: FilePath) -> FilePath {
        nearestDVCRoot(above: directory, in: top) ?? root
    }
}
