internal import Basics
internal import Digests
internal import HTTPClient
internal import Storage

/// A request to a bucket, before it is known where that is and who asks.
struct S3Request: Sendable {
    var method: HTTPRequest.Method
    /// `nil` for the bucket itself.
    var key: String?
    /// Percent-encoded, without the question mark.
    var query = ""
    var headers: [HTTPHeader] = []
    /// Headers with secrets.
    var secrets: [HTTPHeader] = []
    var body = HTTPRequest.Body.none
    /// The hash of the body; only used where it must be signed.
    var payload = PayloadHash.empty
    var destination = HTTPRequest.Destination.memory(limit: 16 << 20)
    /// The file that the destination is, for errors.
    var targetPath: FilePath?
    var acceptedStatuses = 200...299
    var isBulk = false
    var expectsContinue = false
    var activityTimeout: Duration?
    var observer: (@Sendable (Int64) -> Void)?

    init(_ method: HTTPRequest.Method, _ key: String?, query: String = "") {
        self.method = method
        self.key = key
        self.query = query
    }
}

/// Signs requests and sends them to where the bucket is.
///
/// What it learns on the way, it keeps for the next request: the bucket's region, the server's
/// time. Nothing else is asked twice.
final class S3Client: Sendable {
    let configuration: S3Configuration
    private let loop: TransferLoop
    private let identity: any S3Identity
    private let clock: SigningClock
    private let gate: RequestGate
    private let state: Locked<State>

    private struct State {
        var address: S3Address
        var signer: RequestSigner
        /// Whether any answer came: what fails then, fails because something changed.
        var hasAnswered = false
        /// Whether something in the bucket was found or stored, so that it is there.
        var knowsBucket = false
        /// Whether nobody said yet that we may not, or cannot, list.
        var mayList = true
    }

    /// `nil` when there is no way to ask for this bucket.
    init?(
        _ configuration: S3Configuration, on loop: TransferLoop, as identity: any S3Identity,
        at clock: SigningClock
    ) {
        guard let address = S3Address(configuration, region: configuration.region) else {
            return nil
        }
        self.configuration = configuration
        self.loop = loop
        self.identity = identity
        self.clock = clock
        gate = RequestGate(configuration.gateSettings(clock))
        state = Locked(
            State(address: address, signer: RequestSigner(service: "s3", region: address.region)))
    }

    var hasAnswered: Bool { state.withLock { $0.hasAnswered } }
    var knowsBucket: Bool { state.withLock { $0.knowsBucket } }
    var mayList: Bool { state.withLock { $0.mayList } }
    func noteThatListingFails() { state.withLock { $0.mayList = false } }
    var concurrencyLimit: Int { gate.limit }
    var isSecure: Bool { state.withLock { $0.address.isSecure } }
    /// Seconds since 1970, as the server sees it.
    var now: Int64 { clock.now.time.secondsSince1970 }

    /// The key of an object below the remote's prefix.
    func key(_ path: FilePath) -> String {
        configuration.prefix.isEmpty ? path.string : configuration.prefix + "/" + path.string
    }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// Waits for its turn. Once each it asks again: in the region that the service names, with the
    /// service's time, with new credentials. Throws `TransportError`, what the identity throws, `CancellationError`.
    func send(_ request: S3Request) async throws -> HTTPResponse {
        var regionChanges = 0
        var renewals = 0
        while true {
            let (response, sent) = try await attempt(request)
            let isGood = response.status < 300
            state.withLock {
                $0.hasAnswered = true
                if isGood { $0.knowsBucket = true }
            }
            if isGood || response.status == 404 { return response }
            let refusal = S3Refusal(response.body)
            if regionChanges < 2, let region = region(in: response, refusal, not: sent.region) {
                regionChanges += 1
                if move(to: region) { continue }
            }
            if refusal?.code == "RequestTimeTooSkewed" || isOldSignature(response, refusal),
                let time = serverTime(response, refusal),
                clock.correct(to: time, afterRefusalOf: sent.reading)
            {
                continue
            }
            if renewals == 0, let credentials = sent.credentials, refusal?.isExpiry == true {
                renewals += 1
                if try await identity.renew(credentials) { continue }
            }
            return response
        }
    }

