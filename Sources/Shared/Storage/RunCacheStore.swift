package import Basics

/// The name of a file in a run-cache.
///
/// Source: dvc-compat 5.
package struct RunCacheName: Hashable, Sendable {
    /// 64 lower-case hex digits: what went into the run.
    package let key: String
    /// 64 lower-case hex digits: what went in and came out.
    package let value: String

    /// `nil` when either is anything but 64 lower-case hex digits.
    package init?(key: String, value: String) {
        guard Self.isDigest(key), Self.isDigest(value) else { return nil }
        self.key = key
        self.value = value
    }

    /// `/`-separated, relative to the root of a store, where it is beside the objects.
    package var path: FilePath { FilePath("\(Self.directory)/\(key.prefix(2))/\(key)/\(value)") }

    package static let directory = "runs"

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension RunCacheName: Comparable {
    package static func < (left: RunCacheName, right: RunCacheName) -> Bool {
        (left.key, left.value) < (right.key, right.value)
    }
}

/// Where a store keeps the record of past runs: small files beside the objects.
///
/// Their content is not checked here: unlike an object's, a name says nothing of the bytes.
package protocol RunCacheStore: Sendable {
    /// The entries that are there; anything else in the folder is left out.
    func runs() async throws -> Set<RunCacheName>

    /// The bytes of an entry; more than `limit` of them is an error.
    func contents(of name: RunCacheName, limit: Int) async throws -> [UInt8]

    /// Stores an entry; a reader sees all of it or none of it.
    func put(_ bytes: [UInt8], as name: RunCacheName) async throws
}
