internal import Basics
package import Storage

extension S3Store {
    package var versions: (any VersionedStore)? { S3Versions(store: self) }
}

/// The files in a bucket whose versions the bucket keeps.
struct S3Versions: VersionedStore {
    let store: S3Store

    func get(
        _ version: FileVersion, as key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        let content = S3Store.Content(
            key: key, name: store.client.key(version.path),
            query: "versionId=\(percentEncoded(version.id))")
        return try await store.configuration.retry.retrying {
            try await store.get(content, toFileAt: path, observer: observer)
        }
    }
}
