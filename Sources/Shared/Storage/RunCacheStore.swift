package import Basics
internal import Digests

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

    /// What a key of a service names, `folder` being what comes before it there, with its slash.
    package init?(key text: String, below folder: String) {
        guard text.utf8.starts(with: folder.utf8) else { return nil }
        let parts = text.dropFirst(folder.count).split(separator: "/")
        guard parts.count == 3, parts[1].hasPrefix(parts[0]) else { return nil }
        self.init(key: String(parts[1]), value: String(parts[2]))
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

/// A request about the run-cache of a remote that did not do what was asked.
package struct RunCacheError: UserFacingError {
    private let operation: String
    private let path: FilePath
    private let error: StoreError

    package var summary: String {
        "cannot \(operation) \(printable(path.string)) on remote '\(error.store)': "
            + error.reason.words
    }

    package var advice: String? { error.advice }

    /// The key for requests that are about no object: the failures of objects say it all, and only the
    /// name is another.
    package static var key: ObjectKey { ObjectKey(ObjectID(high: 0, low: 0)) }

    /// Runs a request about what lies at `path`, again where that helps.
    ///
    /// `operation`: a verb. Throws ``RunCacheError`` for `StoreError`, and what else `request` throws.
    package static func rethrowing<Result>(
        _ operation: String, _ path: FilePath, _ policy: RetryingStore.Policy,
        _ request: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await policy.retrying(request)
        } catch let error as StoreError {
            throw RunCacheError(operation: operation, path: path, error: error)
        }
    }

    private init(operation: String, path: FilePath, error: StoreError) {
        self.operation = operation
        self.path = path
        self.error = error
    }
}
