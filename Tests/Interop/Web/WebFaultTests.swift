import Basics
import Digests
import HTTPBackend
import HTTPClient
import LocalBackend
import Storage
import StoreConformance
import TestSupport
import Testing

/// What can go wrong with real web servers.
@Suite struct WebFaultTests: StoreFixture {
    let scratch: ScratchDirectory
    private let loop = TransferLoop()

    init() throws { scratch = try ScratchDirectory(inMemory: true) }

    private func store(
        _ program: WebServer.Program, port: UInt16, _ folder: String, scheme: String = "http"
    ) throws -> RetryingStore {
        let address = try #require(WebAddress("\(scheme)://127.0.0.1:\(port)/\(folder)"))
        var configuration = WebConfiguration(name: "storage", address: address)
        configuration.uploadMethod = .put
        configuration.peer.activityTimeout = .seconds(60)  // a busy machine takes a while
        let store: any ObjectStore =
            program == .nginx
            ? HTTPStore(configuration, on: loop) : WebDAVStore(configuration, on: loop)
        return RetryingStore(store, policy: .withoutPauses)
    }

    @Test(arguments: WebServer.Program.allCases)
    func `a connection that drops in the middle is made again, and nothing partial has a name`(
        program: WebServer.Program
    ) async throws {
        let server = try WebServer(program)
        let proxy = try FaultProxy(to: server.port)
        let (path, key) = try source(size: 3_000_000)
        proxy.add(.reset(afterBody: 1_000_000), times: 2) { $0.method == "PUT" }
        proxy.add(.reset(), times: 1) { $0.method == "MOVE" || $0.method == "MKCOL" }
        let store = try store(program, port: proxy.port, "x")
        #expect(try await store.put(fileAt: path, as: key) == 3_000_000)
        #expect(try await store.contents(of: key, limit: 3_000_000) == sampleBytes(3_000_000))
        for file in try server.files() {
            let bytes = try readFile(server.root.appending(FilePath(file)))
            #expect(file == "x/\(key)" && bytes == sampleBytes(3_000_000), "\(file)")
        }
        // Downloads too.
        proxy.add(.truncate(afterBody: 1_000_000), times: 2) { $0.method == "GET" }
        let target = scratch.path.appending("target")
        #expect(try await store.get(key, toFileAt: target) == 3_000_000)
        #expect(try readFile(target) == sampleBytes(3_000_000))
    }

    @Test(
        .enabled(if: Sandbox.canMount, "needs root and unshare"),
        arguments: WebServer.Program.allCases)
    func `a full disk of the server refuses what does not fit, and takes what does`(
        program: WebServer.Program
    ) async throws {
        let server = try WebServer(program, mounting: "size=1m")
        let store = try store(program, port: server.port, "x")
        let (large, largeKey) = try source(size: 3_000_000)
        let error = try await failure { _ = try await store.put(fileAt: large, as: largeKey) }
        #expect(error.key == largeKey && error.operation == .upload, "\(error.summary)")
        // Nobody who looks takes it to be there.
        #expect(try await store.size(of: largeKey) == nil, "\(error.summary)")
        // nginx leaves what it copied of the large one where it was to go, under a name of its own.
        guard program != .nginx else { return }
        let (small, smallKey) = try source(size: 10_000)
        #expect(try await store.put(fileAt: small, as: smallKey) == 10_000, "\(error.summary)")
    }

    @Test(arguments: WebServer.Program.allCases)
    func `a remote that is a file is refused, and the file stays`(
        program: WebServer.Program
    ) async throws {
        let server = try WebServer(program)
        try writeFile(server.root.appending("file"), [1, 2])
        let (path, key) = try source(size: 100)
        // Only WebDAV can tell what is above the remote.
        for place in program == .nginx ? ["file"] : ["file", "file/below/it"] {
            let store = try store(program, port: server.port, place)
            let error = try await failure { _ = try await store.put(fileAt: path, as: key) }
            #expect(error.operation == .upload && error.affectsWholeStore)
            let words = "remote 'storage': '\(server.url)/file' is a file, not a folder"
            #expect(error.summary.hasSuffix(words), "\(error.summary)")
            #expect(error.advice?.contains("the url of remote 'storage'") == true)
        }
        #expect(try server.files() == ["file"])
        #expect(try readFile(server.root.appending("file")) == [1, 2])
    }

