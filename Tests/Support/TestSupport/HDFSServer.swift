internal import Basics
internal import Foundation

/// A name node and a data node of a test's own, in memory, strictly after the documentation: there is
/// no Hadoop to test with.
///
/// Source: Hadoop 3.4, "WebHDFS REST API": operations, two-step `CREATE` and `OPEN`, JSON schemas,
/// exceptions. What a name node puts into the URL of a data node is as Hadoop 3 writes it.
package final class HDFSServer: Sendable {
    package let nameNode: FaultProxy
    package let dataNode: FaultProxy
    private let files = Locked<[String: [UInt8]]>([:])
    private let folders = Locked<Set<String>>(["/"])
    /// What the name node wants to see in every request: the name and value of a parameter.
    private let wanted: (name: String, value: String)?

    package static let prefix = "/webhdfs/v1"

    package init(wants wanted: (name: String, value: String)? = nil) throws {
        self.wanted = wanted
        nameNode = try FaultProxy()
        dataNode = try FaultProxy()
    }

    /// Begins to answer; rules that were added before win.
    package func start() {
        nameNode.add(
            .serve { [weak self] request, _ in self?.name(request) ?? FaultProxy.Reply(503) })
        dataNode.add(.serve { [weak self] in self?.data($0, $1) ?? FaultProxy.Reply(503) })
    }

    package var port: UInt16 { nameNode.port }

    /// Every file, by its absolute path.
    package var content: [String: [UInt8]] { files.withLock { $0 } }

    /// Puts a file there behind everybody's back.
    package func put(_ bytes: [UInt8], at path: String) {
        files.withLock { $0[path] = bytes }
        makeFolders(of: path)
    }

    private func makeFolders(of path: String) {
        var parts = path.split(separator: "/").dropLast()
        while !parts.isEmpty {
            folders.withLock { _ = $0.insert("/" + parts.joined(separator: "/")) }
            parts.removeLast()
        }
    }

    // MARK: The name node

    private struct Question {
        let path: String
        let parameters: [String: String]
        var operation: String { parameters["op"]?.uppercased() ?? "" }

        init?(_ request: FaultProxy.Request) {
            guard let parts = URLComponents(string: request.target),
                parts.path.hasPrefix(HDFSServer.prefix)
            else { return nil }
            let path = String(parts.path.dropFirst(HDFSServer.prefix.count))
            self.path = path.isEmpty ? "/" : path
            parameters = Dictionary(
                (parts.queryItems ?? []).map { ($0.name.lowercased(), $0.value ?? "") },
                uniquingKeysWith: { first, _ in first })
        }
    }

    private func name(_ request: FaultProxy.Request) -> FaultProxy.Reply {
        guard let question = Question(request) else { return FaultProxy.Reply(404) }
        if let wanted, question.parameters[wanted.name] != wanted.value {
            return Self.exception(403, "AccessControlException", "who are you?")
        }
        switch (request.method, question.operation) {
        case ("GET", "GETFILESTATUS"): return status(question.path)
        case ("GET", "LISTSTATUS"): return list(question.path)
        case ("GET", "OPEN"):
            guard content[question.path] != nil else { return Self.notFound(question.path) }
            return redirect(request)
        case ("PUT", "CREATE"):
            // The first step has no body; one is an error that real clusters punish with a reset.
            guard request.bodyCount == 0 else {
                return Self.exception(400, "IllegalArgumentException", "a body")
            }
            return redirect(request)
        case ("PUT", "MKDIRS"):
            makeFolders(of: question.path + "/x")
            return Self.json("{\"boolean\":true}")
        case ("PUT", "RENAME"): return rename(question)
        case ("DELETE", "DELETE"):
            let wasThere = files.withLock { $0.removeValue(forKey: question.path) != nil }
            return Self.json("{\"boolean\":\(wasThere)}")
        default:
            return Self.exception(
                400, "UnsupportedOperationException", "\(question.operation) is not supported")
        }
    }

    private func redirect(_ request: FaultProxy.Request) -> FaultProxy.Reply {
        let target = "\(dataNode.url)\(request.target)&namenoderpcaddress=stub:8020&ticket=for-you"
        return FaultProxy.Reply(307, headers: ["Location": target])
    }

    private func rename(_ question: Question) -> FaultProxy.Reply {
        guard let target = question.parameters["destination"], target.hasPrefix("/") else {
            return Self.exception(400, "IllegalArgumentException", "Invalid value for destination")
        }
        // HDFS replaces nothing by a rename, and says so with `false`.
        let isDone = files.withLock { files in
            guard files[target] == nil, let bytes = files.removeValue(forKey: question.path) else {
                return false
            }
            files[target] = bytes
            return true
        }
        return Self.json("{\"boolean\":\(isDone)}")
    }

    private func status(_ path: String) -> FaultProxy.Reply {
        guard let text = fileStatus(path, suffix: "") else { return Self.notFound(path) }
        return Self.json("{\"FileStatus\":\(text)}")
    }

    private func fileStatus(_ path: String, suffix: String) -> String? {
        let bytes = files.withLock { $0[path] }
        guard bytes != nil || folders.withLock({ $0.contains(path) }) else { return nil }
        let kind = bytes == nil ? "DIRECTORY" : "FILE"
        return """
            {"accessTime":1320171722771,"blockSize":33554432,"group":"supergroup",\
            "length":\(bytes?.count ?? 0),"modificationTime":1320171722771,"owner":"webuser",\
            "pathSuffix":"\(suffix)","permission":"644","replication":1,"type":"\(kind)"}
            """
    }

    private func list(_ path: String) -> FaultProxy.Reply {
        if content[path] != nil, let text = fileStatus(path, suffix: "") {
            return Self.json("{\"FileStatuses\":{\"FileStatus\":[\(text)]}}")
        }
        let all = Set(content.keys).union(folders.withLock { $0 })
        guard folders.withLock({ $0.contains(path) }) else { return Self.notFound(path) }
        let start = path == "/" ? "/" : path + "/"
        let members = all.filter {
            $0.hasPrefix(start) && $0.count > start.count
                && !$0.dropFirst(start.count).contains("/")
        }
        let texts = members.sorted().compactMap { member in
            fileStatus(member, suffix: String(member.dropFirst(start.count)))
        }
        return Self.json("{\"FileStatuses\":{\"FileStatus\":[\(texts.joined(separator: ","))]}}")
    }

    // MARK: The data node

    private func data(_ request: FaultProxy.Request, _ body: [UInt8]) -> FaultProxy.Reply {
        guard let question = Question(request), question.parameters["ticket"] == "for-you" else {
            return Self.exception(403, "AccessControlException", "not sent by the name node")
        }
        switch (request.method, question.operation) {
        case ("PUT", "CREATE"):
            // A real data node begins the file before it has all of it: it is there, but short.
            put(Array(body.prefix(request.bodyCount)), at: question.path)
            guard body.count >= request.bodyCount else { return FaultProxy.Reply(400) }
            return FaultProxy.Reply(201)
        case ("GET", "OPEN"):
            guard let bytes = content[question.path] else { return Self.notFound(question.path) }
            return FaultProxy.Reply(
                200, headers: ["Content-Type": "application/octet-stream"], body: bytes)
        default: return FaultProxy.Reply(400)
        }
    }

    // MARK: Answers

    private static func json(_ text: String, _ status: Int = 200) -> FaultProxy.Reply {
        FaultProxy.Reply(
            status, headers: ["Content-Type": "application/json"], body: Array(text.utf8))
    }

    /// Source: "WebHDFS REST API", "Error Responses".
    package static func exception(
        _ status: Int, _ name: String, _ message: String
    ) -> FaultProxy.Reply {
        json(
            """
            {"RemoteException":{"exception":"\(name)","javaClassName":"org.apache.hadoop.\(name)",\
            "message":"\(message)"}}
            """, status)
    }

    private static func notFound(_ path: String) -> FaultProxy.Reply {
        exception(404, "FileNotFoundException", "File does not exist: \(path)")
    }
}
