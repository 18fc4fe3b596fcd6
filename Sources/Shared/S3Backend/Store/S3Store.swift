internal import Basics
internal import CloudStorage
internal import Digests
package import HTTPClient
package import Storage

/// A bucket with DVC objects in it.
///
/// Every object is one that its name promises: what is sent carries its own MD5, which the service
/// checks, and that is computed before from the bytes to be sent. Nothing is retried here but the
/// pieces of large objects.
package struct S3Store: ObjectStore {
    package let traits: StoreTraits
    let client: S3Client
    let conditions: Conditions
    let threads: BlockingThreads
    let uploads: UploadsUnderWay

    /// Opens nothing: the first request does.
    ///
    /// `systemTime`: seconds since 1970. Throws ``S3AddressError``.
    package init(
        _ configuration: S3Configuration, on loop: TransferLoop, as identity: any S3Identity,
        clock: SigningClock
    ) throws(S3AddressError) {
        guard let client = S3Client(configuration, on: loop, as: identity, at: clock) else {
            throw S3AddressError(
                remote: configuration.name, bucket: configuration.bucket,
                endpoint: configuration.endpoint)
        }
        self.client = client
        var traits = StoreTraits(
            name: configuration.name, blocksThreads: false, answersRuns: true,
            runsSpanFolders: true, usualJobs: configuration.concurrency)
        traits.putsOnlyNew = true  // "if there is no such object"
        self.traits = traits
        conditions = Conditions()
        threads = BlockingThreads()
        uploads = UploadsUnderWay()
    }

    var configuration: S3Configuration { client.configuration }

    /// How many requests may be under way now: fewer than configured after a slow-down.
    package var concurrencyLimit: Int { client.concurrencyLimit }

    /// Sends a request; whatever keeps it from being answered becomes an error about the object.
    func send(
        _ request: S3Request, _ operation: StoreError.Operation, _ key: ObjectKey
    ) async throws -> HTTPResponse {
        do {
            return try await client.send(request)
        } catch {
            throw client.failure(operation, key, error, target: request.targetPath)
        }
    }

    /// The size in bytes, or `nil` when there is no such object.
    ///
    /// The first question is a list of what has the object's name, which tells a missing object from
    /// a missing bucket; `HEAD`, which all later ones are, does not.
    package func size(of key: ObjectKey) async throws -> Int64? {
        if !client.knowsBucket, client.mayList, let listing = try await list(key) {
            return listing.keys.first == client.key(key.path) ? listing.firstSize : nil
        }
        let response = try await head(key)
        switch response.status {
        case 200: return response["content-length"].flatMap { Int64($0) } ?? 0
        case 404:
            if !client.knowsBucket { try await checkBucket(.find, key) }
            return nil
        default:
            throw client.failure(.find, key, try await explained(response, key))
        }
    }

    /// The first key that begins with that of an object, which is its own if it is there.
    ///
    /// `nil` when listing is not allowed or not understood.
    private func list(_ key: ObjectKey) async throws -> S3Listing? {
        let prefix = percentEncoded(client.key(key.path))
        let query = "encoding-type=url&list-type=2&max-keys=1&prefix=\(prefix)"
        return try await listing(query, key)
    }

    /// One page of a list; `nil` when listing is not allowed or not understood.
    func listing(_ query: String, _ key: ObjectKey) async throws -> S3Listing? {
        let response = try await send(S3Request(.get, nil, query: query), .find, key)
        if response.status == 200, let listing = try? S3Listing(response.body) { return listing }
        let code = S3Refusal(response.body)?.code
        let isForbidden = response.status == 403 && [nil, "AccessDenied"].contains(code)
        guard response.status == 200 || isForbidden || [401, 405, 501].contains(response.status)
        else { throw client.failure(.find, key, response) }
        client.noteThatListingFails()
        return nil
    }

    func head(_ key: ObjectKey) async throws -> HTTPResponse {
        var request = S3Request(.head, client.key(key.path))
        request.secrets = configuration.encryptionKeyHeaders
        return try await send(request, .find, key)
    }

    /// A refusal with words in place of one that, as an answer to `HEAD`, has none.
    private func explained(_ response: HTTPResponse, _ key: ObjectKey) async throws -> HTTPResponse
    {
        guard [400, 403].contains(response.status) else { return response }
        var request = S3Request(.get, client.key(key.path))
        request.headers = [HTTPHeader("range", "bytes=0-0")]
        request.secrets = configuration.encryptionKeyHeaders
        let words = try await send(request, .find, key)
        return words.status == response.status ? words : response
    }

    /// Throws when the bucket is missing, of which the absence of an object says nothing.
    func checkBucket(_ operation: StoreError.Operation, _ key: ObjectKey) async throws {
        let response = try await send(S3Request(.head, nil), operation, key)
        guard response.status == 404 else { return }
        let body = "<Error><Code>NoSuchBucket</Code></Error>"
        throw client.failure(
            operation, key, HTTPResponse(status: 404, body: Array(body.utf8)))
    }
}

/// A remote whose bucket or endpoint cannot be part of a URL.
package struct S3AddressError: UserFacingError {
    package let remote: String
    package let bucket: String
    package let endpoint: String?

    package var summary: String {
        let place = endpoint.map { " at '\(printable($0))'" } ?? ""
        return "remote '\(remote)' names no bucket that can be asked: "
            + "'\(printable(bucket))'\(place)"
    }

    package var advice: String? {
        "check 'url' and 'endpointurl' of remote '\(remote)'; an endpoint starts with 'https://'"
    }
}

/// Whether the service understands "only if there is no such object", learned once.
final class Conditions: Sendable {
    private let refused = Locked(false)

    var areUnderstood: Bool { refused.withLock { !$0 } }

    func noteRefusal() { refused.withLock { $0 = true } }
}
