package import Basics
internal import Digests
package import HTTPClient
package import Storage
internal import XML

/// DVC objects on a WebDAV server: listed folder by folder, and put under a temporary name first.
///
/// Source: `dvc_webdav`, RFC 4918 (dvc-compat 8.9).
package struct WebDAVStore: ObjectStore {
    package let traits: StoreTraits
    let client: WebClient
    private let transfer: WebTransfer
    private let collections: Collections
    /// Whether a page is an answer of the server's, or what it shows to strangers.
    private let honesty: Honesty
    /// The folders of which it is known, or being asked, which folders are in them.
    private let layout = Locked<[FilePath: Task<Void, any Error>]>([:])

    /// Up to so many objects are asked for one by one rather than by reading their folder.
    private static let fewObjects = 3
    /// In bytes, of the names in one folder: some hundred for each of a hundred thousand objects.
    static let longestAnswer = 64 << 20

    /// Opens nothing: the first request does.
    package init(_ configuration: WebConfiguration, on loop: TransferLoop) {
        let client = WebClient(configuration, on: loop)
        self.client = client
        transfer = WebTransfer(client)
        honesty = Honesty(store: configuration.name)
        traits = StoreTraits(name: configuration.name, blocksThreads: false, answersRuns: true)
        collections = Collections(
            above: { try await Self.makeParents(by: client) },
            { path in try await Self.makeCollection(client.request(.mkcol, path), by: client) })
    }

    private static func makeCollection(
        _ request: HTTPRequest, by client: WebClient
    ) async throws -> Collections.Outcome {
        // Errors about a folder are about the object that needs it, which puts its own name in.
        let key = ObjectKey(ObjectID(high: 0, low: 0))
        let response = try await client.send(request, .upload, key)
        switch response.status {
        // 405: it is there. Some servers say so with a redirect to the name with a slash.
        case 200..<300, 405, 301: return .there
        // 404: a collection may be hidden from who may still write below it.
        case 404, 409: return .needsParent
        default: throw client.failure(.upload, key, response, .mkcol)
        }
    }

    /// Makes the folders above the remote's own, as far as they are not there; whether that went.
    private static func makeParents(by client: WebClient) async throws -> Bool {
        var missing: [HTTPRequest] = []
        for url in client.configuration.address.parents {
            var request = client.request(.mkcol, "")
            request.url = url
            guard try await makeCollection(request, by: client) == .there else {
                missing.append(request)
                continue
            }
            for request in missing.reversed() {
                guard try await makeCollection(request, by: client) == .there else { return false }
            }
            return true
        }
        return false
    }

    // MARK: Looking

    package func size(of key: ObjectKey) async throws -> Int64? {
        try await size(of: key.path, key)
    }

    private func size(of path: FilePath, _ key: ObjectKey) async throws -> Int64? {
        let response = try await client.send(client.request(.head, path), .find, key)
        switch response.status {
        case 200..<300: return response["content-length"].flatMap { Int64($0) } ?? 0
        case 404, 410: return nil
        default: throw client.failure(.find, key, response, .head)
        }
    }

    package func presence(of run: ObjectRun) async throws -> [Bool] {
        if run.count <= Self.fewObjects {
            var presence: [Bool] = []
            for oid in run.oids {
                let key = ObjectKey(oid)
                // Asked once, it answers for all the folders of a remote that are not there.
                try await lookAt(key.path.parent.parent, key)
                let isThere = collections.isThere(key.path.parent)
                presence.append(isThere ? try await size(of: key) != nil : false)
            }
            return presence
        }
        // Objects of both layouts lie in different folders.
        var names: [FilePath: Set<FilePath>] = [:]
        var presence: [Bool] = []
        for oid in run.oids {
            let key = ObjectKey(oid)
            let folder = key.path.parent
            let known: Set<FilePath>
            if let read = names[folder] {
                known = read
            } else {
                known = try await files(in: folder, key)
                names[folder] = known
            }
            presence.append(known.contains(key.path.lastComponent))
        }
        return presence
    }

    /// The names of the files in the folder of an object; none when there is no folder.
    private func files(in folder: FilePath, _ key: ObjectKey) async throws -> Set<FilePath> {
        // One question about the folder of folders saves one for each that is not there.
        try await lookAt(folder.parent, key)
        guard collections.isThere(folder) else { return [] }
        guard let members = try await members(of: folder, .find, key) else { return [] }
        collections.noteThere(folder)
        return Set(members.filter { !$0.isCollection }.map(\.name))
    }

    /// Learns which folders are in one, once; whoever comes meanwhile waits.
    private func lookAt(_ folder: FilePath, _ key: ObjectKey) async throws {
        let task = layout.withLock { layout in
            if let task = layout[folder] { return task }
            let task = Task { try await lookNow(at: folder, key) }
            layout[folder] = task
            return task
        }
        do {
            try await task.value
        } catch {
            // The next one asks again.
            layout.withLock { if $0[folder] == task { $0[folder] = nil } }
            throw error
        }
    }

    private func lookNow(at folder: FilePath, _ key: ObjectKey) async throws {
        guard let members = try await members(of: folder, .find, key) else {
            return collections.noteAbsent(folder)
        }
        for member in members where member.isCollection {
            collections.noteThere(folder.appending(member.name))
        }
        collections.noteThere(folder)
    }

    /// What is in a folder; `nil` when there is none.
    func members(
        of folder: FilePath, _ operation: StoreError.Operation, _ key: ObjectKey
    ) async throws -> [MultiStatus.Member]? {
        var request = client.request(.propfind, folder)
        // With its slash, which the URL of a folder has, no server needs to redirect.
        request.url += "/"
        request.headers = [
            HTTPHeader("depth", "1"), HTTPHeader("content-type", "application/xml; charset=utf-8"),
        ]
        request.body = .bytes(MultiStatus.question)
        request.destination = .memory(limit: Self.longestAnswer)
        let response = try await client.send(request, operation, key)
        switch response.status {
        case 207: break
        case 404, 410: return nil
        default: throw client.failure(operation, key, response, .propfind)
        }
        do throws(XMLError) {
            return try MultiStatus(response.body).members
        } catch {
            throw StoreError(
                operation, key, store: traits.name,
                .unavailable("what the server answered is \(error.summary)"),
                remedy: "check that the url of remote '\(traits.name)' is one of WebDAV")
        }
    }

    // MARK: Moving

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await put(key.path, key) { temporary in
            var gotPage = false
            let count = try await transfer.send(fileAt: path, as: key, observer: observer) {
                client.request(.put, temporary)
            } accepted: { response in
                try check(response, .put, key)
                gotPage = response.isPage
            }
            if gotPage {
                try await honesty.check(.upload, key) { nothing in
                    try await size(of: nothing, key) == nil
                }
            }
            return count
        }
    }

    /// Has `send` put content under a temporary name, and gives it its own.
    func put<Result>(
        _ path: FilePath, _ key: ObjectKey, _ send: (_ temporary: FilePath) async throws -> Result
    ) async throws -> Result {
        let folder = path.parent
        do {
            try await collections.make(folder)
        } catch let error as StoreError {
            throw StoreError(
                .upload, key, store: traits.name, error.reason, cause: error.cause,
                remedy: error.remedy)
        } catch is NoParentCollection {
            let refusal = StoreError(
                .upload, key, store: traits.name,
                .unavailable(
                    "the server makes no folders at '\(client.configuration.address.root)'"),
                remedy: "check the url of remote '\(traits.name)'")
            throw try await explained(refusal, folder, key)
        }
        let temporary = temporaryPath(in: folder)
        do {
            let result = try await send(temporary)
            try await move(temporary, to: path, key)
            return result
        } catch {
            await remove(temporary, key)
            throw try await explained(error, folder, key)
        }
    }

    /// The error of an upload, or what is in the way of its folder, which servers do not say.
    private func explained(
        _ error: any Error, _ folder: FilePath, _ key: ObjectKey
    ) async throws -> any Error {
        guard let refusal = error as? StoreError else { return error }
        switch refusal.reason {
        case .failed, .unavailable:
            let obstacle = try await client.obstacle(to: folder, key)
            return obstacle?.error(key, store: traits.name) ?? refusal
        default: return refusal
        }
    }

    private func move(_ source: FilePath, to path: FilePath, _ key: ObjectKey) async throws {
        var request = client.request(.move, source)
        request.headers = [
            HTTPHeader("destination", client.configuration.address.url(of: path)),
            HTTPHeader("overwrite", "T"),
        ]
        var response = try await client.send(request, .upload, key)
        if response.status == 412 {
            // Some servers replace nothing all the same.
            if path == key.path, await isIntact(key) { return await remove(source, key) }
            // Damaged: between the two steps there is none, which is better than a wrong one.
            let removal = client.request(.delete, path)
            try check(try await client.send(removal, .upload, key), .delete, key)
            response = try await client.send(request, .upload, key)
        }
        try check(response, .move, key)
    }

    /// Whether what is there is what its name says, because somebody was faster.
    ///
    /// Of a large object that is not looked at.
    private func isIntact(_ key: ObjectKey) async -> Bool {
        // What keeps it from being read keeps it from being trusted.
        (try? await transfer.contents(of: key, limit: 1 << 20)) != nil
    }

    private func check(
        _ response: HTTPResponse, _ method: HTTPRequest.Method, _ key: ObjectKey
    ) throws(StoreError) {
        guard (200..<300).contains(response.status), response.status != 207 else {
            throw client.failure(.upload, key, response, method)
        }
    }

    /// Takes away what an upload left; that it could not is not what went wrong.
    private func remove(_ temporary: FilePath, _ key: ObjectKey) async {
        // After a cancellation too: a task of its own is not cancelled with this one.
        let client = client
        await Task {
            var request = client.request(.delete, temporary)
            request.timeLimit = .seconds(5)
            _ = try? await client.send(request, .upload, key)
        }.value
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
