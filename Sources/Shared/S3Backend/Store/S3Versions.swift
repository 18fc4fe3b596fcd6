internal import Basics
internal import CloudStorage
package import Storage

extension S3Store {
    package var versions: (any VersionedStore)? {
        ServiceVersions(retry: configuration.retry) { version, key, path, observer in
            let content = Content(
                key: key, name: client.key(version.path),
                query: "versionId=\(percentEncoded(version.id))")
            return try await get(content, toFileAt: path, observer: observer)
        }
    }
}