    @Test(arguments: ["", "there", "there/not/here"])
    func `a WebDAV server that only reads is no path that is a file`(
        place: String
    ) async throws {
        let folder = scratch.path.appending("served")
        try createDirectories(folder.appending("there"))
        let (port, process) = try readOnlyServer("webdav", folder)
        defer { process.send(15) }
        let (path, key) = try source(size: 100)
        let store = try store(.rclone, port: port, place)
        let error = try await failure { _ = try await store.put(fileAt: path, as: key) }
        let nearest = place.isEmpty ? "" : "/there"
        let words = "the server makes no folders in 'http://127.0.0.1:\(port)\(nearest)'"
        #expect(error.summary.hasSuffix(words), "\(error.summary)")
        #expect(error.advice?.contains("the credentials of remote 'storage'") == true)
        #expect(error.affectsWholeStore)
    }

    @Test(arguments: WebServer.Program.allCases)
    func `a server without TLS is not taken for one with a wrong certificate`(
        program: WebServer.Program
    ) async throws {
        let server = try WebServer(program)
        let store = try store(program, port: server.port, "x", scheme: "https")
        let (path, key) = try source(size: 100)
        let error = try await failure { _ = try await store.put(fileAt: path, as: key) }
        let words = "what answers at '127.0.0.1:\(server.port)' does not speak TLS"
        #expect(error.summary.hasSuffix(words), "\(error.summary)")
        let advice = try #require(error.advice)
        #expect(advice.contains("port") && !advice.contains("certificate"), "\(advice)")
        #expect(error.affectsWholeStore)
    }

    // MARK: Servers that only read

    /// `rclone serve http`, or WebDAV that takes nothing, with a folder; it ends with the process.
    private func readOnlyServer(_ kind: String, _ folder: FilePath) throws -> (
        port: UInt16, process: RunningProcess
    ) {
        let port = try LoopbackSocket.freePort()
        let process = try RunningProcess(
            S3Server.program("rclone"),
            [
                "serve", kind, folder.string, "--addr", "127.0.0.1:\(port)", "--config", "",
                "--read-only", "--dir-cache-time", "0s",
            ], in: scratch.path,
            environment: ["PATH": "/usr/bin:/bin", "HOME": scratch.path.string], input: [],
            scratch: scratch.path)
        try awaitServer(on: port) { process.errorOutputSoFar }
        return (port, process)
    }

    @Test(arguments: ["http", "webdav"])
    func `a server that only reads gives what is there, and says that it takes nothing`(
        kind: String
    ) async throws {
        let repository = try InteropRepository()
        let (port, process) = try readOnlyServer(kind, repository.storage.parent)
        defer { process.send(15) }
        try repository.sandbox.dvc("push", "--quiet", in: repository.path)
        func use(_ place: String) throws {
            try repository.setConfig(
                """
                [core]
                    remote = storage
                ['remote "storage"']
                    url = \(kind)://127.0.0.1:\(port)/\(place)

                """)
        }
        let before = try FileTree(workingCopy: repository.path)
        try use("storage")
        try repository.sandbox.run("rm", "-rf", repository.cache.string).checked()
        let pull = try repository.tryOurs("pull", "--force")
        #expect(pull.succeeded, "\(pull)")
        #expect(try FileTree(workingCopy: repository.path).difference(from: before) == [])
        try use("nowhere")
        try repository.sandbox.commitAll("read only", in: repository.path)
        let push = try repository.gitPush("origin", "main")
        #expect(push.status == 1, "\(push)")
        #expect(try repository.remoteRefs().isEmpty)
        let words = kind == "http" ? "(HTTP 405 to POST at " : "the server makes no folders"
        #expect(push.errorOutput.contains(words), "\(push)")
        #expect(push.errorOutput.contains("hint: "), "\(push)")
    }

    /// What is read comes from `rclone serve http`, which takes nothing: that goes past it.
    @Test(arguments: StoreCheck.all)
    func `what rclone serves keeps the contract, as far as it is read`(
        check: StoreCheck
    ) async throws {
        let folder = scratch.path.appending("served")
        try createDirectories(folder)
        let (port, process) = try readOnlyServer("http", folder)
        defer { process.send(15) }
        try await check.run { _ in
            let store = ReadThroughStore(
                reader: try store(.nginx, port: port, ""),
                writer: LocalStore(root: folder, name: "storage"))
            return StoreUnderTest(store) { key, bytes in
                let path = key.path(below: folder)
                try createDirectories(path.parent)
                try removeFile(path)
                try writeFile(path, bytes)
            }
        }
    }
}

/// Reads from one store what is written to the other.
private struct ReadThroughStore: ObjectStore {
    let reader: any ObjectStore
    let writer: any ObjectStore

    var traits: StoreTraits { reader.traits }

    func size(of key: ObjectKey) async throws -> Int64? { try await reader.size(of: key) }

    func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await writer.put(fileAt: path, as: key, observer: observer)
    }

    func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await reader.get(key, toFileAt: path, observer: observer)
    }

    func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try await reader.contents(of: key, limit: limit)
    }

    func makeDurable() async throws { try await writer.makeDurable() }
}
