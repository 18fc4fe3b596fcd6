internal import Basics
internal import CloudStorage
internal import HTTPClient
internal import Storage

extension S3Client {
    /// The error for an answer that is not what was asked for.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ response: HTTPResponse
    ) -> StoreError {
        let refusal = S3Refusal(response.body) ?? S3Refusal()
        let (reason, remedy) = explain(refusal, response)
        return StoreError(
            operation, key, store: configuration.name, reason, remedy: remedy)
    }

    /// The error for a request without an answer.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ error: any Error,
        target: FilePath? = nil
    ) -> any Error {
        StoreError.unanswered(
            operation, key, store: configuration.name, error, hasAnswered: hasAnswered,
            target: target)
    }

    private func explain(
        _ refusal: S3Refusal, _ response: HTTPResponse
    ) -> (StoreError.Reason, remedy: String?) {
        let status = response.status
        let bucket = "bucket '\(printable(configuration.bucket))'"
        let name = configuration.name
        let code = printable(String(refusal.code.prefix(60)))
        let detail = code.isEmpty ? "HTTP \(status)" : "HTTP \(status) \(code)"
        let message =
            refusal.message.isEmpty
            ? "" : ": " + printable(String(refusal.message.prefix(200)))
        func denied(_ words: String, _ remedy: String) -> (StoreError.Reason, String?) {
            (.denied("\(words) (\(detail))"), remedy)
        }
        switch (status, refusal.code) {
        case (_, "NoSuchBucket"):
            return (
                .unavailable("\(bucket) does not exist (\(detail))"),
                "check the url of remote '\(name)', or create the bucket"
            )
        case (404, _): return (.missing, nil)
        case (_, "InvalidAccessKeyId"):
            return denied(
                "the service does not know the access key",
                "check the access key of remote '\(name)'")
        case (_, "SignatureDoesNotMatch"):
            return denied(
                "the secret key is not the one of the access key",
                "check the secret key of remote '\(name)'")
        case (_, "ExpiredToken"), (_, "TokenRefreshRequired"), (_, "InvalidToken"):
            return denied(
                "the session token has expired or is not valid",
                "get new credentials for remote '\(name)', such as with 'aws sso login'")
        case (_, "RequestTimeTooSkewed"), (_, "RequestExpired"):
            return denied(
                "the clock of this machine differs too much from the service's", "set the clock")
        case (507, _), (_, "QuotaExceeded"), (_, "XMinioStorageFull"), (_, "InsufficientStorage"):
            return (.full("no space left in \(bucket) (\(detail))"), nil)
        case (401, _), (403, _):
            return denied("access to \(bucket) denied\(message)", Self.accessAdvice(name))
        case (301, _), (302, _), (307, _), (308, _): return redirection(response, detail)
        case (400, "RequestTimeout"), (409, _), (412, _), (400, "BadDigest"),
            (400, "XAmzContentSHA256Mismatch"):
            return (.interrupted("\(detail)\(message)"), nil)
        case (429, _), (500, _), (502...504, _), (_, "SlowDown"):
            return (.busy("\(detail)\(message)", retryAfter: response.retryAfter(now: now)), nil)
        default:
            return (.failed("the service refused it (\(detail))\(message)"), nil)
        }
    }

    private static func accessAdvice(_ name: String) -> String {
        "check the credentials of remote '\(name)', and that they allow s3:GetObject, s3:PutObject "
            + "and s3:ListBucket: without the last, an object that is missing looks forbidden"
    }

    private func redirection(
        _ response: HTTPResponse, _ detail: String
    ) -> (StoreError.Reason, remedy: String?) {
        let target = response["location"].flatMap { hostAndPort(ofURL: $0) }
        let bucket = "bucket '\(printable(configuration.bucket))'"
        let remedy = "set 'region' or 'endpointurl' of remote '\(configuration.name)'"
        guard let target else {
            return (.unavailable("\(bucket) is somewhere else (\(detail))"), remedy)
        }
        // Whoever sends us there could get to see what is signed for somebody else.
        let words = "\(bucket) is said to be at '\(printable(target))', which is not followed"
        return (.unavailable("\(words) (\(detail))"), remedy)
    }
}
