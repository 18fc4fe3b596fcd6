import Basics
import Digests
import LocalBackend
import Storage
import StoreConformance
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A local store in a directory of its own, and files to put.
struct LocalFixture {
    let scratch: ScratchDirectory
    let root: FilePath
    let store: LocalStore

    init(isShared: Bool = false) throws {
        scratch = try ScratchDirectory()
        root = scratch.path.appending("remote")
        store = LocalStore(root: root, name: "local", isShared: isShared)
    }

    func source(_ bytes: [UInt8]) throws -> (path: FilePath, key: ObjectKey) {
        let oid = objectID(of: bytes)
        return (try scratch.write(bytes, to: "source/\(oid)"), ObjectKey(oid))
    }

    /// Puts an object and returns its key.
    func stored(_ bytes: [UInt8]) async throws -> ObjectKey {
        let (path, key) = try source(bytes)
        _ = try await store.put(fileAt: path, as: key)
        return key
    }

    func mode(of path: FilePath) throws -> mode_t {
        try #require(try fileStatus(path)).st_mode & 0o7777
    }

    /// What the store's directory holds, temporary files included; nothing when it does not exist.
    func files() throws -> [String] {
        guard directoryExists(root) else { return [] }
        return try scratch.listing().filter { name in
            name.hasPrefix("remote/") && !directoryExists(scratch.path.appending(name))
        }
    }

    /// The reason of the `StoreError` that `request` must throw.
    func reason<Result>(
        of request: () async throws -> Result
    ) async throws -> StoreError.Reason {
        let error = await #expect(throws: StoreError.self) { _ = try await request() }
        return try #require(error).reason
    }
}
