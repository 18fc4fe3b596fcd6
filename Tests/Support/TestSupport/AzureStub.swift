internal import Basics
internal import Digests
internal import Foundation

/// Plays Blob Storage as its documentation has it, because no emulator can be had here: every request's
/// signature, version, date, length and MD5 is checked, conditions, blocks, versions and pages are kept.
///
/// What breaks the rules is answered as the service would, and kept in ``complaints``. Real DVC's
/// library (Microsoft's own SDK) signs for the same check in the interop tests.
package final class AzureStub: Sendable {
    private struct Blob {
        var bytes: [UInt8]
        var md5: String
        var tag: String
        var version: String
    }

    private struct State {
        var blobs: [String: [Blob]] = [:]
        var blocks: [String: [String: [UInt8]]] = [:]
        var lastNumber = 0
        var complaints: [String] = []
        var access = Access.key
        var pageSize = 5000
        var requestCount = 0
    }

    /// What opens the account.
    package enum Access: Sendable {
        case key
        /// The value of `sig`.
        case signature(String)
        case token(String)
        case anybody
    }

    package static let account = "devaccount1"
    /// The well-known key of Azure's emulators.
    package static let key =
        "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
    package static let container = "data"

    private let state = Locked(State())
    private let server = Locked<StubServer?>(nil)
    package let port: UInt16

    package init() throws {
        let state = state
        let server = try StubServer { request in
            state.withLock { Self.answer(request, &$0) }
        }
        port = server.port
        self.server.withLock { $0 = server }
    }

    /// Of the account, on whatever server is asked.
    package static func endpoint(_ url: String) -> String { "\(url)/\(account)" }

    package static func connectionString(_ url: String) -> String {
        "DefaultEndpointsProtocol=http;AccountName=\(account);AccountKey=\(key);"
            + "BlobEndpoint=\(endpoint(url));"
    }

    package var complaints: [String] { state.withLock { $0.complaints } }
    package func open(by access: Access) { state.withLock { $0.access = access } }
    package func setPageSize(_ size: Int) { state.withLock { $0.pageSize = size } }
    package var blockCount: Int { state.withLock { $0.blocks.values.reduce(0) { $0 + $1.count } } }

    /// The newest version of each blob.
    package var blobs: [String: [UInt8]] {
        state.withLock { $0.blobs.compactMapValues { $0.last?.bytes } }
    }

    /// Stores bytes as another program would; returns the version.
    @discardableResult
    package func insert(_ bytes: [UInt8], as name: String) -> String {
        state.withLock { Self.store(bytes, name, &$0).version }
    }

    // MARK: Requests

    private static func answer(
        _ request: StubServer.Request, _ state: inout State
    ) -> StubServer.Response {
        state.requestCount += 1
        if let refused = checkAccess(request, &state) { return refused }
        if let given = request.headers["content-md5"],
            given != base64(objectID(of: request.body).digest)
        {
            return refusal(400, "Md5Mismatch", "The MD5 value specified did not match.")
        }
        let parts = request.path.split(separator: "/", maxSplits: 2).map {
            String(decoding: percentDecoded(String($0)), as: UTF8.self)
        }
        guard parts.first == account, parts.count >= 2 else {
            return complain("no such account: \(request.path)", &state)
        }
        guard parts[1] == container else {
            return refusal(404, "ContainerNotFound", "The specified container does not exist.")
        }
        let name = parts.count > 2 ? parts[2] : nil
        switch (request.method, request["restype"], request["comp"], name) {
        case ("GET", "container"?, "list"?, nil): return list(request, state)
        case ("GET", "container"?, nil, nil), ("HEAD", "container"?, nil, nil):
            return StubServer.Response(200, headers: ["ETag": "\"c\""])
        case ("PUT", "container"?, nil, nil):
            return refusal(409, "ContainerAlreadyExists", "The specified container already exists.")
        case ("PUT", nil, nil, let name?): return put(request, name, &state)
        case ("PUT", nil, "block"?, let name?): return putBlock(request, name, &state)
        case ("PUT", nil, "blocklist"?, let name?): return putList(request, name, &state)
        case ("GET", nil, "blocklist"?, let name?): return blockList(name, state)
        case ("GET", nil, nil, let name?), ("HEAD", nil, nil, let name?):
            return get(request, name, state)
        default:
            return complain(
                "no such request: \(request.method) \(request.path)?\(request.query)", &state)
        }
    }

    private static func complain(_ words: String, _ state: inout State) -> StubServer.Response {
        state.complaints.append(words)
        return refusal(400, "InvalidInput", words)
    }

    private static func refusal(
        _ status: Int, _ code: String, _ message: String
    ) -> StubServer.Response {
        StubServer.Response(
            status, headers: ["x-ms-error-code": code, "Content-Type": "application/xml"],
            text: "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>\(message)\n"
                + "RequestId:1\nTime:2</Message></Error>")
    }

    // MARK: Who asks

    /// `nil` when the request is let in.
    private static func checkAccess(
        _ request: StubServer.Request, _ state: inout State
    ) -> StubServer.Response? {
        guard let version = request.headers["x-ms-version"], version >= "2017-11-09" else {
            return complain("no version that knows tokens", &state)
        }
        let authorization = request.headers["authorization"]
        switch state.access {
        case .anybody: return nil
        case .signature(let signature):
            return request["sig"] == signature && authorization == nil
                ? nil : refusal(403, "AuthenticationFailed", "Signature did not match.")
        case .token(let token):
            guard let authorization else {
                return refusal(401, "NoAuthenticationInformation", "Who is asking?")
            }
            return authorization == "Bearer \(token)"
                ? nil : refusal(401, "InvalidAuthenticationInfo", "Lifetime validation failed.")
        case .key:
            guard request.headers["x-ms-date"] != nil || request.headers["date"] != nil else {
                return complain("a signed request without a date", &state)
            }
            let expected = "SharedKey \(account):\(signature(of: request))"
            if authorization == expected { return nil }
            return refusal(403, "AuthenticationFailed", "The MAC signature is not the same.")
        }
    }

    /// Written from the documentation, and apart from the code that it checks.
    ///
    /// Source: "Authorize with Shared Key".
    private static func signature(of request: StubServer.Request) -> String {
        func header(_ name: String) -> String { request.headers[name] ?? "" }
        let length = header("content-length")
        var text = request.method + "\n"
        text += header("content-encoding") + "\n" + header("content-language") + "\n"
        text += (length == "0" ? "" : length) + "\n" + header("content-md5") + "\n"
        text += header("content-type") + "\n" + header("date") + "\n"
        text += header("if-modified-since") + "\n" + header("if-match") + "\n"
        text += header("if-none-match") + "\n" + header("if-unmodified-since") + "\n"
        text += header("range") + "\n"
        for (name, value) in request.headers.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("x-ms-") {
            text += "\(name):\(value)\n"
        }
        text += "/\(account)\(request.path)"
        let fields = request.query.split(separator: "&").map { pair in
            let name = String(pair.prefix { $0 != "=" })
            return (name.lowercased(), request[name] ?? "")
        }
        for (name, value) in fields.sorted(by: { $0 < $1 }) { text += "\n\(name):\(value)" }
        let code = HMACSHA256(key: bytes(base64: key) ?? []).code(for: text.utf8)
        return base64(code.bytes)
    }

    // MARK: Reading

    private static func get(
        _ request: StubServer.Request, _ name: String, _ state: State
    ) -> StubServer.Response {
        let versions = state.blobs[name] ?? []
        let blob =
            request["versionid"].map { wanted in versions.first { $0.version == wanted } }
            ?? versions.last
        guard let blob else {
            return refusal(404, "BlobNotFound", "The specified blob does not exist.")
        }
        if let tag = request.headers["if-match"], tag != blob.tag, tag != "*" {
            return refusal(412, "ConditionNotMet", "The condition was not met.")
        }
        var headers = [
            "ETag": blob.tag, "x-ms-version": "2021-12-02", "x-ms-blob-type": "BlockBlob",
            "x-ms-version-id": blob.version, "Content-Type": "application/octet-stream",
            "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT", "Accept-Ranges": "bytes",
            "x-ms-creation-time": "Sun, 06 Nov 1994 08:49:37 GMT",
        ]
        let range = request.headers["x-ms-range"] ?? request.headers["range"]
        guard request.method == "GET", let range else {
            headers["Content-MD5"] = blob.md5
            headers["Content-Length"] = "\(blob.bytes.count)"
            return StubServer.Response(200, headers: headers, body: blob.bytes)
        }
        let numbers = range.dropFirst("bytes=".count).split(separator: "-").compactMap { Int($0) }
        guard let start = numbers.first, start < blob.bytes.count else {
            return refusal(416, "InvalidRange", "The range is invalid.")
        }
        let end = min(numbers.count > 1 ? numbers[1] + 1 : .max, blob.bytes.count)
        headers["x-ms-blob-content-md5"] = blob.md5
        headers["Content-Range"] = "bytes \(start)-\(end - 1)/\(blob.bytes.count)"
        return StubServer.Response(206, headers: headers, body: Array(blob.bytes[start..<end]))
    }

    private static func list(
        _ request: StubServer.Request, _ state: State
    ) -> StubServer.Response {
        let prefix = request["prefix"] ?? ""
        let marker = request["marker"] ?? ""
        let names = state.blobs.keys.filter {
            $0.utf8.starts(with: prefix.utf8) && !$0.utf8.lexicographicallyPrecedes(marker.utf8)
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let size = min(state.pageSize, request["maxresults"].flatMap { Int($0) } ?? 5000)
        var items = ""
        var folders: Set<String> = []
        for name in names.prefix(size) {
            if let mark = request["delimiter"], !mark.isEmpty,
                let end = name.dropFirst(prefix.count).firstRange(of: mark)
            {
                let folder = String(name[..<end.upperBound])
                if folders.insert(folder).inserted {
                    items += "<BlobPrefix><Name>\(escaped(folder))</Name></BlobPrefix>"
                }
                continue
            }
            guard let blob = state.blobs[name]?.last else { continue }
            items +=
                "<Blob><Name>\(escaped(name))</Name><Properties>"
                + "<Content-Length>\(blob.bytes.count)</Content-Length>"
                + "<Last-Modified>Sun, 06 Nov 1994 08:49:37 GMT</Last-Modified>"
                + "<Creation-Time>Sun, 06 Nov 1994 08:49:37 GMT</Creation-Time>"
                + "<Etag>\(escaped(blob.tag))</Etag><Content-MD5>\(blob.md5)</Content-MD5>"
                + "<Content-Type>application/octet-stream</Content-Type>"
                + "<BlobType>BlockBlob</BlobType></Properties></Blob>"
        }
        let next =
            names.count > size
            ? "<NextMarker>\(escaped(names[size]))</NextMarker>" : "<NextMarker/>"
        return StubServer.Response(
            200, headers: ["Content-Type": "application/xml", "x-ms-version": "2021-12-02"],
            text: "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults "
                + "ServiceEndpoint=\"http://127.0.0.1/\" ContainerName=\"data\">"
                + "<Blobs>\(items)</Blobs>\(next)</EnumerationResults>")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
            "\"", with: "&quot;")
    }

    // MARK: Writing

    @discardableResult
    private static func store(_ bytes: [UInt8], _ name: String, _ state: inout State) -> Blob {
        state.lastNumber += 1
        let blob = Blob(
            bytes: bytes, md5: base64(objectID(of: bytes).digest),
            tag: "\"0x\(state.lastNumber)\"", version: "2026-01-01T00:00:\(state.lastNumber)Z")
        state.blobs[name, default: []].append(blob)
        state.blocks[name] = nil
        return blob
    }

    private static func created(_ blob: Blob) -> StubServer.Response {
        StubServer.Response(
            201,
            headers: [
                "ETag": blob.tag, "x-ms-version-id": blob.version, "x-ms-version": "2021-12-02",
                "Content-MD5": blob.md5, "x-ms-request-server-encrypted": "true",
                "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT",
            ])
    }

    /// `nil` when it may be written.
    private static func conflict(
        _ request: StubServer.Request, _ name: String, _ state: State
    ) -> StubServer.Response? {
        request.headers["if-none-match"] == "*" && state.blobs[name] != nil
            ? refusal(409, "BlobAlreadyExists", "The specified blob already exists.") : nil
    }

    private static func put(
        _ request: StubServer.Request, _ name: String, _ state: inout State
    ) -> StubServer.Response {
        guard request.headers["x-ms-blob-type"] == "BlockBlob" else {
            return complain("a blob without a type", &state)
        }
        return conflict(request, name, state) ?? created(store(request.body, name, &state))
    }

    private static func putBlock(
        _ request: StubServer.Request, _ name: String, _ state: inout State
    ) -> StubServer.Response {
        guard let id = request["blockid"], let raw = bytes(base64: id), (1...64).contains(raw.count)
        else { return complain("a block without an id", &state) }
        let others = state.blocks[name] ?? [:]
        guard others.keys.allSatisfy({ bytes(base64: $0)?.count == raw.count }) else {
            return refusal(400, "InvalidBlobOrBlock", "The specified blob or block is invalid.")
        }
        state.blocks[name, default: [:]][id] = request.body
        return StubServer.Response(201, headers: ["x-ms-version": "2021-12-02"])
    }

    private static func blockList(_ name: String, _ state: State) -> StubServer.Response {
        guard let blocks = state.blocks[name] else {
            return state.blobs[name] == nil
                ? refusal(404, "BlobNotFound", "The specified blob does not exist.")
                : StubServer.Response(200, text: "<BlockList><UncommittedBlocks/></BlockList>")
        }
        let items = blocks.sorted { $0.key < $1.key }.map {
            "<Block><Name>\($0.key)</Name><Size>\($0.value.count)</Size></Block>"
        }
        return StubServer.Response(
            200,
            text: "<BlockList><UncommittedBlocks>\(items.joined())</UncommittedBlocks></BlockList>")
    }

    private static func putList(
        _ request: StubServer.Request, _ name: String, _ state: inout State
    ) -> StubServer.Response {
        if let refused = conflict(request, name, state) { return refused }
        let text = String(decoding: request.body, as: UTF8.self)
        let ids = text.split(separator: "<Latest>").dropFirst().map {
            String($0.prefix { $0 != "<" })
        }
        var content: [UInt8] = []
        for id in ids {
            guard let block = state.blocks[name]?[id] else {
                return refusal(400, "InvalidBlockList", "The specified block list is invalid.")
            }
            content += block
        }
        return created(store(content, name, &state))
    }
}
