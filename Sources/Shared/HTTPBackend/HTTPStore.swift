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
        var gotPage = false
        let size = try await transfer.send(fileAt: path, as: key, observer: observer) {
            client.request(method, key.path)
        } accepted: { response in
            guard (200..<300).contains(response.status) else {
                throw client.failure(.upload, key, response, method)
            }
            gotPage = response.isPage
        }
        // A page that wants a login has the status of success, too.
        if gotPage { try await checkHonesty(.upload, key) }
        return size
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
