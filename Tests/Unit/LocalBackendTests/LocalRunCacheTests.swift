import Basics
import Storage
import TestSupport
import Testing

@testable import LocalBackend

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

@Suite struct LocalRunCacheTests {
    private let directory: TemporaryDirectory
    private let key = String(repeating: "ab", count: 32)
    private let value = String(repeating: "0c", count: 32)

    init() throws { directory = try TemporaryDirectory() }

    private func cache(isShared: Bool = false) throws -> any RunCacheStore {
        let root = directory.path.appending("store")
        return try #require(LocalStore(root: root, name: "s", isShared: isShared).runCache)
    }

    private func mode(_ path: FilePath) throws -> mode_t? {
        try fileStatus(directory.path.appending("store").appending(path)).map {
            $0.st_mode & 0o7777
        }
    }

    @Test func `what was put is there`() async throws {
        let cache = try cache()
        #expect(try await cache.runs().isEmpty)
        let name = try #require(RunCacheName(key: key, value: value))
        try await cache.put([1, 2], as: name)
        #expect(try await cache.runs() == [name])
        #expect(try await cache.contents(of: name, limit: 2) == [1, 2])
        await #expect(throws: SystemError.self) { try await cache.contents(of: name, limit: 1) }
        #expect(name.path == FilePath("runs/ab/\(key)/\(value)"))
        #expect(try mode(name.path) == 0o644)
    }

    @Test func `of a group, it is the group's`() async throws {
        let name = try #require(RunCacheName(key: key, value: value))
        try await cache(isShared: true).put([1], as: name)
        #expect(try mode(name.path) == 0o664)
        #expect(try mode(name.path.parent) == 0o2775)
        #expect(try mode("runs") == 0o2775)
    }

    @Test func `what has no name of an entry is left alone`() async throws {
        let cache = try cache()
        let top = directory.path.appending("store/runs")
        for path in [
            "x", "ab/\(key)/note", "ab/\(key)/.\(value).tmp", "ab/short/\(value)",
            "cd/\(key)/\(value)",
            "ab/\(key.uppercased())/\(value)", "ab/file",
        ] {
            try createDirectories(top.appending(path).parent)
            try writeFile(top.appending(path), [1])
        }
        try createDirectories(top.appending("ab/\(key)/\(value)"))
        _ = symlink(key, top.appending("ab/\(String(repeating: "c", count: 64))").string)
        #expect(try await cache.runs().isEmpty)
    }

    @Test(arguments: [
        "", "ab", String(repeating: "A", count: 64), String(repeating: "g", count: 64),
    ])
    func `a name is 64 hex digits`(text: String) {
        #expect(RunCacheName(key: text, value: value) == nil)
        #expect(RunCacheName(key: key, value: text) == nil)
    }
}
