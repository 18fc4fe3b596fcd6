package import Basics
package import Digests

/// A DVC repository made without DVC: the files that `dvc add` would have written, byte for byte.
///
/// Source: DVC 3.67, observed (dvc-compat 1.1, 2.1 to 2.4, 3.2).
package struct DVCRepository: Sendable {
    package let sandbox: Sandbox
    /// The working copy: git's root and DVC's.
    package let path: FilePath
    /// The directory that is the default DVC remote, `nil` without one.
    package let storage: FilePath?

    package var cache: FilePath { path.appending(".dvc/cache") }

    /// A new git and DVC repository, nothing committed.
    ///
    /// `storage` is a directory below the sandbox's root for the default remote of that name, `nil`
    /// for no remote.
    package init(
        in sandbox: Sandbox, _ relative: String = "project", storage: String? = "storage"
    ) throws {
        self.sandbox = sandbox
        self.path = try sandbox.makeRepository(relative)
        self.storage = storage.map { sandbox.path($0) }
        var config = ""
        if let storage = self.storage {
            try createDirectories(storage)
            config = """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = \(storage)

                """
        }
        try sandbox.write(Array(config.utf8), to: path.appending(".dvc/config"))
        try sandbox.write(
            Array("/config.local\n/tmp\n/cache\n".utf8), to: path.appending(".dvc/.gitignore"))
        try sandbox.write([], to: path.appending(".dvcignore"))
    }

    /// A DVC repository that is there already, such as a clone or a linked worktree.
    ///
    /// `storage`: its default remote, where tests look for objects.
    package init(at path: FilePath, in sandbox: Sandbox, storage: FilePath?) {
        self.sandbox = sandbox
        self.path = path
        self.storage = storage
    }

    /// Puts a file under DVC: workspace file, cache object, metafile; returns the object's name.
    @discardableResult
    package func add(_ content: String, as relative: String) throws -> ObjectID {
        try add(Array(content.utf8), as: relative)
    }

    /// The same for bytes.
    @discardableResult
    package func add(_ content: [UInt8], as relative: String) throws -> ObjectID {
        try sandbox.write(content, to: path.appending(relative))
        let oid = try storeInCache(content)
        try writeMetafile(for: relative, oid: oid, size: content.count, fileCount: nil)
        return oid
    }

    /// Puts a directory under DVC; returns the name of its list.
    ///
    /// `files` is content by path inside the directory.
    @discardableResult
    package func addDirectory(_ relative: String, _ files: [String: String]) throws -> ObjectID {
        // DVC sorts by code point, which for UTF-8 is the order of bytes.
        let names = files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return try addDirectory(relative, names: names) { Array((files[names[$0]] ?? "").utf8) }
    }

    /// The same without holding all of it in memory.
    ///
    /// `names` in the order of their bytes; `content` gives the bytes of the one at an index.
    @discardableResult
    package func addDirectory(
        _ relative: String, names: [String], content: (_ index: Int) -> [UInt8]
    ) throws -> ObjectID {
        var members: [(name: String, oid: ObjectID)] = []
        var size = 0
        for (index, name) in names.enumerated() {
            let content = content(index)
            try sandbox.write(content, to: path.appending(relative).appending(name))
            members.append((name, try storeInCache(content)))
            size += content.count
        }
        let oid = try storeInCache(Self.directoryList(members), isDirectory: true)
        try writeMetafile(for: relative, oid: oid, size: size, fileCount: members.count)
        return oid
    }

    /// Writes an object into the cache under the name that its bytes must have.
    @discardableResult
    package func storeInCache(_ content: [UInt8], isDirectory: Bool = false) throws -> ObjectID {
        let oid = objectID(of: content, isDirectory: isDirectory)
        let object = cache.appending(Self.key(oid))
        if !fileExists(object) { try sandbox.write(content, to: object, mode: 0o444) }
        return oid
    }

    /// The path of a 3.x object in a cache or on a remote.
    ///
    /// Spelt out here once more, so that a mistake in the programs' own spelling is noticed.
    package static func key(_ oid: ObjectID) -> FilePath {
        let name = "\(oid)"
        return FilePath("files/md5/\(name.prefix(2))/\(name.dropFirst(2))")
    }

    /// Whether the default remote holds an object with exactly the cache's bytes.
    package func remoteHolds(_ oid: ObjectID) throws -> Bool {
        guard let storage else { return false }
        guard let there = try readFileIfPresent(storage.appending(Self.key(oid))) else {
            return false
        }
        return objectID(of: there, isDirectory: oid.isDirectory) == oid
    }

    /// A directory's list as DVC writes it: JSON in ASCII on one line without a line end.
    package static func directoryList(_ members: [(name: String, oid: ObjectID)]) -> [UInt8] {
        let entries = members.map { "{\"md5\": \"\($0.oid)\", \"relpath\": \(quoted($0.name))}" }
        return Array("[\(entries.joined(separator: ", "))]".utf8)
    }

    /// Writes the metafile of an out, and has git ignore the out.
    ///
    /// `fileCount`: how many members a directory has, `nil` for a file.
    package func writeMetafile(
        for relative: String, oid: ObjectID, size: Int, fileCount: Int? = nil
    ) throws {
        let out = path.appending(relative)
        var lines = ["outs:", "- md5: \(oid)", "  size: \(size)"]
        if let fileCount { lines.append("  nfiles: \(fileCount)") }
        lines += ["  hash: md5", "  path: \(out.lastComponent)"]
        let metafile = FilePath("\(out).dvc")
        try sandbox.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: metafile)

        let ignore = out.parent.appending(".gitignore")
        let line = Array("/\(out.lastComponent)\n".utf8)
        let present = try readFileIfPresent(ignore) ?? []
        let isListed = present.split(separator: UInt8(ascii: "\n"))
            .contains { $0.elementsEqual(line.dropLast()) }
        if !isListed { try sandbox.write(present + line, to: ignore) }
    }

    /// A JSON string as Python's `json.dumps` writes it.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: result += "\\\""
            case 0x5C: result += "\\\\"
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x08: result += "\\b"
            case 0x0C: result += "\\f"
            case 0x20...0x7E: result.unicodeScalars.append(UnicodeScalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}