    // MARK: Making requests

    /// What a request was signed with.
    private struct Signing {
        let region: String
        let credentials: AWSCredentials?
        let reading: SigningClock.Reading
    }

    /// Signs and sends a request when it is its turn.
    private func attempt(_ request: S3Request) async throws -> (HTTPResponse, Signing) {
        var signing: Signing?
        let response = try await gate.pass {
            // Only now, because a signature and credentials do not last for ever.
            let (address, signer) = state.withLock { ($0.address, $0.signer) }
            let credentials = try await identity.credentials()
            let reading = clock.now
            signing = Signing(region: address.region, credentials: credentials, reading: reading)
            return try await loop.send(
                sign(request, address, signer, credentials, reading.time))
        }
        guard let signing else { throw CancellationError() }  // an answer has a request
        return (response, signing)
    }

    private func sign(
        _ request: S3Request, _ address: S3Address, _ signer: RequestSigner,
        _ credentials: AWSCredentials?, _ time: AWSTime
    ) -> HTTPRequest {
        var path = address.path
        if let key = request.key { path += "/" + percentEncoded(key, keepingSlashes: true) }
        if path.isEmpty { path = "/" }
        var query = request.query
        if !query.isEmpty { query = "?" + query }
        var sent = HTTPRequest(
            request.method, "\(address.scheme)://\(address.host)\(path)\(query)",
            headers: request.headers, body: request.body, to: request.destination,
            peer: configuration.peer)
        sent.acceptedStatuses = request.acceptedStatuses
        sent.isBulk = request.isBulk
        sent.expectsContinue = request.expectsContinue
        sent.activityTimeout = request.activityTimeout
        sent.observer = request.observer
        sent.secrets = request.secrets
        guard let credentials else { return sent }
        let unsigned = UnsignedRequest(
            request.method.rawValue, host: address.host, path: path, query: request.query,
            headers: request.headers + request.secrets,
            payload: address.isSecure && request.payload != .empty ? .unsigned : request.payload)
        sent.secrets += signer.headers(for: unsigned, as: credentials, at: time)
        return sent
    }

    // MARK: Learning from refusals

    /// Another region that the answer names as the bucket's.
    ///
    /// Source: Amazon S3 API Reference, "Making requests": redirects name the region in a header.
    private func region(
        in response: HTTPResponse, _ refusal: S3Refusal?, not current: String
    ) -> String? {
        guard [301, 307, 400, 403].contains(response.status) else { return nil }
        let named = response["x-amz-bucket-region"] ?? refusal?.region
        guard let named, named != current, !named.isEmpty else { return nil }
        // A refusal for other reasons may name the region as well.
        return response.status == 403 && refusal?.code != "SignatureDoesNotMatch" ? nil : named
    }

    private func move(to region: String) -> Bool {
        guard let address = S3Address(configuration, region: region) else { return false }
        state.withLock {
            $0.address = address
            $0.signer = RequestSigner(service: "s3", region: region)
        }
        return true
    }

    /// Whether a refusal without words, as of `HEAD`, can be about the time.
    private func isOldSignature(_ response: HTTPResponse, _ refusal: S3Refusal?) -> Bool {
        guard response.status == 403, refusal == nil, let time = serverTime(response, nil) else {
            return false
        }
        return abs(time.secondsSince1970 - now) > 15 * 60
    }

    private func serverTime(_ response: HTTPResponse, _ refusal: S3Refusal?) -> AWSTime? {
        if let time = refusal?.serverTime.flatMap({ AWSTime($0) }) { return time }
        let date = response["date"].flatMap { HTTPDate($0) }
        return date.map { AWSTime(secondsSince1970: $0.secondsSince1970) }
    }
}

extension S3Refusal {
    /// Whether it says that the credentials were good once.
    var isExpiry: Bool { ["ExpiredToken", "TokenRefreshRequired"].contains(code) }
}
