internal import Basics
internal import DVC
internal import Digests

/// The imports that were left out when they were made (`--no-download`) and were pulled here since, with
/// what they turned out to be.
///
/// Their metafiles never say that, so without this an import would be gone for good once Git has left
/// its commit (docs/decisions/0026). A file of Git's own directory, which nothing in the repository can
/// forge; losing it leaves such imports away until the next pull.
struct PulledImports {
    let file: FilePath
    private var contents: [ObjectID: ObjectID] = [:]
    private var isChanged = false

    /// Reads the record.
    ///
    /// `directory`: the one that all working copies of the repository have in common, absolute.
    init(in directory: FilePath) {
        file = directory.appending("dvc/imported")
        // What cannot be read is not known.
        let bytes = (try? readFileIfPresent(file, limit: 64 << 20)) ?? []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split(separator: UInt8(ascii: " "))
            guard words.count == 2, let key = ObjectID(words[0]), let oid = ObjectID(words[1])
            else {
                continue
            }
            contents[key] = oid
        }
    }

    /// What was pulled, of all imports.
    var all: some Sequence<ObjectID> { contents.values }

    /// What an import turned out to be; `nil` when it never was pulled here.
    subscript(input: StageInput) -> ObjectID? { input.name.flatMap { contents[$0] } }

    mutating func insert(_ oid: ObjectID, for input: StageInput) {
        guard let name = input.name, contents[name] != oid else { return }
        contents[name] = oid
        isChanged = true
    }

    /// Writes the record, if anything changed.
    func save() throws(SystemError) {
        guard isChanged else { return }
        let lines = contents.sorted { $0.key < $1.key }.map { "\($0) \($1)\n" }
        try createDirectories(file.parent)
        try writeFile(file, Array(lines.joined().utf8))
    }
}

extension StageInput {
    /// A name for just this content of just this source; `nil` for what nobody can pull.
    fileprivate var name: ObjectID? {
        let words: [String]
        switch self {
        case .repository(let source):
            guard let commit = source.lockedRevision else { return nil }
            words = [source.url, source.path, commit]
        case .content(_, let recorded):
            guard let oid = recorded.oid(isInside: false) else { return nil }
            words = ["\(oid)"]
        case .parameters, .other: return nil
        }
        return objectID(of: Array(words.joined(separator: "\0").utf8))
    }
}
