internal import CloudStorage
internal import Digests

extension GoogleCredentialFile.ServiceAccountKey {
    /// What proves who asks for a token; `nil` when the key cannot sign.
    ///
    /// `now`: seconds since 1970; it is valid for an hour from then on, the most that is allowed.
    /// Source: Google, "Using OAuth 2.0 for server to server applications"; RFC 7523.
    package func assertion(scope: String, now: Int64) -> String? {
        struct Header: Encodable {
            let alg = "RS256"
            let kid: String?
            let typ = "JWT"
        }
        struct Claims: Encodable {
            let aud: String
            let exp: Int64
            let iat: Int64
            let iss: String
            let scope: String
        }
        let claims = Claims(aud: tokenURL, exp: now + 3600, iat: now, iss: email, scope: scope)
        let signed = signingInput(header: Header(kid: keyID), claims: claims)
        guard let signature = key.signature(of: signed) else { return nil }
        return String(decoding: signed, as: UTF8.self) + "." + base64URL(signature)
    }
}
