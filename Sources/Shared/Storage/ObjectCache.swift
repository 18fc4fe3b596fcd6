package import Basics

/// A store whose objects are files of this machine: DVC's cache.
package protocol ObjectCache: ObjectStore {
    /// Where the object is, or would be.
    func path(of key: ObjectKey) -> FilePath

    /// Takes in an object that `body` writes, hashed, to a temporary path, and returns its size.
    ///
    /// Nothing is left of it when `body` throws.
    func receive(
        _ key: ObjectKey, _ body: (_ temporaryPath: FilePath) async throws -> Int64
    ) async throws -> Int64
}
