package import Basics

/// A file as a service keeps it that never forgets a version: by its own name, not by its content.
package struct FileVersion: Equatable, Sendable {
    /// `/`-separated, relative to the remote's URL: the path from the DVC root.
    package let path: FilePath
    /// What the service calls the version.
    package let id: String

    package init(path: FilePath, id: String) {
        self.path = path
        self.id = id
    }
}

/// A store as a cloud-versioned remote uses it, for reading alone (dvc-compat 2.6).
///
/// Implementations ask again by themselves where that helps.
package protocol VersionedStore: Sendable {
    /// Writes a version of a file to a new file at `path` and returns its size in bytes.
    ///
    /// The bytes are hashed while they arrive, and must be what `key` names; after an error nothing
    /// is left. Throws ``StoreError`` about `key`, and `CancellationError`.
    func get(
        _ version: FileVersion, as key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64
}
