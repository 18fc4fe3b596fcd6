import Basics
import DVC
import Digests
import LocalBackend
import Storage
import TestSupport

@testable import Transfer

/// A cache on disk and a store in memory.
struct TransferFixture {
    private let directory: TemporaryDirectory
    let cache: LocalStore
    let store: MemoryStore
    let workers: Workers

    init(
        putsOnlyNew: Bool = false,
        onRequest: (@Sendable (MemoryStore.Request) async throws -> Void)? = nil
    ) throws {
        directory = try TemporaryDirectory()
        cache = LocalStore(root: directory.path, name: "cache")
        store = MemoryStore(putsOnlyNew: putsOnlyNew, onRequest: onRequest)
        workers = try Workers(threads: nil)
    }

    /// Content that is different for each number.
    static func content(_ number: Int) -> [UInt8] { Array("content \(number)".utf8) }

    static func oid(_ number: Int) -> ObjectID { objectID(of: content(number)) }

    /// Puts a file into the cache.
    @discardableResult
    func cached(_ number: Int) throws -> ObjectID { try cached(Self.content(number)) }

    @discardableResult
    func cached(_ bytes: [UInt8], isDirectory: Bool = false) throws -> ObjectID {
        let oid = objectID(of: bytes, isDirectory: isDirectory)
        try damageCache(oid, with: bytes)
        return oid
    }

    /// Writes any bytes where the cache has an object.
    func damageCache(_ oid: ObjectID, with bytes: [UInt8]) throws {
        let path = cache.path(of: ObjectKey(oid))
        try createDirectories(path.parent)
        try writeFile(path, bytes)
    }

    /// The list of a directory with these files as members, and its id.
    static func list(_ numbers: Int...) throws -> (oid: ObjectID, listing: DirectoryListing) {
        let listing = try DirectoryListing(
            numbers.map { (path: FilePath("member \($0)"), oid: oid($0)) })
        return (objectID(of: listing.encoded(), isDirectory: true), listing)
    }

    /// The same, wanted with all members.
    static func directory(_ list: (oid: ObjectID, listing: DirectoryListing))
        -> TransferRequest.Directory
    {
        .init(oid: list.oid, listing: list.listing, wantedMembers: Array(list.listing.indices))
    }

    func missing(
        files: [ObjectID] = [], directories: [TransferRequest.Directory] = [],
        checksMembers: Bool = false
    ) async throws -> MissingSet {
        try await findMissing(
            of: TransferRequest(files: files, directories: directories), in: store,
            TransferOptions(jobs: 3, checksMembers: checksMembers), on: workers)
    }

    func upload(_ missing: MissingSet, jobs: Int = 3) -> Upload {
        Upload(
            from: cache, to: store, TransferOptions(jobs: jobs), on: workers, meter: nil)
    }

    func requests(_ operation: StoreError.Operation) -> [ObjectID] {
        store.requests.filter { $0.operation == operation }.map(\.key.oid)
    }
}
