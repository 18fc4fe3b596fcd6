internal import Basics
internal import CCurl

/// Sends requests and suspends until they are answered; many at a time, all on one thread.
///
/// The thread and libcurl behind it start with the first request and end with this object.
/// Connections are kept and used again. Nothing is tried twice, but for a request on a kept
/// connection that turns out to be closed. Redirects are answers like others.
package final class TransferLoop: Sendable {
    private let settings: Settings
    private let engine = Locked<TransferEngine?>(nil)

    /// What is set once for all requests.
    package struct Settings: Sendable {
        /// How many requests are under way at once; the others wait for their turn.
        package var concurrency = 64
        /// Is told one line about each request that ended, without any secret; on the loop's thread.
        package var trace: (@Sendable (String) -> Void)?

        package init() {}
    }

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    deinit { engine.withLock { $0 }?.stop() }

    /// Sends a request and returns the answer, whatever its status.
    ///
    /// Throws ``TransportError`` and, as soon as the task is cancelled, `CancellationError`.
    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let host = hostAndPort(ofURL: request.url)
        guard let host, request.headers.allSatisfy({ $0.isValid }),
            request.secrets.allSatisfy({ $0.isValid })
        else {
            throw TransportError(
                host: host ?? "",
                .badRequest(host == nil ? "the URL is not one of HTTP" : "a header is no header"))
        }
        let engine = try startedEngine(for: host)
        let transfer = Transfer(request, host: host)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                transfer.waiter = waiter
                engine.add(transfer)
            }
        } onCancel: {
            engine.cancel(transfer)
        }
    }

    private func startedEngine(for host: String) throws(TransportError) -> TransferEngine {
        try engine.withLock { engine throws(TransportError) in
            if let engine { return engine }
            let library: CurlLibrary
            switch CurlLibrary.shared {
            case .success(let loaded): library = loaded
            case .failure(let error):
                throw TransportError(host: host, .noLibrary(error.words))
            }
            guard let started = TransferEngine(library, settings) else {
                throw TransportError(
                    host: host, .noLibrary("there is no memory or no thread for it"))
            }
            engine = started
            return started
        }
    }
}

/// Host and port of an absolute URL of HTTP, in lower case; `nil` when it is none.
///
/// A URL with a user or a password is none of ours: they would be sent without being asked for.
package func hostAndPort(ofURL url: String) -> String? {
    // Asked for each request, so the bytes are looked at where they lie.
    url.utf8.withContiguousStorageIfAvailable { hostAndPort(inBytes: $0) }
        ?? Array(url.utf8).withUnsafeBufferPointer { hostAndPort(inBytes: $0) }
}

private func hostAndPort(inBytes url: UnsafeBufferPointer<UInt8>) -> String? {
    guard let start = lengthOfPrefix("https://", of: url) ?? lengthOfPrefix("http://", of: url)
    else { return nil }
    // Everything must be printable ASCII: who makes URLs encodes the rest.
    guard url.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
    let authority = url[start...].prefix { byte in
        byte != UInt8(ascii: "/") && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
    }
    let isPlain = authority.allSatisfy { byte in
        byte != UInt8(ascii: "@") && byte != UInt8(ascii: "\\") && byte != UInt8(ascii: "%")
    }
    guard isPlain, !authority.isEmpty else { return nil }
    return String(decoding: UnsafeBufferPointer(rebasing: authority), as: UTF8.self).lowercased()
}

/// How long a prefix is with which the URL begins, in any case; `nil` when it does not.
private func lengthOfPrefix(_ prefix: StaticString, of url: UnsafeBufferPointer<UInt8>) -> Int? {
    prefix.withUTF8Buffer { prefix in
        guard url.count > prefix.count else { return nil }
        for (byte, wanted) in zip(url, prefix) where byte != wanted {
            guard byte >= 0x41, byte | 0x20 == wanted else { return nil }
        }
        return prefix.count
    }
}
