import Basics
import DVC
import Digests
import LocalBackend
import StatusCache
import Storage
import TestSupport
import Testing

@testable import Workspace

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Checkouts of directories that are remembered, beside checkouts that remember nothing.
@Suite struct KnownDirectoryTests {
    private let directory: TemporaryDirectory
    private let top: FilePath
    private let cache: LocalStore
    private let states: FileStates

    init() throws {
        directory = try TemporaryDirectory()
        top = directory.path.appending("work").resolved ?? directory.path.appending("work")
        try createDirectories(top.appending(".dvc"))
        cache = LocalStore(root: directory.path.appending("cache"), name: "cache")
        states = FileStates(directory.path.appending("states/files.db"))
    }

    /// Puts files and their list into the cache.
    private func store(_ files: [String: String]) throws -> ObjectID {
        let members = try files.sorted { $0.key < $1.key }.map { name, text in
            let bytes = Array(text.utf8)
            try cache.takeIn(bytes, as: objectID(of: bytes))
            return (path: FilePath(name), oid: objectID(of: bytes))
        }
        let bytes = try DirectoryListing(members).encoded()
        let oid = objectID(of: bytes, isDirectory: true)
        try cache.takeIn(bytes, as: oid)
        return oid
    }

    private func checkout(
        _ oid: ObjectID, _ types: [LinkType] = [.copy], _ unsaved: CheckoutOptions.Unsaved = .keep,
        in top: FilePath? = nil, _ states: FileStates? = nil
    ) async throws -> CheckoutReport {
        var options = CheckoutOptions()
        options.unsaved = unsaved
        return try await Checkout(
            WorkspaceDirectory(top: top ?? self.top), root: "", cache: cache, types: types,
            states: states ?? self.states, threads: 2
        ).run([WantedOut(path: "data", oid: oid, isExecutable: false)], options)
    }

    /// What is below `data`, with the directories.
    private func contents(of top: FilePath? = nil) throws -> [String: String] {
        let base = (top ?? self.top).appending("data")
        var found: [String: String] = [:]
        func visit(_ path: FilePath) throws {
            for name in try directoryEntries(base.appending(path)) {
                let inner = path.appending(name)
                if directoryExists(base.appending(inner)) {
                    found["\(inner)/"] = ""
                    try visit(inner)
                } else {
                    found["\(inner)"] = String(
                        decoding: try readFile(base.appending(inner)), as: UTF8.self)
                }
            }
        }
        try visit("")
        return found
    }

    private func write(_ name: String, _ text: String, in top: FilePath? = nil) throws {
        let path = (top ?? self.top).appending("data").appending(name)
        try createDirectories(path.parent)
        try writeFile(path, Array(text.utf8))
    }

    @Test func `a list with a path that is too long for the system is refused whole`() async throws
    {
        let name = String(repeating: "d", count: 250)
        let deep = Array(repeating: name, count: 20).joined(separator: "/")
        let report = try await checkout(try store(["a": "1", deep: "2"]))
        let error = try #require(report.errors.first as? UnsafePathError)
        #expect(error.summary.contains("longer than 4095 bytes") && error.summary.count < 400)
        #expect(!fileExists(top.appending("data")))
        // One name that is too long is refused by the file system; the others are placed.
        let long = String(repeating: "x", count: 3000)
        let other = try await checkout(try store(["a": "1", long: "2"]))
        #expect(other.errors.count == 1 && other.errors.allSatisfy { $0.summary.count < 4000 })
        #expect(try contents()["a"] == "1")
    }

    @Test(arguments: [LinkType.copy, .hardlink, .symlink])
    func `a directory that was placed is known, and a change to any file makes it unknown`(
        type: LinkType
    ) async throws {
        let oid = try store(["a": "1", "b/c": "2", "b/d": "3"])
        // Objects that were written just now could be so again, and their links look the same.
        try await Task.sleep(for: .nanoseconds(FileStamp.longestTick + 1_000_000))
        _ = try await checkout(oid, [type])
        #expect(try await known() == oid)
        try removeFile(top.appending("data/b/c"))
        #expect(try await known() == nil)
        try write("b/c", "2")
        #expect(try await known() == nil, "another file, though with the same content")
        try await Task.sleep(for: .nanoseconds(FileStamp.longestTick + 1_000_000))
        #expect(try await checkout(oid, [type]).entries.isEmpty)
        #expect(try await known() == oid, "all of it was looked at again")
        try write("more", "4")
        #expect(try await known() == nil)
        try removeFile(top.appending("data/more"))
        #expect(try await known() == oid)
        try createDirectories(top.appending("data/empty"))
        #expect(try await known() == nil)
    }

