import Basics
import Digests
import HTTPBackend
import HTTPClient
import Storage
import StoreConformance
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The stores on web servers keep the contract of all stores.
@Suite struct WebStoreTests {
    @Test(arguments: WebServer.Program.allCases, StoreCheck.all)
    func `a web server keeps the contract`(
        program: WebServer.Program, check: StoreCheck
    ) async throws {
        try await check.run { _ in
            let folder = try WebFolder(program)
            return StoreUnderTest(try folder.store()) { key, bytes in
                try folder.server.put(bytes, at: folder.name.appending(key.path))
            }
        }
    }
}

/// A folder of a test's own on a real web server.
final class WebFolder: Sendable {
    let server: WebServer
    let name: FilePath
    private let loop = TransferLoop()

    private static let servers = Locked<[WebServer.Program: WebServer]>([:])
    private static let count = Locked(0)

    init(_ program: WebServer.Program) throws {
        server = try Self.servers.withLock { servers in
            if let server = servers[program] { return server }
            let server = try WebServer(program)
            // A static property is never destroyed, and the program would stay.
            if servers.isEmpty { atexit { WebFolder.servers.withLock { $0 = [:] } } }
            servers[program] = server
            return server
        }
        name = Self.count.withLock { count in
            count += 1
            return FilePath("folder \(count)")
        }
    }

    func store() throws -> any ObjectStore {
        let address = try #require(WebAddress("\(server.url)/\(name)"))
        var configuration = WebConfiguration(name: "storage", address: address)
        configuration.uploadMethod = .put
        let store: any ObjectStore =
            server.program == .nginx
            ? HTTPStore(configuration, on: loop) : WebDAVStore(configuration, on: loop)
        return RetryingStore(store, policy: .withoutPauses)
    }
}
