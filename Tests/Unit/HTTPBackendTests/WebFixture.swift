import Basics
import Digests
import HTTPBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// Stores whose server answers as a test tells it.
final class WebFixture: Sendable {
    let server: FaultProxy
    let scratch: ScratchDirectory
    private let loop = TransferLoop()

    init() throws {
        server = try FaultProxy()
        scratch = try ScratchDirectory()
    }

    func configuration(_ identity: any WebIdentity = FixedHeaders()) throws -> WebConfiguration {
        let address = try #require(WebAddress("\(server.url)/data"))
        var configuration = WebConfiguration(name: "r", address: address)
        configuration.identity = identity
        configuration.peer.activityTimeout = .seconds(60)  // a busy machine takes a while
        return configuration
    }

    func http(_ identity: any WebIdentity = FixedHeaders()) throws -> HTTPStore {
        HTTPStore(try configuration(identity), on: loop)
    }

    func webDAV(_ identity: any WebIdentity = FixedHeaders()) throws -> WebDAVStore {
        webDAV(try configuration(identity))
    }

    func webDAV(_ configuration: WebConfiguration) -> WebDAVStore {
        WebDAVStore(configuration, on: loop)
    }

    /// A file with this content, and its key.
    func source(_ bytes: [UInt8] = Array("content".utf8)) throws -> (path: FilePath, key: ObjectKey)
    {
        let oid = objectID(of: bytes)
        return (try scratch.write(bytes, to: "source/\(oid)"), ObjectKey(oid))
    }

    /// The error that a request ends with.
    func failure(
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
