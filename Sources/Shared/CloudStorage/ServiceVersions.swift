package import Basics
package import Storage

/// The files in a bucket or container whose versions the service keeps.
package struct ServiceVersions: VersionedStore {
    /// Gets one version, once.
    package typealias Get =
        @Sendable (
            _ version: FileVersion, _ key: ObjectKey, _ path: FilePath, _ observer: ByteObserver?
        ) async throws -> Int64

    private let retry: RetryingStore.Policy
    private let getOnce: Get

    package init(retry: RetryingStore.Policy, _ getOnce: @escaping Get) {
        self.retry = retry
        self.getOnce = getOnce
    }

    package func get(
        _ version: FileVersion, as key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await retry.retrying { try await getOnce(version, key, path, observer) }
    }
}
