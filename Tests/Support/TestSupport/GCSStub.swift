internal import Basics
internal import Digests
internal import Foundation

/// Plays the JSON API of Cloud Storage as its documentation has it, where the emulator is simpler:
/// generations, conditions, pages, sessions of uploads of which it keeps only a part, tokens.
///
/// Every request is checked; what breaks the rules is answered 400, and kept in ``complaints``.
package final class GCSStub: Sendable {
    package struct Object: Sendable {
        package var bytes: [UInt8]
        package var generation: Int
    }

    private struct Session {
        var name: String
        var size: Int
        var md5: String?
        var mustBeNew: Bool
        var bytes: [UInt8] = []
        /// What it became.
        var object: Object?
    }

    private struct State {
        var objects: [String: [Object]] = [:]
        var sessions: [String: Session] = [:]
        var lastNumber = 1_700_000_000_000_000
        var complaints: [String] = []
        var token: String?
        var keepsAtMost: Int?
        var pageSize = 1000
    }

    private let state = Locked(State())
    private let server = Locked<StubServer?>(nil)
    package let port: UInt16
    private static let bucket = "data"

    package init() throws {
        let state = state
        let server = try StubServer { request in
            state.withLock { Self.answer(request, &$0) }
        }
        port = server.port
        self.server.withLock { $0 = server }
    }

    package var complaints: [String] { state.withLock { $0.complaints } }

    /// The only token that is let in; `nil`: everybody.
    package func require(_ token: String?) { state.withLock { $0.token = token } }

    /// How many bytes of each chunk of a large upload are kept at most.
    package func keepAtMost(_ count: Int?) { state.withLock { $0.keepsAtMost = count } }

    package func setPageSize(_ size: Int) { state.withLock { $0.pageSize = size } }

    /// Forgets what was begun.
    package func forgetSessions() { state.withLock { $0.sessions = [:] } }

    /// How many were begun and have not ended.
    package var sessionCount: Int {
        state.withLock { $0.sessions.values.count { $0.object == nil } }
    }

    /// The newest version of each object.
    package var objects: [String: [UInt8]] {
        state.withLock { $0.objects.compactMapValues { $0.last?.bytes } }
    }

    /// Stores bytes as another program would; returns the generation.
    @discardableResult
    package func insert(_ bytes: [UInt8], as name: String) -> String {
        state.withLock { state in "\(Self.store(bytes, name, &state).generation)" }
    }

    // MARK: Requests

    private static func answer(
        _ request: StubServer.Request, _ state: inout State
    ) -> StubServer.Response {
        if let token = state.token, request.headers["authorization"] != "Bearer \(token)" {
            return refusal(401, "authError", "Invalid Credentials")
        }
        let parts = request.path.split(separator: "/").map {
            String(decoding: percentDecoded(String($0)), as: UTF8.self)
        }
        let isUpload = parts.first == "upload"
        let path = Array(isUpload ? parts.dropFirst() : parts[...])
        guard path.count >= 5, path[..<3] == ["storage", "v1", "b"], path[4] == "o" else {
            return complain("no such path: \(request.path)", &state)
        }
        guard path[3] == bucket else {
            return refusal(404, "notFound", "The specified bucket does not exist.")
        }
        switch (request.method, isUpload, path.count) {
        case ("POST", true, 5): return upload(request, &state)
        case ("PUT", true, 5): return resume(request, &state)
        case ("DELETE", true, 5):
            state.sessions[request["upload_id"] ?? ""] = nil
            return StubServer.Response(499)
        case ("GET", false, 5): return list(request, state)
        case ("GET", false, 6): return get(request, path[5], &state)
        case ("DELETE", false, 6):
            state.objects[path[5]] = nil
            return StubServer.Response(204)
        default: return complain("no such request: \(request.method) \(request.path)", &state)
        }
    }

    private static func complain(_ words: String, _ state: inout State) -> StubServer.Response {
        state.complaints.append(words)
        return refusal(400, "invalid", words)
    }

    private static func refusal(
        _ status: Int, _ reason: String, _ message: String
    ) -> StubServer.Response {
        StubServer.Response(
            status,
            text: #"{"error":{"code":\#(status),"message":"\#(message)","errors":"#
                + #"[{"reason":"\#(reason)"}]}}"#)
    }

    @discardableResult
    private static func store(_ bytes: [UInt8], _ name: String, _ state: inout State) -> Object {
        state.lastNumber += 1
        let object = Object(bytes: bytes, generation: state.lastNumber)
        state.objects[name, default: []].append(object)
        return object
    }

    private static func resource(_ object: Object) -> StubServer.Response {
        let sums = sums(object.bytes)
        return StubServer.Response(
            200,
            text: #"{"size":"\#(object.bytes.count)","generation":"\#(object.generation)","#
                + #""md5Hash":"\#(sums.md5)","crc32c":"\#(sums.crc32c)"}"#)
    }

    private static func sums(_ bytes: [UInt8]) -> (md5: String, crc32c: String) {
        let sum = crc32c(bytes).bigEndian
        return (
            base64(objectID(of: bytes).digest), base64(withUnsafeBytes(of: sum) { Array($0) })
        )
    }

    // MARK: Reading

    private static func get(
        _ request: StubServer.Request, _ name: String, _ state: inout State
    ) -> StubServer.Response {
        let versions = state.objects[name] ?? []
        let object =
            request["generation"].map { wanted in
                versions.first { "\($0.generation)" == wanted }
            } ?? versions.last
        guard let object else {
            return refusal(404, "notFound", "No such object: \(bucket)/\(name)")
        }
        guard request["alt"] == "media" else { return resource(object) }
        let sums = sums(object.bytes)
        var headers = [
            "x-goog-generation": "\(object.generation)",
            "x-goog-hash": "crc32c=\(sums.crc32c),md5=\(sums.md5)",
        ]
        guard let range = request.headers["range"] else {
            return StubServer.Response(200, headers: headers, body: object.bytes)
        }
        let numbers = range.dropFirst(6).split(separator: "-").compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] <= numbers[1] else {
            return complain("no range: \(range)", &state)
        }
        guard numbers[0] < object.bytes.count else { return refusal(416, "range", "range") }
        let end = min(numbers[1] + 1, object.bytes.count)
        headers["Content-Range"] = "bytes \(numbers[0])-\(end - 1)/\(object.bytes.count)"
        return StubServer.Response(
            206, headers: headers, body: Array(object.bytes[numbers[0]..<end]))
    }

    private static func list(
        _ request: StubServer.Request, _ state: State
    ) -> StubServer.Response {
        let prefix = request["prefix"] ?? ""
        let start = request["pageToken"] ?? request["startOffset"] ?? ""
        // The order of UTF-8.
        let names = state.objects.keys.filter {
            $0.utf8.starts(with: prefix.utf8)
                && !$0.utf8.lexicographicallyPrecedes(start.utf8)
        }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let size = min(state.pageSize, request["maxResults"].flatMap { Int($0) } ?? 1000)
        let items = names.prefix(size).map { name in
            ["name": name, "size": "\(state.objects[name]?.last?.bytes.count ?? 0)"]
        }
        var answer: [String: Any] = ["kind": "storage#objects"]
        if !items.isEmpty { answer["items"] = items }
        if names.count > size { answer["nextPageToken"] = names[size] }
        let data = (try? JSONSerialization.data(withJSONObject: answer)) ?? Data()
        return StubServer.Response(200, body: Array(data))
    }

    // MARK: Writing

    private static func upload(
        _ request: StubServer.Request, _ state: inout State
    ) -> StubServer.Response {
        let mustBeNew = request["ifGenerationMatch"] == "0"
        switch request["uploadType"] {
        case "multipart":
            let type = request.headers["content-type"] ?? ""
            guard let mark = type.firstRange(of: "multipart/related; boundary="),
                let (metadata, content) = parts(
                    of: request.body, boundary: String(type[mark.upperBound...])),
                let name = metadata["name"]
            else { return complain("no document of two parts", &state) }
            return finish(content, name, metadata, mustBeNew, &state)
        case "resumable":
            let metadata = fields(of: request.body)
            let size = request.headers["x-upload-content-length"].flatMap { Int($0) }
            guard let name = request["name"] ?? metadata["name"], let size else {
                return complain("an upload without a name or a length", &state)
            }
            state.lastNumber += 1
            let id = "s\(state.lastNumber)"
            state.sessions[id] = Session(
                name: name, size: size, md5: metadata["md5Hash"], mustBeNew: mustBeNew)
            let host = request.headers["host"] ?? ""
            return StubServer.Response(
                200, headers: ["Location": "http://\(host)\(request.path)?upload_id=\(id)"])
        default: return complain("no such kind of upload", &state)
        }
    }

    private static func finish(
        _ bytes: [UInt8], _ name: String, _ metadata: [String: String], _ mustBeNew: Bool,
        _ state: inout State
    ) -> StubServer.Response {
        if mustBeNew, state.objects[name] != nil {
            return refusal(412, "conditionNotMet", "At least one condition did not hold.")
        }
        let sums = sums(bytes)
        for (field, sum) in [("md5Hash", sums.md5), ("crc32c", sums.crc32c)] {
            if let given = metadata[field], given != sum {
                return refusal(400, "invalid", "Provided \(field) is not that of the bytes.")
            }
        }
        return resource(store(bytes, name, &state))
    }

    private static func resume(
        _ request: StubServer.Request, _ state: inout State
    ) -> StubServer.Response {
        guard let id = request["upload_id"], var session = state.sessions[id] else {
            return StubServer.Response(404)
        }
        if let object = session.object { return resource(object) }
        let range = request.headers["content-range"] ?? ""
        if range != "bytes */\(session.size)" {
            let numbers = range.dropFirst("bytes ".count).split { $0 == "-" || $0 == "/" }
                .compactMap { Int($0) }
            guard numbers.count == 3, numbers[0] == session.bytes.count, numbers[2] == session.size,
                numbers[1] - numbers[0] + 1 == request.body.count
            else { return complain("a chunk that does not fit: \(range)", &state) }
            // The last chunk may be any size, and others are multiples of 256 KiB in the real service.
            session.bytes += request.body.prefix(state.keepsAtMost ?? .max)
            state.sessions[id] = session
        }
        if session.bytes.count == session.size {
            let metadata = session.md5.map { ["md5Hash": $0] } ?? [:]
            let answer = finish(
                session.bytes, session.name, metadata, session.mustBeNew, &state)
            state.sessions[id] = nil
            if answer.status == 200 {
                session.object = state.objects[session.name]?.last
                state.sessions[id] = session
            }
            return answer
        }
        let headers =
            session.bytes.isEmpty ? [:] : ["Range": "bytes=0-\(session.bytes.count - 1)"]
        return StubServer.Response(308, headers: headers)
    }

    // MARK: Documents

    private static func parts(
        of body: [UInt8], boundary: String
    ) -> (metadata: [String: String], content: [UInt8])? {
        let mark = Data("\r\n--\(boundary)".utf8)
        let data = Data("\r\n".utf8) + Data(body)
        guard let first = data.range(of: mark),
            let second = data.range(of: mark, in: first.upperBound..<data.endIndex),
            let last = data.range(of: mark, options: .backwards), last != second
        else { return nil }
        func content(_ part: Data) -> Data? {
            part.range(of: Data("\r\n\r\n".utf8)).map { part[$0.upperBound...] }
        }
        guard let metadata = content(data[first.upperBound..<second.lowerBound]),
            let bytes = content(data[second.upperBound..<last.lowerBound])
        else { return nil }
        return (fields(of: Array(metadata)), Array(bytes))
    }

    private static func fields(of body: [UInt8]) -> [String: String] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: String] ?? [:]
    }
}
