internal import Basics
internal import CloudStorage
internal import HTTPClient
internal import Storage

extension AzureClient {
    /// The error for an answer that is not what was asked for.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ response: HTTPResponse
    ) -> StoreError {
        let (reason, remedy) = explain(refusal(response), response)
        return StoreError(operation, key, store: configuration.name, reason, remedy: remedy)
    }

    /// What an answer says, in its body or, as to `HEAD`, in its header.
    func refusal(_ response: HTTPResponse) -> AzureRefusal {
        var refusal = AzureRefusal(response.body) ?? AzureRefusal()
        if let code = response["x-ms-error-code"] { refusal.code = code }
        return refusal
    }

    private func explain(
        _ refusal: AzureRefusal, _ response: HTTPResponse
    ) -> (StoreError.Reason, remedy: String?) {
        let status = response.status
        let container = "container '\(printable(configuration.container))'"
        let name = configuration.name
        let code = printable(String(refusal.code.prefix(60)))
        let detail = code.isEmpty ? "HTTP \(status)" : "HTTP \(status) \(code)"
        let message =
            refusal.message.isEmpty
            ? "" : ": " + printable(String(refusal.message.prefix(200)))
        func denied(_ words: String, _ remedy: String) -> (StoreError.Reason, String?) {
            (.denied("\(words) (\(detail))\(message)"), remedy)
        }
        switch (status, refusal.code) {
        case (404, "ContainerNotFound"):
            return (
                .unavailable("\(container) does not exist (\(detail))"),
                "check the url of remote '\(name)', or run 'az storage container create "
                    + "--name \(printable(configuration.container))'"
            )
        case (404, _): return (.missing, nil)
        case (403, "AuthenticationFailed") where isClockWrong(response):
            return denied(
                "the clock of this machine differs too much from the service's", "set the clock")
        case (403, "AuthenticationFailed"):
            return denied(
                "the service does not accept the key, signature or token",
                "check 'account_key', 'sas_token' or 'connection_string' of remote '\(name)'; "
                    + "a signature may have expired")
        case (401, _), (400, "InvalidAuthenticationInfo"):
            return denied(
                "the service wants to know who asks",
                "run 'az login', or set 'account_key', 'sas_token' or 'connection_string' of "
                    + "remote '\(name)'")
        case (403, _), (409, "PublicAccessNotPermitted"):
            return denied(
                "access to \(container) denied",
                "check that the credentials of remote '\(name)' may read, add and list blobs "
                    + "('Storage Blob Data Contributor' may)")
        case (507, _): return (.full("no space left in \(container) (\(detail))"), nil)
        case (408, _), (429, _), (500, _), (502...504, _), (409, "ContainerBeingDeleted"):
            return (
                .busy("\(detail)\(message)", retryAfter: response.retryAfter(now: connection.now)),
                nil
            )
        case (400, "Md5Mismatch"), (409, "BlobAlreadyExists"), (412, _):
            return (.interrupted("\(detail)\(message)"), nil)
        case (300...399, _):
            return (
                .unavailable("the service is said to be somewhere else (\(detail))"),
                "check 'account_name' or 'connection_string' of remote '\(name)'"
            )
        default: return (.failed("the service refused it (\(detail))\(message)"), nil)
        }
    }

    /// Whether the service's time is so far from ours that it refuses what is signed with that.
    ///
    /// Source: "Authorize with Shared Key": 15 minutes.
    private func isClockWrong(_ response: HTTPResponse) -> Bool {
        guard let date = response["date"].flatMap({ HTTPDate($0) }) else { return false }
        return abs(date.secondsSince1970 - connection.now) > 15 * 60
    }
}
