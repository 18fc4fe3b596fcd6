internal import Basics

/// A request that got no complete answer; an answer of any status is none of these.
package struct TransportError: UserFacingError, Equatable {
    package enum Reason: Equatable, Sendable {
        /// libcurl cannot be loaded or does not start; its own words.
        case noLibrary(String)
        /// The request itself makes no sense: a URL that is none, a scheme other than HTTP.
        case badRequest(String)
        /// There is no address for the name of the host, or of the proxy.
        case hostNotFound
        /// Nobody accepts connections there; the words of the library.
        case cannotConnect(String)
        /// No connection within the time allowed for it.
        case connectTimeout
        /// The peer is not who it should be, or no encryption could be agreed on.
        case tls(String)
        /// The peer does not encrypt.
        case notTLS
        /// What came is no answer of HTTP: another service listens there.
        case notHTTP
        /// The connection ended before the answer did.
        case interrupted(String)
        /// Nothing moved for so long.
        case stalled(Duration)
        /// More bytes came than the caller is ready to take.
        case tooLarge(limit: Int64)
        /// The file to send could not be read.
        case reading(code: CInt)
        /// The file to send has become shorter than it was.
        case sourceShrank
        /// What arrived could not be written.
        case writing(code: CInt)
        /// Anything else, in the words of the library.
        case failed(String)
    }

    /// Host and port of the URL; empty when it has none.
    package let host: String
    package let reason: Reason

    package init(host: String, _ reason: Reason) {
        self.host = host
        self.reason = reason
    }

    /// Whether the service did not answer in time, which it does when it is overloaded.
    package var isTimeout: Bool {
        switch reason {
        case .stalled, .connectTimeout: true
        default: false
        }
    }

    package var summary: String {
        let host = printable(host)
        return switch reason {
        case .noLibrary(let words): "libcurl cannot be used: \(printable(words))"
        case .badRequest(let words): "not a request that can be sent: \(printable(words))"
        case .hostNotFound: "the host '\(host)' cannot be found"
        case .cannotConnect(let words): "cannot connect to '\(host)': \(printable(words))"
        case .connectTimeout: "cannot connect to '\(host)': no answer in time"
        case .tls(let words): "no secure connection to '\(host)': \(printable(words))"
        case .notTLS: "what answers at '\(host)' does not speak TLS"
        case .notHTTP: "what answers at '\(host)' does not speak HTTP"
        case .interrupted(let words): "'\(host)' ended the connection: \(printable(words))"
        case .stalled(let time):
            "nothing came from '\(host)' for \(time.components.seconds) seconds"
        case .tooLarge(let limit): "'\(host)' sent more than \(limit) bytes"
        case .reading(let code): "cannot read what is to be sent: \(systemErrorText(code))"
        case .sourceShrank: "the file became shorter while it was sent"
        case .writing(let code): "cannot write what was received: \(systemErrorText(code))"
        case .failed(let words): "the request to '\(host)' failed: \(printable(words))"
        }
    }

    package var advice: String? {
        switch reason {
        case .noLibrary: "install it (Debian, Ubuntu: 'apt-get install libcurl4'), then try again"
        case .hostNotFound: "check the name in the remote's url or endpoint, and the network"
        case .cannotConnect, .connectTimeout:
            "check the address in the remote's url or endpoint, the network, and the proxy"
        case .notHTTP: "check host and port in the remote's url or endpoint"
        case .notTLS:
            "check the port in the remote's url or endpoint; where nothing is encrypted it begins with "
                + "'http://' or 'webdav://'"
        case .tls: "check the certificate authority ('ssl_verify'), and the clock of this machine"
        default: nil
        }
    }
}

extension TransportError {
    /// What may become of the same request later.
    package enum Prospect: Equatable, Sendable {
        /// It fails for as long as nobody changes anything.
        case hopeless
        /// It may succeed.
        case transient
        /// More came than the caller is ready to take.
        case tooLarge(limit: Int64)
        /// It is about this request alone.
        case failed
    }

    /// What becomes of the request when it is made again.
    ///
    /// `hasAnswered`: whether the server has answered before, so that its address is right. What worked
    /// a moment ago will work again; a wrong address never will.
    package func prospect(hasAnswered: Bool) -> Prospect {
        switch reason {
        case .noLibrary, .tls, .notTLS, .badRequest, .notHTTP: .hopeless
        case .hostNotFound, .cannotConnect, .connectTimeout: hasAnswered ? .transient : .hopeless
        case .interrupted, .stalled: .transient
        case .tooLarge(let limit): .tooLarge(limit: limit)
        case .reading, .writing, .sourceShrank, .failed: .failed
        }
    }
}
