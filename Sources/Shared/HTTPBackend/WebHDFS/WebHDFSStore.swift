package import Basics
internal import Digests
package import HTTPClient
package import Storage

/// DVC objects in HDFS, by its REST interface: a name node that knows the files, and data nodes that
/// have the content.
///
/// An object is written under a temporary name and renamed. The folders of a file are made with it.
/// Source: Hadoop, "WebHDFS REST API"; `dvc_webhdfs` (dvc-compat 8.10).
package struct WebHDFSStore: ObjectStore {
    package let traits: StoreTraits
    let configuration: WebHDFSConfiguration
    /// For the name node, whose redirects are answers.
    let client: WebClient
    private let transfer: WebTransfer

    /// Up to so many objects are asked for one by one rather than by reading their folder.
    private static let fewObjects = 3
    /// In bytes, of the list of one folder: some three hundred for each of its files.
    private static let longestAnswer = 128 << 20

    /// Opens nothing: the first request does.
    package init(_ configuration: WebHDFSConfiguration, on loop: TransferLoop) {
        self.configuration = configuration
        client = WebClient(configuration.web, on: loop)
            .following(redirects: false, anonymously: false)
        transfer = WebTransfer(client)
        traits = StoreTraits(
            name: configuration.web.name, blocksThreads: false, answersRuns: true)
    }

    package var runCache: (any RunCacheStore)? { WebHDFSRunCache(store: self) }

    // MARK: Looking

    package func size(of key: ObjectKey) async throws -> Int64? {
        try await status(of: key.path, .find, key)?.length
    }

    func status(
        of path: FilePath, _ operation: StoreError.Operation, _ key: ObjectKey
    ) async throws -> HDFSFile? {
        let response = try await ask(.get, "GETFILESTATUS", path, operation, key)
        guard let response else { return nil }
        guard let file = HDFSFile.one(response.body) else { throw noAnswer(operation, key) }
        guard !file.isFolder else {
            throw StoreError(operation, key, store: traits.name, .failed("it is a directory"))
        }
        return file
    }

    package func presence(of run: ObjectRun) async throws -> [Bool] {
        var presence: [Bool] = []
        if run.count <= Self.fewObjects {
            for oid in run.oids { presence.append(try await size(of: ObjectKey(oid)) != nil) }
            return presence
        }
        // Objects of both layouts lie in different folders.
        var names: [FilePath: Set<String>] = [:]
        for oid in run.oids {
            let key = ObjectKey(oid)
            let folder = key.path.parent
            if names[folder] == nil {
                let files = try await files(in: folder, .find, key) ?? []
                names[folder] = Set(files.filter { !$0.isFolder }.map(\.pathSuffix))
            }
            presence.append(names[folder]?.contains(key.path.lastComponent.string) == true)
        }
        return presence
    }

    /// What is in a folder; `nil` when there is none.
    func files(
        in folder: FilePath, _ operation: StoreError.Operation, _ key: ObjectKey
    ) async throws -> [HDFSFile]? {
        guard let response = try await ask(.get, "LISTSTATUS", folder, operation, key) else {
            return nil
        }
        guard let files = HDFSFile.list(response.body) else { throw noAnswer(operation, key) }
        return files
    }

    // MARK: Moving

    package func put(
        fileAt path: FilePath, as key: ObjectKey, observer: ByteObserver?
    ) async throws -> Int64 {
        try await put(key.path, key) { temporary in
            let target = try await dataTarget(.put, "CREATE", temporary, .upload, key)
            return try await transfer.by(target.client).send(
                fileAt: path, as: key, observer: observer
            ) {
                target.request(.put)
            } accepted: {
                try check($0, .upload, key, .put)
            }
        }
    }

    /// Has `send` write a file under a temporary name, and gives it its own.
    ///
    /// `replacing`: what is there is replaced, whatever it is; otherwise only when it is damaged.
    func put<Result>(
        _ path: FilePath, _ key: ObjectKey, replacing: Bool = false,
        _ send: (_ temporary: FilePath) async throws -> Result
    ) async throws -> Result {
        let temporary = temporaryPath(in: path.parent)
        do {
            let result = try await send(temporary)
            try await rename(temporary, to: path, key, replacing: replacing)
            return result
        } catch {
            // After a cancellation too: a task of its own is not cancelled with this one. That it
            // could not be removed is not what went wrong.
            await Task { _ = try? await delete(temporary, key) }.value
            throw error
        }
    }

    private func rename(
        _ source: FilePath, to path: FilePath, _ key: ObjectKey, replacing: Bool
    ) async throws {
        if try await move(source, to: path, key) { return }
        // HDFS does not rename to what is there: a damaged one, or somebody was faster.
        guard let existing = try await status(of: path, .upload, key) else {
            throw StoreError(
                .upload, key, store: traits.name, .failed("the name node did not rename it"))
        }
        if !replacing, try await isIntact(key, existing) {
            try await delete(source, key)
            return
        }
        try await delete(path, key)
        guard try await move(source, to: path, key) else {
            throw StoreError(
                .upload, key, store: traits.name, .failed("the name node did not rename it"))
        }
    }

    private func move(
        _ source: FilePath, to path: FilePath, _ key: ObjectKey
    ) async throws -> Bool {
        let target = configuration.root.appending(path).string
        let response = try await ask(
            .put, "RENAME", source, .upload, key, [("destination", target)])
        guard let response, let isDone = hdfsBoolean(response.body) else {
            throw noAnswer(.upload, key)
        }
        return isDone
    }

    private func delete(_ path: FilePath, _ key: ObjectKey) async throws {
        _ = try await ask(.delete, "DELETE", path, .upload, key)
    }

    /// Whether an object that is there has the content that its name says; of a large one that is not
    /// looked at.
    private func isIntact(_ key: ObjectKey, _ file: HDFSFile) async throws -> Bool {
        let limit = 1 << 20
        guard file.length <= limit else { return false }
        do {
            _ = try await contents(of: key, limit: limit)
            return true
        } catch let error as StoreError {
            if case .mismatch = error.reason { return false }
            throw error
        }
    }

    package func get(
        _ key: ObjectKey, toFileAt path: FilePath, observer: ByteObserver?
    ) async throws -> Int64 {
        let target = try await dataTarget(.get, "OPEN", key.path, .download, key)
        return try await transfer.by(target.client).get(
            key, at: target.url, toFileAt: path, observer: observer)
    }

    package func contents(of key: ObjectKey, limit: Int) async throws -> [UInt8] {
        let target = try await dataTarget(.get, "OPEN", key.path, .read, key)
        return try await transfer.by(target.client).contents(of: key, at: target.url, limit: limit)
    }

    // MARK: Requests

    /// Asks the name node; `nil` when there is nothing at `path`.
    private func ask(
        _ method: HTTPRequest.Method, _ name: String, _ path: FilePath,
        _ operation: StoreError.Operation, _ key: ObjectKey, _ more: [(String, String)] = []
    ) async throws -> HTTPResponse? {
        var request = client.request(method, path)
        request.url = configuration.url(name, path, more)
        request.destination = .memory(limit: Self.longestAnswer)
        let response = try await client.send(request, operation, key)
        if response.status == 404, method != .put,
            HDFSException(response.body).map({ $0.exception == "FileNotFoundException" }) ?? false
        {
            return nil
        }
        try check(response, operation, key, method)
        return response
    }

    func check(
        _ response: HTTPResponse, _ operation: StoreError.Operation, _ key: ObjectKey,
        _ method: HTTPRequest.Method
    ) throws(StoreError) {
        if (200..<300).contains(response.status) { return }
        let exception = HDFSException(response.body)
        if let exception, let reason = exception.reason(operation, at: place) {
            throw StoreError(
                operation, key, store: traits.name, reason, remedy: exception.remedy(traits.name))
        }
        if response.status == 404, exception == nil {
            // Only what knows HDFS says of a file that it is not there.
            throw noAnswer(operation, key, " (HTTP 404)")
        }
        throw client.failure(operation, key, response, method)
    }

    private var place: String { configuration.web.address.root }

    private func noAnswer(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ detail: String = ""
    ) -> StoreError {
        StoreError(
            operation, key, store: traits.name,
            .unavailable("what answers at '\(place)' is no name node\(detail)"),
            remedy: "check host, port and 'use_https' of remote '\(traits.name)'")
    }

    // MARK: Data nodes

    /// Where content goes to or comes from.
    struct DataTarget {
        let client: WebClient
        let url: String

        func request(_ method: HTTPRequest.Method) -> HTTPRequest {
            var request = client.request(method, "")
            request.url = url
            return request
        }
    }

    /// Asks the name node which data node has a file, or takes it.
    ///
    /// Only a gateway that sends us to itself is told again who we are: for all others what the name
    /// node put into the URL is enough. Without TLS nothing is sent where the remote has it.
    func dataTarget(
        _ method: HTTPRequest.Method, _ name: String, _ path: FilePath,
        _ operation: StoreError.Operation, _ key: ObjectKey
    ) async throws -> DataTarget {
        var request = client.request(method, path)
        request.url = configuration.url(
            name, path, method == .put ? [("overwrite", "true")] : [])
        let response = try await client.send(request, operation, key)
        guard response.status == 307, let location = response["location"] else {
            try check(response, operation, key, method)
            throw noAnswer(operation, key)
        }
        let host = hostAndPort(ofURL: request.url)
        guard let url = configuration.dataURL(location, from: request.url),
            let dataHost = hostAndPort(ofURL: url)
        else { throw noAnswer(operation, key) }
        func isSecure(_ url: String) -> Bool { url.prefix(6).lowercased() == "https:" }
        guard isSecure(url) || !isSecure(request.url) else {
            throw StoreError(
                operation, key, store: traits.name,
                .unavailable("the name node sends us to '\(printable(dataHost))' without TLS"))
        }
        let isSame = dataHost == host && isSecure(url) == isSecure(request.url)
        return DataTarget(
            client: client.following(redirects: false, anonymously: !isSame), url: url)
    }
}
