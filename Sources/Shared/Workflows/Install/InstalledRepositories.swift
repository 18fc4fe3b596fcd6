internal import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// The list of repositories in which this user has installed hooks, for `install.sh --uninstall`.
struct InstalledRepositories {
    private let file: FilePath

    init(_ environment: Environment) throws {
        let state =
            environment.nonEmpty("XDG_STATE_HOME").map { FilePath($0) }.flatMap {
                $0.isAbsolute ? $0 : nil  // a relative one counts as not set, by its specification
            } ?? environment.homeDirectory?.appending(".local/state")
        guard let state else { throw SystemError("find", "the home directory", code: ENOENT) }
        file = state.appending("git-dvc/repositories")
    }

    func add(_ repository: FilePath) throws {
        var paths = try read()
        if paths.contains(repository) { return }
        paths.append(repository)
        try createDirectories(file.parent)
        try write(paths)
    }

    /// Takes a repository out; the last one takes the file with it.
    func remove(_ repository: FilePath) throws {
        let paths = try read()
        let rest = paths.filter { $0 != repository }
        if rest.count == paths.count { return }
        if rest.isEmpty {
            try removeFile(file)
            // Only when nothing else is in it.
            _ = file.parent.withCString { rmdir($0) }
        } else {
            try write(rest)
        }
    }

    private func read() throws -> [FilePath] {
        try readFileIfPresent(file, limit: 64 << 20)?.split(separator: UInt8(ascii: "\n"))
            .compactMap { FilePath(validating: $0) } ?? []
    }

    private func write(_ paths: [FilePath]) throws {
        try writeFile(file, paths.flatMap { $0.bytes + [UInt8(ascii: "\n")] })
    }
}
