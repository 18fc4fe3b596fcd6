internal import Basics
package import CloudStorage
internal import Digests
package import HTTPClient
package import Storage

/// A bucket of Google Cloud Storage with DVC objects in it.
///
/// Every object is one that its name promises: what is sent is named with its MD5, which the service
/// checks, and that is computed before from the bytes to be sent. Nothing is retried here but the
/// pieces of large objects.
package struct GCSStore: ObjectStore {
    package let traits: StoreTraits
    let client: GCSClient
    let threads: BlockingThreads
    let uploads: UploadsUnderWay

    /// Opens nothing: the first request does.
    ///
    /// `systemTime`: seconds since 1970.
    package init(
        _ configuration: GCSConfiguration, on loop: TransferLoop, as tokens: TokenSource,
        systemTime: @escaping @Sendable () -> Int64
    ) {
        client = GCSClient(configuration, on: loop, as: tokens, systemTime: systemTime)
        var traits = StoreTraits(
            name: configuration.name, blocksThreads: false, answersRuns: true,
            runsSpanFolders: true)
        traits.putsOnlyNew = true  // "if there is no such object"
        self.traits = traits
        threads = BlockingThreads()
        uploads = UploadsUnderWay()
    }

    var configuration: GCSConfiguration { client.configuration }

    /// How many requests may be under way now: fewer than configured after a slow-down.
    package var concurrencyLimit: Int { client.connection.concurrencyLimit }

    /// Sends a request; whatever keeps it from being answered becomes an error about the object.
    func send(
        _ request: GCSRequest, _ operation: StoreError.Operation, _ key: ObjectKey
    ) async throws -> HTTPResponse {
        do {
            return try await client.send(request)
        } catch {
            throw client.failure(operation, key, error, target: request.targetPath)
        }
    }

    /// The size in bytes, or `nil` when there is no such object.
    package func size(of key: ObjectKey) async throws -> Int64? {
        try await object(key)?.size
    }

    /// What the service says of an object, or `nil` when there is none.
    func object(_ key: ObjectKey) async throws -> GCSObject? {
        let request = GCSRequest(
            .get, client.objectPath(client.name(key.path)),
            query: "fields=size,generation,md5Hash,crc32c")
        let response = try await send(request, .find, key)
        switch response.status {
        case 200:
            guard let object = try? GCSObject(response.body), object.size != nil else {
                throw badAnswer(.find, key)
            }
            return object
        case 404:
            let refusal = GCSRefusal(response.body)
            if refusal.isAboutBucket { throw client.failure(.find, key, response) }
            if !refusal.isAboutObject, !client.connection.hasSucceeded {
                try await checkBucket(.find, key)
            }
            return nil
        default: throw client.failure(.find, key, response)
        }
    }

    /// Throws when the bucket is missing, of which an answer without words says nothing.
    func checkBucket(_ operation: StoreError.Operation, _ key: ObjectKey) async throws {
        let request = GCSRequest(
            .get, client.objectPath(),
            query: "fields=kind&maxResults=1&prefix=\(percentEncoded(client.name(key.path)))")
        let response = try await send(request, operation, key)
        // Who may not list gets another status, and a bucket that is there.
        guard response.status == 404 else { return }
        let body = #"{"error":{"message":"The specified bucket does not exist."}}"#
        throw client.failure(
            operation, key, HTTPResponse(status: 404, body: Array(body.utf8)))
    }

    func badAnswer(_ operation: StoreError.Operation, _ key: ObjectKey) -> StoreError {
        StoreError(
            operation, key, store: traits.name,
            .failed("the answer is not one of Google Cloud Storage"),
            remedy: "check 'endpointurl' of remote '\(traits.name)', and the proxy")
    }

    /// Whether each object is there.
    ///
    /// A list can begin at any name, and each page settles at least one object, so there never are
    /// more requests than objects.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        let search = PresenceSearch(
            concurrency: configuration.concurrency, startsAnywhere: true,
            page: { try await page(from: $0.first, continuation: $1) },
            isThere: { key in
                try await configuration.retry.retryingPiece { try await object(key) != nil }
            })
        return try await search.presence(of: run)
    }

    private func page(
        from first: ObjectID, continuation: String?
    ) async throws -> PresenceSearch.Page? {
        guard client.connection.mayList else { return nil }
        let key = ObjectKey(first)
        let folder = first.scheme == .md5 ? client.name("files/md5") + "/" : client.name("")
        let start =
            continuation.map { "&pageToken=\(percentEncoded($0))" }
            ?? "&startOffset=\(percentEncoded(client.name(key.path)))"
        let query = "prefix=\(percentEncoded(folder))\(start)"
        let listing = try await configuration.retry.retryingPiece {
            try await self.listing(query, key)
        }
        guard let listing else { return nil }
        return PresenceSearch.Page(
            keys: listing.names, below: client.name(""), scheme: first.scheme,
            continuation: listing.continuation)
    }

    /// One page of a list; `nil` when listing is not allowed or not understood.
    func listing(_ query: String, _ key: ObjectKey) async throws -> GCSListing? {
        let fields = "fields=kind,items(name,size),nextPageToken"
        let request = GCSRequest(.get, client.objectPath(), query: "\(fields)&\(query)")
        let response = try await send(request, .find, key)
        if response.status == 200, let listing = try? GCSListing(response.body) { return listing }
        if response.status == 404 {
            try await checkBucket(.find, key)
        } else if response.status != 200 {
            let isForbidden =
                response.status == 403 && !GCSRefusal(response.body).isSlowDown
            guard isForbidden || [405, 501].contains(response.status) else {
                throw client.failure(.find, key, response)
            }
        }
        client.connection.noteThatListingFails()
        return nil
    }
}
