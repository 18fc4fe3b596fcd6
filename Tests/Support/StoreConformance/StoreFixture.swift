package import Basics
package import Digests
package import Storage
package import Testing

/// What the tests of a backend have: files to send, places for what arrives, and errors to look at.
package protocol StoreFixture: Sendable {
    var scratch: ScratchDirectory { get }
}

extension StoreFixture {
    /// A file with this content, and its key.
    package func source(
        _ bytes: [UInt8] = Array("content".utf8), scheme: HashScheme = .md5
    ) throws -> (path: FilePath, key: ObjectKey) {
        let oid = objectID(of: bytes, scheme: scheme)
        return (try scratch.write(bytes, to: "source/\(oid)"), ObjectKey(oid))
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
