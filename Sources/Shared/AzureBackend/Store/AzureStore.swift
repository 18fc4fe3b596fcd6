internal import Basics
internal import CloudStorage
internal import Digests
package import HTTPClient
package import Storage

/// A container of Azure Blob Storage with DVC objects in it.
///
/// Every object is one that its name promises: what is sent carries its own MD5, which the service
/// checks, and that is computed before from the bytes to be sent. Nothing is retried here but the
/// pieces of large objects.
package struct AzureStore: ObjectStore {
    package let traits: StoreTraits
    let client: AzureClient
    let threads: BlockingThreads

    /// Opens nothing: the first request does.
    ///
    /// `systemTime`: seconds since 1970.
    package init(
        _ configuration: AzureConfiguration, on loop: TransferLoop,
        systemTime: @escaping @Sendable () -> Int64
    ) {
        client = AzureClient(configuration, on: loop, systemTime: systemTime)
        var traits = StoreTraits(
            name: configuration.name, blocksThreads: false, answersRuns: true,
            runsSpanFolders: true)
        traits.putsOnlyNew = true  // "if there is no such object"
        self.traits = traits
        threads = BlockingThreads()
    }

    var configuration: AzureConfiguration { client.configuration }

    /// How many requests may be under way now: fewer than configured after a slow-down.
    package var concurrencyLimit: Int { client.connection.concurrencyLimit }

    /// Sends a request; whatever keeps it from being answered becomes an error about the object.
    func send(
        _ request: AzureRequest, _ operation: StoreError.Operation, _ key: ObjectKey
    ) async throws -> HTTPResponse {
        do {
            return try await client.send(request)
        } catch {
            throw StoreError.unanswered(
                operation, key, store: traits.name, error,
                hasAnswered: client.connection.hasAnswered,
                target: request.targetPath)
        }
    }

    /// The size in bytes, or `nil` when there is no such object.
    package func size(of key: ObjectKey) async throws -> Int64? {
        let response = try await head(key)
        switch response.status {
        case 200:
            guard let size = response["content-length"].flatMap({ Int64($0) }),
                response["x-ms-version"] != nil || response["x-ms-blob-type"] != nil
            else { throw badAnswer(.find, key) }
            return size
        case 404 where client.refusal(response).code == "ContainerNotFound":
            throw client.failure(.find, key, response)
        case 404: return nil
        default: throw client.failure(.find, key, response)
        }
    }

    func head(_ key: ObjectKey) async throws -> HTTPResponse {
        try await send(AzureRequest(.head, client.name(key.path)), .find, key)
    }

    func badAnswer(_ operation: StoreError.Operation, _ key: ObjectKey) -> StoreError {
        StoreError(
            operation, key, store: traits.name,
            .failed("the answer is not one of Azure Blob Storage"),
            remedy: "check 'account_name' or 'connection_string' of remote '\(traits.name)', "
                + "and the proxy")
    }

    /// Whether each object is there.
    ///
    /// A list begins at the first name of a folder, so of a large store the folders are listed side by
    /// side in which there is more than one object to find.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        let search = PresenceSearch(
            concurrency: configuration.concurrency, startsAnywhere: false,
            page: { try await page($0, continuation: $1) },
            isThere: { key in
                try await configuration.retry.retryingPiece { try await size(of: key) != nil }
            })
        return try await search.presence(of: run)
    }

    private func page(
        _ start: PresenceSearch.Start, continuation: String?
    ) async throws -> PresenceSearch.Page? {
        guard client.connection.mayList else { return nil }
        var folder = start.first.scheme == .md5 ? client.name("files/md5") + "/" : client.name("")
        if start.folder != nil {
            // The first two digits of the object's own path.
            folder += String(decoding: start.first.hexDigits.prefix(2), as: UTF8.self) + "/"
        }
        let key = ObjectKey(start.first)
        let prefix = folder
        let listing = try await configuration.retry.retryingPiece {
            try await self.listing(prefix, continuation, key)
        }
        guard let listing else { return nil }
        return PresenceSearch.Page(
            keys: listing.names, below: client.name(""), scheme: start.first.scheme,
            continuation: listing.continuation)
    }

    /// One page of a list; `nil` when listing is not allowed or not understood.
    func listing(
        _ prefix: String, _ continuation: String?, _ key: ObjectKey
    ) async throws -> AzureListing? {
        var request = AzureRequest(.get, nil)
        request.query = [("restype", "container"), ("comp", "list"), ("prefix", prefix)]
        if let continuation { request.query.append(("marker", continuation)) }
        let response = try await send(request, .find, key)
        if response.status == 200, let listing = try? AzureListing(response.body) { return listing }
        let code = client.refusal(response).code
        let mayNotList =
            response.status == 403 && code != "AuthenticationFailed"
            || response.status == 404 && code == "ResourceNotFound"  // anonymous, of blobs alone
            || [200, 405, 501].contains(response.status)
        guard mayNotList else { throw client.failure(.find, key, response) }
        client.connection.noteThatListingFails()
        return nil
    }
}
