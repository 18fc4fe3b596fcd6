internal import Basics

/// An index of Git beside the repository's own, gone when it is removed.
struct ScratchIndex {
    private let repository: GitRepository
    private let path: FilePath

    /// `copyingOwn`: it begins as a copy of the repository's, what Git knows of the files included;
    /// otherwise empty.
    init(in repository: GitRepository, copyingOwn: Bool = false) throws {
        self.repository = repository
        let own = try repository.path(of: "index")
        path = temporaryPath(in: repository.gitDirectory)
        if copyingOwn, let bytes = try readFileIfPresent(own) {
            try writeFile(path, bytes)
        }
    }

    /// Runs Git with this index; throws `SubprocessError` where it fails.
    @discardableResult
    func run(_ arguments: [String], input: [UInt8] = []) throws(SubprocessError) -> [UInt8] {
        var command = repository.command(arguments)
        command.environment["GIT_INDEX_FILE"] = path.string
        command.environment["DVC_SKIP"] = "1"
        return try command.outputIfSuccessful(input: input)
    }

    func remove() {
        // A file that stays harms nobody.
        try? removeFile(path)
    }
}

extension [FilePath] {
    /// As Git reads them with `-z`.
    var terminated: [UInt8] { flatMap { $0.bytes + [0] } }
}
