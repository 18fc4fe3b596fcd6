import Basics
import Digests
import HTTPBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

/// Stores whose server answers as a test tells it.
final class WebFixture: StoreFixture {
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
}
