import Basics

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Everything below a directory: what two copies of the same data must agree on.
struct FileTree: Equatable {
    struct Entry: Equatable {
        /// `nil` for a directory.
        let content: [UInt8]?
        /// The permission bits.
        let mode: mode_t
    }

    private(set) var entries: [FilePath: Entry] = [:]

    /// Reads a directory; one that does not exist is empty.
    ///
    /// `skipping`: names at the top that are left out.
    init(_ root: FilePath, skipping: Set<FilePath> = []) throws {
        if fileExists(root) || directoryExists(root) {
            try read(root, below: "", skipping: skipping)
        }
    }

    /// A working copy as Git and DVC together restore it.
    init(workingCopy: FilePath) throws {
        try self.init(workingCopy, skipping: [".git", ".dvc"])
    }

    private mutating func read(
        _ root: FilePath, below path: FilePath, skipping: Set<FilePath> = []
    ) throws {
        for name in try directoryEntries(root.appending(path)) where !skipping.contains(name) {
            let inner = path.appending(name)
            guard let status = try fileStatus(root.appending(inner)) else { continue }
            let isDirectory = status.st_mode & S_IFMT == S_IFDIR
            entries[inner] = Entry(
                content: isDirectory ? nil : try readFile(root.appending(inner)),
                mode: status.st_mode & 0o7777)
            if isDirectory { try read(root, below: inner) }
        }
    }

    /// Content by path, without directories and permissions.
    var contents: [FilePath: [UInt8]] { entries.compactMapValues(\.content) }

    /// The paths of all files, sorted.
    var files: [FilePath] { contents.keys.sorted() }

    /// The permission bits that occur on files.
    var fileModes: Set<mode_t> { Set(entries.values.filter { $0.content != nil }.map(\.mode)) }

    func isExecutable(_ path: FilePath) -> Bool { (entries[path]?.mode ?? 0) & 0o100 != 0 }

    /// What differs from another tree in content, for the message of a failed test.
    func difference(from other: FileTree) -> [String] {
        Set(entries.keys).union(other.entries.keys).sorted().compactMap { path in
            switch (entries[path], other.entries[path]) {
            case (nil, _): "only the other has '\(path)'"
            case (_, nil): "the other lacks '\(path)'"
            case (let mine?, let theirs?):
                mine.content == theirs.content ? nil : "'\(path)' differs"
            }
        }
    }
}
