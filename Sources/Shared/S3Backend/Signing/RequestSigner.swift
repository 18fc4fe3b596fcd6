internal import Basics
internal import Digests
package import HTTPClient

/// Signs requests to one service in one region with AWS Signature Version 4.
///
/// May be used from many tasks at once. Source: "Signature Version 4 signing process" of AWS's
/// documentation; checked against its test vectors and against botocore.
package final class RequestSigner: Sendable {
    /// `s3`, `sts` ...
    package let service: String
    package let region: String
    /// The key that is derived from a secret changes once a day, so deriving it (four HMACs) for
    /// every request would more than double the work.
    private let latest = Locked<DerivedKey?>(nil)

    /// The last moment that was spelled: hundreds of requests are signed in one second.
    private let latestMoment = Locked<Moment?>(nil)

    private struct DerivedKey: Sendable {
        let secret: String
        let day: String
        let key: HMACSHA256
    }

    private struct Moment: Sendable {
        let time: AWSTime
        /// `20150830T123600Z`.
        let text: String
        /// Its first eight characters.
        let day: String
        /// `20150830/us-east-1/s3/aws4_request`.
        let scope: String
    }

    private static let algorithm = "AWS4-HMAC-SHA256"

    package init(service: String, region: String) {
        self.service = service
        self.region = region
    }

    /// The headers to be sent besides those of the request: `x-amz-date`, `authorization`, the
    /// session token where there is one, and for S3 the hash of the body.
    package func headers(
        for request: UnsignedRequest, as credentials: AWSCredentials, at time: AWSTime
    ) -> [HTTPHeader] {
        let moment = moment(time)
        var added = [HTTPHeader("x-amz-date", moment.text)]
        added.reserveCapacity(4)
        if service == "s3" {
            added.append(HTTPHeader("x-amz-content-sha256", request.payload.headerValue))
        }
        if let token = credentials.sessionToken {
            added.append(HTTPHeader("x-amz-security-token", token))
        }
        let canonical = CanonicalRequest(
            request, path: canonicalPath(request.path), addingHeaders: added)
        let signature = signature(of: canonical, as: credentials, at: moment)
        var value: [UInt8] = []
        value.reserveCapacity(256)
        for part in [
            Self.algorithm, " Credential=", credentials.accessKeyID, "/", moment.scope,
            ", SignedHeaders=", canonical.signedHeaders, ", Signature=",
        ] {
            value.append(contentsOf: part.utf8)
        }
        value.append(contentsOf: signature.hexDigits)
        added.append(HTTPHeader("authorization", String(decoding: value, as: UTF8.self)))
        return added
    }

    /// The query of a URL that carries its signature, for those who have no credentials.
    ///
    /// `lifetime`: in seconds, at most a week. The body is not signed.
    package func presignedQuery(
        for request: UnsignedRequest, as credentials: AWSCredentials, at time: AWSTime,
        lifetime: Int
    ) -> String {
        var request = request
        request.payload = .unsigned
        let moment = moment(time)
        let path = canonicalPath(request.path)
        let names = CanonicalRequest(request, path: path).signedHeaders
        let scope = "\(credentials.accessKeyID)/\(moment.scope)"
        var query =
            "X-Amz-Algorithm=\(Self.algorithm)&X-Amz-Credential=\(percentEncoded(scope))"
            + "&X-Amz-Date=\(moment.text)&X-Amz-Expires=\(lifetime)"
            + "&X-Amz-SignedHeaders=\(percentEncoded(names))"
        if let token = credentials.sessionToken {
            query += "&X-Amz-Security-Token=\(percentEncoded(token))"
        }
        let canonical = CanonicalRequest(request, path: path, addingQuery: query)
        let signature = signature(of: canonical, as: credentials, at: moment)
        let before = request.query.isEmpty ? "" : request.query + "&"
        return before + query + "&X-Amz-Signature=\(signature)"
    }

    /// S3 takes the path as it is sent, where `a//b` and `a/../b` are keys like any other; all other
    /// services normalise it and encode it a second time.
    private func canonicalPath(_ path: String) -> String {
        if path.isEmpty { return "/" }
        if service == "s3" { return path }
        return percentEncoded(withoutDotSegments(path), keepingSlashes: true)
    }

    private func signature(
        of canonical: CanonicalRequest, as credentials: AWSCredentials, at moment: Moment
    ) -> SHA256Digest {
        var text: [UInt8] = []
        text.reserveCapacity(192)
        for line in [Self.algorithm, moment.text, moment.scope] {
            text.append(contentsOf: line.utf8)
            text.append(UInt8(ascii: "\n"))
        }
        text.append(contentsOf: sha256(canonical.bytes).hexDigits)
        return key(secret: credentials.secretAccessKey, day: moment.day).code(for: text)
    }

    private func moment(_ time: AWSTime) -> Moment {
        latestMoment.withLock { latest in
            if let latest, latest.time == time { return latest }
            let text = time.basicFormat
            let day = String(text.prefix(8))
            let moment = Moment(
                time: time, text: text, day: day, scope: "\(day)/\(region)/\(service)/aws4_request")
            latest = moment
            return moment
        }
    }

    private func key(secret: String, day: String) -> HMACSHA256 {
        let known = latest.withLock { latest in
            latest.flatMap { $0.secret == secret && $0.day == day ? $0.key : nil }
        }
        if let known { return known }
        var key = HMACSHA256(key: Array("AWS4\(secret)".utf8))
        for part in [day, region, service, "aws4_request"] {
            key = HMACSHA256(key: key.code(for: part.utf8).bytes)
        }
        let derived = DerivedKey(secret: secret, day: day, key: key)
        latest.withLock { $0 = derived }
        return key
    }
}
