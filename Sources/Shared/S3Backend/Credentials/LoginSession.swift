internal import Basics
internal import CloudStorage
internal import Digests
internal import FoundationEssentials

/// A file of `~/.aws/login/cache`: what `aws login` left, and what renews it.
///
/// Source: botocore 1.43, `LoginCredentialFetcher`.
struct LoginSession: Sendable {
    let loaded: LoadedCredentials
    /// All of the file, with what other programs keep there.
    private let fields: [String: JSONValue]

    init(_ bytes: [UInt8], source: String) throws(AnswerProblem) {
        loaded = try credentials(fromLogin: bytes, source: source)
        fields = try decode(bytes)
    }

    /// As it is kept.
    var encoded: [UInt8] { json(fields) }

    /// What asks for others, and what proves that we may; `nil` when that is not possible.
    ///
    /// `url`: where the question goes, which the proof names.
    func renewal(to url: String, at now: AWSTime) -> (body: [UInt8], proof: String)? {
        guard let client = fields["clientId"]?.text, let token = fields["refreshToken"]?.text,
            let pem = fields["dpopKey"]?.text, let der = bytes(pem: pem),
            let key = P256PrivateKey(der: der)
        else { return nil }
        let body = ["clientId": client, "refreshToken": token, "grantType": "refresh_token"]
        return (json(body), proofOfPossession(for: url, with: key, at: now))
    }

    /// The session with what the service gave instead.
    func renewed(by answer: [UInt8], at now: AWSTime) throws(AnswerProblem) -> LoginSession {
        struct Answer: Decodable {
            struct Keys: Decodable {
                var accessKeyId: String
                var secretAccessKey: String
                var sessionToken: String
            }
            var accessToken: Keys
            /// In seconds.
            var expiresIn: Int64
            var refreshToken: String
        }
        let answer: Answer = try decode(answer)
        guard (1...86400).contains(answer.expiresIn) else {
            throw AnswerProblem(words: "its keys do not last")
        }
        let end = AWSTime(secondsSince1970: now.secondsSince1970 + answer.expiresIn)
        var keys: [String: JSONValue] = [:]
        if case .object(let old)? = fields["accessToken"] { keys = old }  // the account's id stays
        keys["accessKeyId"] = .text(answer.accessToken.accessKeyId)
        keys["secretAccessKey"] = .text(answer.accessToken.secretAccessKey)
        keys["sessionToken"] = .text(answer.accessToken.sessionToken)
        keys["expiresAt"] = .text(end.extendedFormat)
        var fields = fields
        fields["accessToken"] = .object(keys)
        fields["refreshToken"] = .text(answer.refreshToken)
        return try LoginSession(json(fields), source: loaded.source)
    }
}

/// A proof that whoever sends a request has the key of the login.
///
/// Source: RFC 9449, section 4.2.
private func proofOfPossession(
    for url: String, with key: P256PrivateKey, at now: AWSTime
) -> String {
    struct Header: Encodable {
        var typ = "dpop+jwt"
        var alg = "ES256"
        let jwk: [String: String]
    }
    struct Claims: Encodable {
        var htm = "POST"
        let htu: String
        let iat: Int64
        let jti: String
    }
    let jwk = [
        "kty": "EC", "crv": "P-256", "x": base64URL(key.x), "y": base64URL(key.y),
    ]
    var random = SystemRandomNumberGenerator()
    let number = (0..<2).map { _ in String(random.next(), radix: 16) }.joined(separator: "-")
    let claims = Claims(htu: url, iat: now.secondsSince1970, jti: number)
    let signed = signingInput(header: Header(jwk: jwk), claims: claims)
    return String(decoding: signed, as: UTF8.self) + "." + base64URL(key.signature(of: signed))
}

/// Any JSON, so that what we do not know survives.
private enum JSONValue: Codable, Sendable {
    case text(String)
    case number(Int64)
    case decimal(Double)
    case flag(Bool)
    case list([JSONValue])
    case object([String: JSONValue])
    case null

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // Each is tried in turn: the decoder cannot be asked which it is.
        if value.decodeNil() {
            self = .null
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Int64.self) {
            self = .number(number)
        } else if let decimal = try? value.decode(Double.self) {
            self = .decimal(decimal)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSONValue].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSONValue].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .text(let text): try value.encode(text)
        case .number(let number): try value.encode(number)
        case .decimal(let decimal): try value.encode(decimal)
        case .flag(let flag): try value.encode(flag)
        case .list(let list): try value.encode(list)
        case .object(let object): try value.encode(object)
        case .null: try value.encodeNil()
        }
    }
}
