internal import Basics
internal import CCurl

/// What became of a request.
extension Transfer {
    /// What became of the request that libcurl ended with this code.
    func result(of code: CURLcode, _ library: CurlLibrary) -> Result<HTTPResponse, any Error> {
        if let failure { return .failure(error(failure)) }
        // A server that refuses a body may close the connection while that is still being sent.
        let isRefusal = status >= 400 && (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR)
        guard code == CURLE_OK || isRefusal else {
            return .failure(error(reason(of: code, library)))
        }
        if case .bytes(let bytes) = request.body, !bytes.isEmpty, code == CURLE_OK {
            request.observer?(Int64(bytes.count))
        }
        return .success(
            HTTPResponse(
                status: status, headers: headers, body: received, bodyCount: receivedCount))
    }

    private func reason(of code: CURLcode, _ library: CurlLibrary) -> TransportError.Reason {
        let words = library.words(for: code)
        switch code {
        // The scheme is one of HTTP, so that with a connection made it is the answer that is not.
        case CURLE_UNSUPPORTED_PROTOCOL where connectionCount(library.functions) > 0:
            return .notHTTP
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return .badRequest(words)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .hostNotFound
        case CURLE_COULDNT_CONNECT, CURLE_PROXY: return .cannotConnect(connectWords(words, library))
        case CURLE_OPERATION_TIMEDOUT:
            // Either limit has the same code, but only one of them is left once bytes moved.
            return hasMoved ? .stalled(request.timeLimit ?? activityTimeout) : .connectTimeout
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM,
            CURLE_SSL_CIPHER, CURLE_SSL_CONNECT_ERROR, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_SSL_INVALIDCERTSTATUS:
            return secureReason(words)
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE,
            CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_SEND_FAIL_REWIND, CURLE_WEIRD_SERVER_REPLY:
            return .interrupted(words)
        default: return .failed(words)
        }
    }

    /// Whether it is that nobody speaks TLS there, of which libcurl has no code.
    ///
    /// Source: the words of OpenSSL and GnuTLS for a first record that is none.
    private func secureReason(_ words: String) -> TransportError.Reason {
        let said = errorWords.map { String(cString: $0) } ?? ""
        let signs = ["wrong version number", "unexpected TLS packet", "packet length too long"]
        if signs.contains(where: said.contains) { return .notTLS }
        return .tls(said.isEmpty ? words : said)
    }

    /// The system's words, which say more: "connection refused".
    private func connectWords(_ words: String, _ library: CurlLibrary) -> String {
        var code = 0
        _ = ccurl_get_number(library.functions, handle, CURLINFO_OS_ERRNO, &code)
        return code == 0 ? words : systemErrorText(CInt(truncatingIfNeeded: code))
    }

    /// How many connections were made for the request.
    private func connectionCount(_ curl: UnsafePointer<ccurl_functions>) -> Int {
        var count = 0
        _ = ccurl_get_number(curl, handle, CURLINFO_NUM_CONNECTS, &count)
        return count
    }

    /// One line about the request, without anything that is secret.
    func traceLine(
        _ result: Result<HTTPResponse, any Error>, _ curl: UnsafePointer<ccurl_functions>
    ) -> String {
        var microseconds: curl_off_t = 0
        _ = ccurl_get_size(curl, handle, CURLINFO_TOTAL_TIME_T, &microseconds)
        let connections = connectionCount(curl)
        let outcome: String
        switch result {
        case .success(let response): outcome = "\(response.status)"
        case .failure(let error):
            outcome = error is CancellationError ? "cancelled" : summary(of: error)
        }
        let connection = connections > 0 ? ", new connection" : ""
        return "\(request.method.rawValue) \(traceable(url: request.url)): \(outcome), "
            + "\(request.body.count) bytes sent, \(receivedCount) received in "
            + "\(microseconds / 1000) ms\(connection)"
    }
}
