package import Basics
package import Digests
package import Storage
package import Testing

/// What the tests of a backend have: files to send, places for what arrives, and errors to look at.
package protocol StoreFixture: Sendable {
    var scratch: ScratchDirectory { get }
}

extension RetryingStore.Policy {
    /// As `git dvc` tries again, but that it does not wait before.
    package static var withoutPauses: Self {
        var policy = Self()
        policy.sleep = { _ in await Task.yield() }
        return policy
    }
}

extension StoreFixture {
    /// A file with this content, and its key.
    package func source(
        _ bytes: [UInt8] = Array("content".utf8), scheme: HashScheme = .md5
    ) throws -> (path: FilePath, key: ObjectKey) {
        let oid = objectID(of: bytes, scheme: scheme)
        return (try scratch.write(bytes, to: "source/\(oid)"), ObjectKey(oid))
    }

    /// A file of so many bytes, and its key.
    package func source(
        size: Int, seed: UInt64 = 1
    ) throws -> (path: FilePath, key: ObjectKey) {
        try source(sampleBytes(size, seed: seed))
    }

    /// Where a download may go.
    package var target: FilePath { scratch.path.appending("target") }

    /// The error that a request ends with.
    package func failure(
        sourceLocation: SourceLocation = #_sourceLocation, of request: () async throws -> Void
    ) async throws -> StoreError {
        do {
            try await request()
        } catch let error as StoreError {
            return error
        }
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        throw CancellationError()
    }
}
