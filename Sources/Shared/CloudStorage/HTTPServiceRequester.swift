package import HTTPClient

/// Asks the small questions through the loop that moves the objects, too.
package struct HTTPServiceRequester: ServiceRequester {
    private let loop: TransferLoop
    private let peer: Peer
    private let now: @Sendable () -> Int64

    /// `peer`: certificates and proxy; its time limits are replaced by those of each request.
    ///
    /// `now`: seconds since 1970, to which a date in `Retry-After` is compared.
    package init(_ loop: TransferLoop, peer: Peer, now: @escaping @Sendable () -> Int64) {
        self.loop = loop
        self.peer = peer
        self.now = now
    }

    package func respond(to request: ServiceRequest) async throws -> ServiceResponse {
        guard let method = HTTPRequest.Method(rawValue: request.method) else {
            preconditionFailure("no such method")
        }
        var peer = peer
        peer.connectTimeout = request.timeout
        peer.activityTimeout = request.timeout
        if !request.usesProxy { peer.proxy = ProxySettings() }
        var sent = HTTPRequest(
            method, request.url, body: request.body.isEmpty ? .none : .bytes(request.body),
            to: .memory(limit: request.answerLimit), peer: peer)
        sent.timeLimit = request.timeout
        sent.secrets = request.headers
        let answer = try await loop.send(sent)
        return ServiceResponse(
            status: answer.status, body: answer.body, retryAfter: answer.retryAfter(now: now()))
    }
}
