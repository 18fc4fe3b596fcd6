internal import Basics
internal import CloudStorage
internal import HTTPClient
internal import Storage

extension GCSClient {
    /// The error for an answer that is not what was asked for.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ response: HTTPResponse
    ) -> StoreError {
        let (reason, remedy) = explain(operation, GCSRefusal(response.body), response)
        return StoreError(operation, key, store: configuration.name, reason, remedy: remedy)
    }

    /// The error for a request without an answer.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ error: any Error,
        target: FilePath? = nil
    ) -> any Error {
        StoreError.unanswered(
            operation, key, store: configuration.name, error, hasAnswered: connection.hasAnswered,
            target: target)
    }

    private func explain(
        _ operation: StoreError.Operation, _ refusal: GCSRefusal, _ response: HTTPResponse
    ) -> (StoreError.Reason, remedy: String?) {
        let status = response.status
        let bucket = "bucket '\(printable(configuration.bucket))'"
        let name = configuration.name
        let detail =
            refusal.reason.isEmpty
            ? "HTTP \(status)" : "HTTP \(status) \(printable(String(refusal.reason.prefix(60))))"
        let message =
            refusal.message.isEmpty
            ? "" : ": " + printable(String(refusal.message.prefix(200)))
        switch status {
        // Nothing else that an upload needs can be missing.
        case 404 where refusal.isAboutBucket || operation == .upload:
            return (
                .unavailable("\(bucket) does not exist (\(detail))"),
                "check the url of remote '\(name)', or create the bucket"
            )
        case 404, 410: return (.missing, nil)
        case 401:
            return (
                .denied("the service does not know who asks (\(detail))\(message)"),
                "run 'gcloud auth application-default login', "
                    + "or set 'credentialpath' of remote '\(name)'"
            )
        case 403 where refusal.isSlowDown, 408, 429, 500, 502...504:
            return (
                .busy("\(detail)\(message)", retryAfter: response.retryAfter(now: connection.now)),
                nil
            )
        case 403 where refusal.isQuota:
            return (
                .full("a quota of \(bucket) is used up (\(detail))\(message)"),
                "look at the quotas of the project in Google Cloud"
            )
        case 403:
            return (
                .denied("access to \(bucket) denied (\(detail))\(message)"), Self.accessAdvice(name)
            )
        case 507: return (.full("no space left in \(bucket) (\(detail))"), nil)
        case 300...399: return redirection(response, detail)
        case 409, 412: return (.interrupted("\(detail)\(message)"), nil)
        default: return (.failed("the service refused it (\(detail))\(message)"), nil)
        }
    }

    private static func accessAdvice(_ name: String) -> String {
        "check the credentials of remote '\(name)', and that they allow storage.objects.get, "
            + "storage.objects.create and storage.objects.list ('Storage Object User' has them)"
    }

    private func redirection(
        _ response: HTTPResponse, _ detail: String
    ) -> (StoreError.Reason, remedy: String?) {
        let target = response["location"].flatMap { hostAndPort(ofURL: $0) }
        let bucket = "bucket '\(printable(configuration.bucket))'"
        let place = target.map { "at '\(printable($0))'" } ?? "somewhere else"
        // Whoever sends us there could get to see a token that is meant for somebody else.
        return (
            .unavailable("\(bucket) is said to be \(place), which is not followed (\(detail))"),
            "set 'endpointurl' of remote '\(configuration.name)'"
        )
    }
}
