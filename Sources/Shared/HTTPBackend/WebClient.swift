internal import Basics
package import HTTPClient
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A remote on a web server: where it is, who we are there, and how to get there.
package struct WebConfiguration: Sendable {
    /// The DVC remote's name.
    package let name: String
    package var address: WebAddress
    package var identity: any WebIdentity = FixedHeaders()
    package var peer = Peer()
    /// Of HTTP, for uploads: the option `method`.
    package var uploadMethod = HTTPRequest.Method.post
    package var service = Service.http

    /// What is spoken there, which decides on the settings that help.
    package enum Service: Sendable {
        case http, webDAV, webHDFS
    }

    package init(name: String, address: WebAddress) {
        self.name = name
        self.address = address
    }
}

/// Sends requests about a remote: with credentials, and after redirects that do no harm.
struct WebClient: Sendable {
    let configuration: WebConfiguration
    private let loop: TransferLoop
    private let answered = Locked(false)
    /// Whether requests say who sends them.
    private var isAnonymous = false
    /// Whether redirects are followed, or are the answer.
    private var followsRedirects = true

    private static let redirectLimit = 5

    init(_ configuration: WebConfiguration, on loop: TransferLoop) {
        self.configuration = configuration
        self.loop = loop
    }

    func request(_ method: HTTPRequest.Method, _ path: FilePath) -> HTTPRequest {
        HTTPRequest(method, configuration.address.url(of: path), peer: configuration.peer)
    }

    /// The same, but that redirects are the answer, and that nobody is told who asks.
    func following(redirects: Bool, anonymously: Bool) -> WebClient {
        var client = self
        client.followsRedirects = redirects
        client.isAnonymous = anonymously
        return client
    }

    /// Whether the server has answered any request, so that its address is right.
    var hasAnswered: Bool { answered.withLock { $0 } }

    /// The answer, whatever its status.
    ///
    /// Credentials are never sent to another host or without TLS where the remote has it, and uploads
    /// go to no other host: such a redirect is the answer. Throws `TransportError`, what the identity
    /// throws, `CancellationError`.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var request = request
        let host = hostAndPort(ofURL: request.url)
        if isAnonymous {
            request.peer.negotiates = false
            return try await loop.send(request)
        }
        var identity = try await configuration.identity.headers(after: nil)
        request.secrets += identity
        var response = try await loop.send(request)
        answered.withLock { $0 = true }
        if response.status == 401, configuration.identity.isRenewable {
            let renewed = try await configuration.identity.headers(after: identity)
            if renewed != identity {
                request.secrets.removeLast(identity.count)
                request.secrets += renewed
                identity = renewed
                response = try await loop.send(request)
            }
        }
        guard followsRedirects else { return response }
        for _ in 0..<Self.redirectLimit {
            guard let next = follow(response, from: request, host: host) else { return response }
            request = next
            response = try await loop.send(request)
        }
        return response
    }

    /// The request that a redirect asks for; `nil` when the answer is none, or one not to follow.
    private func follow(
        _ response: HTTPResponse, from request: HTTPRequest, host: String?
    ) -> HTTPRequest? {
        guard [301, 302, 303, 307, 308].contains(response.status),
            let location = response["location"],
            let target = redirectTarget(location, from: request.url),
            let targetHost = hostAndPort(ofURL: target)
        else { return nil }
        var next = request
        next.url = target
        let (from, to) = (request.url.prefix(6).lowercased(), target.prefix(6).lowercased())
        if targetHost == host, from == to {
            // Of the others a browser would make a GET.
            return request.method.isReading || [307, 308].contains(response.status) ? next : nil
        }
        let losesTLS = from == "https:" && to != "https:"
        guard request.method.isReading, !losesTLS else { return nil }
        next.secrets = []
        next.peer.negotiates = false
        return next
    }
}

extension HTTPRequest.Method {
    fileprivate var isReading: Bool { self == .get || self == .head }
}
