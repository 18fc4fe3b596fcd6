internal import Basics
internal import CloudStorage
internal import HTTPClient
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension WebClient {
    private var name: String { configuration.name }

    /// Sends a request; whatever keeps it from being answered becomes an error about the object.
    ///
    /// `target`: the file that the body goes to.
    func send(
        _ request: HTTPRequest, _ operation: StoreError.Operation, _ key: ObjectKey,
        target: FilePath? = nil
    ) async throws -> HTTPResponse {
        do {
            return try await send(request)
        } catch {
            throw StoreError.unanswered(
                operation, key, store: name, error, hasAnswered: hasAnswered, target: target)
        }
    }

    /// The error for an answer that is not what was asked for.
    func failure(
        _ operation: StoreError.Operation, _ key: ObjectKey, _ response: HTTPResponse,
        _ method: HTTPRequest.Method
    ) -> StoreError {
        let (reason, remedy) = explain(operation, response, method)
        return StoreError(operation, key, store: name, reason, remedy: remedy)
    }

    private func explain(
        _ operation: StoreError.Operation, _ response: HTTPResponse, _ method: HTTPRequest.Method
    ) -> (StoreError.Reason, remedy: String?) {
        let status = response.status
        let detail = "HTTP \(status) to \(method.rawValue) at '\(configuration.address.root)'"
        switch status {
        case 404, 410:
            if operation == .upload { break }
            return (.missing, nil)
        case 401: return (.denied("the server wants to know who asks (\(detail))"), login(response))
        case 403:
            return (
                .denied("the server forbids it (\(detail))"),
                "check the credentials of remote '\(name)' and what they allow"
            )
        case 405, 501:
            return (
                .unavailable("the server does not take such requests (\(detail))"),
                operation == .upload ? uploadAdvice : nil
            )
        case 400 where speaksOnlyTLS(response):
            return (
                .unavailable("the server takes requests with TLS alone (\(detail))"),
                "let the url of remote '\(name)' begin with 'https://', or 'webdavs://'"
            )
        // An answer without words, which could have said it.
        case 400 where method == .head && configuration.address.scheme == "http":
            return (
                .failed("the server refused it (\(detail))"),
                "if it takes requests with TLS alone, let the url of remote '\(name)' begin with "
                    + "'https://', or 'webdavs://'"
            )
        case 413:
            return (
                .failed("it is too large for the server (\(detail))"),
                "let the server take more (nginx: 'client_max_body_size')"
            )
        case 507: return (.full("no space left on the server (\(detail))"), nil)
        case 301, 302, 303, 307, 308: return (redirection(response, detail), nil)
        case 408, 423, 425, 429, 500, 502...504:
            let now = Int64(time(nil))
            return (.busy(detail, retryAfter: response.retryAfter(now: now)), nil)
        case 200..<300 where method == .propfind:
            return (
                .unavailable("the server does not answer as one of WebDAV (\(detail))"),
                "check the url and the credentials of remote '\(name)'"
            )
        default: break
        }
        if operation == .upload, [404, 409].contains(status) {
            return (.failed("the server has no folder for it (\(detail))"), folderAdvice(method))
        }
        return (.failed("the server refused it (\(detail))"), nil)
    }

    /// What to do about a server that takes no uploads, or not in this way.
    private var uploadAdvice: String {
        configuration.service == .http
            ? "check that the server takes uploads; 'git dvc remote modify \(name) method' sets PUT "
                + "or POST"
            : "check that the server takes uploads, and the url of remote '\(name)'"
    }

    private func folderAdvice(_ method: HTTPRequest.Method) -> String {
        guard configuration.service == .http else { return "check the url of remote '\(name)'" }
        let folders = "let the server make folders (nginx: 'create_full_put_path on')"
        return method == .post
            ? "if the server takes PUT: 'git dvc remote modify \(name) method PUT'; and \(folders)"
            : folders
    }

    /// Whether a server says that it wants TLS: nginx, Apache and Go do, in their own words.
    private func speaksOnlyTLS(_ response: HTTPResponse) -> Bool {
        configuration.address.scheme == "http"
            && String(decoding: response.body, as: UTF8.self).contains("HTTPS")
    }

    /// What to do about a server that does not know who asks, or does not believe it.
    private func login(_ response: HTTPResponse) -> String {
        if wantsDigest(response) {
            return
                "the server asks for a Digest login, which DVC does not know either: let it take "
                + "Basic, over https; or check 'user' and 'password' of remote '\(name)'"
        }
        if !configuration.identity.isNobody {
            return
                "the server does not accept the login: check 'user' and 'password', or the token, of "
                + "remote '\(name)'"
        }
        let settings =
            configuration.service == .http
            ? "'auth', 'user' and 'password'" : "'user' and 'password'"
        return "set \(settings) of remote '\(name)'; a secret belongs into "
            + "'git dvc remote modify --local'"
    }

    /// Whether the first login that the server offers is one that we do not have (RFC 7616).
    private func wantsDigest(_ response: HTTPResponse) -> Bool {
        response["www-authenticate"]?.lowercased().hasPrefix("digest") ?? false
    }

    private func redirection(_ response: HTTPResponse, _ detail: String) -> StoreError.Reason {
        let target = response["location"].map { printable(withoutPassword($0)) } ?? ""
        return .unavailable("it is said to be at '\(target)', which is not followed (\(detail))")
    }
}
