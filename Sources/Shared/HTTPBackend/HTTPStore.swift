package import Basics
internal import Digests
package import HTTPClient
package import Storage

/// DVC objects on a plain web server, which can be asked for one of them at a time and lists nothing.
///
/// Source: `dvc_http` 2.32 (dvc-compat 8.8). DVC asks with `GET`, which downloads what is there; here it
/// is `HEAD`, and `GET` of one byte only where the server has no `HEAD`.
package struct HTTPStore: ObjectStore {
    package let traits: StoreTraits
    private let client: WebClient
    private let transfer: WebTransfer
    private let state = Locked(Knowledge())

    /// What was learned about the server.
    private struct Knowledge {
        var hasHead = true
        /// Whether its folder need not be looked at: it took an object, or somebody has looked.
        var isFolderKnown = false
    }

    /// Whether a page is an answer of the server's, or what it shows to strangers.
    private let honesty: Honesty

    /// Opens nothing: the first request does.
    package init(_ configuration: WebConfiguration, on loop: TransferLoop) {
        client = WebClient(configuration, on: loop)
        transfer = WebTransfer(client)
        honesty = Honesty(store: configuration.name)
        traits = StoreTraits(
            name: configuration.name, blocksThreads: false, asksLikePuts: true)
    }

    package func size(of key: ObjectKey) async throws -> Int64? {
        guard let response = try await answer(about: key.path, key) else { return nil }
        if response.isPage { try await checkHonesty(.find, key) }
        if let text = response["content-range"]?.split(separator: "/").last,
            let size = Int64(text)
        {
            return size
        }
        return response["content-length"].flatMap { Int64($0) } ?? 0
    }

    /// The answer about something that is there; `nil` when it is not.
    private func answer(about path: FilePath, _ key: ObjectKey) async throws -> HTTPResponse? {
        var method = HTTPRequest.Method.head
        var response = HTTPResponse(status: 405)
        if state.withLock({ $0.hasHead }) {
            response = try await client.send(client.request(.head, path), .find, key)
        }
        if response.status == 405 || response.status == 501 {
            state.withLock { $0.hasHead = false }
            var request = client.request(.get, path)
            request.headers = [HTTPHeader("range", "bytes=0-0")]
            request.destination = .memory(limit: 0)
            method = .get
            do {
                response = try await client.send(request, .find, key)
            } catch let error as StoreError where error.reason == .tooLarge(limit: 0) {
                // Its content comes, so it is there.
                return HTTPResponse(status: 200)
            }
        }
        switch response.status {
        case 200..<300, 416: return response  // 416: an empty file has no first byte
        case 404, 410: return nil
        default: throw client.failure(.find, key, response, method)
        }
    }

    private func checkHonesty(_ operation: StoreError.Operation, _ key: ObjectKey) async throws {
        try await honesty.check(operation, key) { nothing in
            try await answer(about: nothing, key) == nil
        }
    }

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        let method = client.configuration.uploadMethod
        var (gotPage, mayBeFile) = (false, false)
        let size: Int64
        do {
            size = try await transfer.send(fileAt: path, as: key, observer: observer) {
                client.request(method, key.path)
            } accepted: { response in
                // nginx says 500 where a file is in place of a folder, and would be asked again.
                mayBeFile = [404, 409, 500].contains(response.status)
                guard (200..<300).contains(response.status) else {
                    throw client.failure(.upload, key, response, method)
                }
                gotPage = response.isPage
            }
        } catch {
            throw mayBeFile ? try await explained(error, key) : error
        }
        state.withLock { $0.isFolderKnown = true }
        // A page that wants a login has the status of success, too.
        if gotPage { try await checkHonesty(.upload, key) }
        return size
    }

    /// The error of an upload, or that a file is in place of the remote's folder.
    private func explained(_ error: any Error, _ key: ObjectKey) async throws -> any Error {
        if state.withLock({ $0.isFolderKnown }) { return error }
        guard try await client.isFileInPlace(key) else {
            // A server in trouble refuses many, each a few times, and is not asked for each of them.
            state.withLock { $0.isFolderKnown = true }
            return error
        }
        return Obstacle.file(client.configuration.address.root).error(key, store: traits.name)
    }

    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        try await transfer.get(key, toFileAt: path, observer: observer)
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        try await transfer.contents(of: key, limit: limit)
    }
}
