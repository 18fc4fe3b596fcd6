package import Digests
package import HTTPClient

/// What a signature says about the body.
package enum PayloadHash: Equatable, Sendable {
    /// No body.
    case empty
    case signed(SHA256Digest)
    /// `UNSIGNED-PAYLOAD`: only over TLS, which protects the body instead.
    case unsigned

    package init(of body: [UInt8]) { self = body.isEmpty ? .empty : .signed(sha256(body)) }

    package var headerValue: String {
        switch self {
        case .empty: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        case .signed(let digest): digest.description
        case .unsigned: "UNSIGNED-PAYLOAD"
        }
    }
}

/// The parts of a request that a signature covers, spelled as they are sent.
package struct UnsignedRequest: Sendable {
    /// In upper case.
    package var method: String
    /// As in the `Host` header: lower case, with the port unless it is the scheme's own.
    package var host: String
    /// Percent-encoded; empty means `/`.
    package var path: String
    /// Percent-encoded, in any order, without the question mark; see ``percentEncoded(_:keepingSlashes:)``.
    package var query: String
    /// All headers to be signed besides `Host` and those that the signer adds.
    package var headers: [HTTPHeader]
    package var payload: PayloadHash

    package init(
        _ method: String, host: String, path: String, query: String = "",
        headers: [HTTPHeader] = [], payload: PayloadHash = .empty
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.query = query
        self.headers = headers
        self.payload = payload
    }
}