    private func known() async throws -> ObjectID? {
        let executor = try BlockingExecutor(threads: 2)
        defer { executor.shutDown() }
        let surveyor = Surveyor(
            workspace: WorkspaceDirectory(top: top), root: "", cache: cache, types: [.copy],
            options: CheckoutOptions(), states: states, threads: 2, executor: executor,
            ignoresCase: false)
        let out = WantedOut(
            path: "data", oid: ObjectID(high: 0, low: 0, isDirectory: true), isExecutable: false)
        return try await surveyor.knownContent(of: out)?.oid
    }

    @Test func `files become directories and directories files`() async throws {
        let first = try store(["a": "1", "b/c": "2", "b/d/e": "3", "f": "4"])
        let second = try store(["a/x": "1", "b": "2", "f": "4", "g": "5"])
        for oid in [first, second, first] {
            let report = try await checkout(oid)
            #expect(report.errors.isEmpty)
            #expect(try await known() == oid)
        }
        _ = try await checkout(second)
        #expect(try contents() == ["a/": "", "a/x": "1", "b": "2", "f": "4", "g": "5"])
    }

    @Test func `what was changed and is in the way stays, and is not known`() async throws {
        let first = try store(["a": "1", "b": "2"])
        let second = try store(["a": "10", "b": "20"])
        _ = try await checkout(first)
        try write("a", "mine")
        let report = try await checkout(second)
        #expect(report.unsaved == ["data/a"])
        #expect(try contents() == ["a": "mine", "b": "20"])
        #expect(try await known() == nil)
        _ = try await checkout(second, [.copy], .replace)
        #expect(try contents() == ["a": "10", "b": "20"])
    }

    @Test func `a member that the cache lacks leaves the directory unknown`() async throws {
        let first = try store(["a": "1", "b": "2"])
        let second = try store(["a": "10", "b": "20"])
        _ = try await checkout(first)
        try removeFile(cache.path(of: ObjectKey(objectID(of: Array("10".utf8)))))
        #expect(try await checkout(second).missing == ["data"])
        #expect(try contents() == ["a": "1", "b": "20"])
        #expect(try await known() == nil)
    }

    @Test func `a damaged list of what is there is not believed`() async throws {
        let first = try store(["a": "1", "b": "2"])
        let second = try store(["a": "10", "b": "2"])
        _ = try await checkout(first)
        let list = cache.path(of: ObjectKey(first))
        #expect(chmod(list.string, 0o644) == 0)
        try writeFile(list, Array("[]".utf8))
        #expect(try await checkout(second).errors.isEmpty)
        #expect(try contents() == ["a": "10", "b": "2"])
    }

    @Test func `a list that was intact once is not believed after a change`() async throws {
        let first = try store(["a": "1", "b": "2"])
        let second = try store(["a": "10", "b": "2"])
        try await Task.sleep(for: .nanoseconds(FileStamp.longestTick + 1_000_000))
        for oid in [first, second, first] {
            #expect(try await checkout(oid).errors.isEmpty)
        }
        let list = cache.path(of: ObjectKey(second))
        var bytes = try readFile(list)
        #expect(chmod(list.string, 0o644) == 0)
        bytes[10] ^= 1  // a digit of the first member's name
        try writeFile(list, bytes)
        let report = try await checkout(second)
        #expect(report.errors.contains { $0 is DamagedCacheError })
        #expect(try contents() == ["a": "1", "b": "2"])
    }

    /// The same changes in two working copies, one of which remembers nothing.
    @Test(arguments: 0..<12)
    func `random checkouts come out as without any memory`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let other = directory.path.appending("other")
        try createDirectories(other.appending(".dvc"))
        let names = ["a", "b", "c/d", "c/e", "c/f/g", "h/i", "h/j", "k"]
        func files() -> [String: String] {
            var files: [String: String] = [:]
            for name in names where Bool.random(using: &random) {
                files[name] = "\(Int.random(in: 0..<4, using: &random))"
            }
            if Int.random(in: 0..<4, using: &random) == 0, files["c/d"] == nil {
                files = files.filter { !$0.key.hasPrefix("c/") }
                files["c"] = "a file"
            }
            return files
        }
        for _ in 0..<8 {
            let oid = try store(files())
            let unsaved: CheckoutOptions.Unsaved = Bool.random(using: &random) ? .keep : .replace
            let report = try await checkout(oid, [.copy], unsaved)
            let reference = try await checkout(oid, [.copy], unsaved, in: other, FileStates(nil))
            #expect(report.unsaved == reference.unsaved)
            #expect(report.counts == reference.counts)
            #expect(report.errors.map(\.summary) == reference.errors.map(\.summary))
            #expect(try contents() == contents(of: other))
            guard Int.random(in: 0..<3, using: &random) == 0,
                let name = names.randomElement(using: &random),
                directoryExists(top.appending("data")),
                !directoryExists(top.appending("data").appending(name)),
                !fileExists(top.appending("data/c")) || directoryExists(top.appending("data/c"))
            else { continue }
            let text = "\(Int.random(in: 0..<6, using: &random))"
            try write(name, text)
            try write(name, text, in: other)
        }
    }
}
