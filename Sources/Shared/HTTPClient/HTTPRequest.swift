package import Basics

/// One request, complete: nothing is added to it but what HTTP itself needs.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
        // WebDAV, RFC 4918.
        case propfind = "PROPFIND"
        case mkcol = "MKCOL"
        case move = "MOVE"
    }

    /// What is sent.
    package enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// A piece of a file that stays open until the request has ended; read once, in order.
        case file(descriptor: CInt, range: Range<Int64>)
        /// The same between other bytes, as a part of a document of several.
        case enclosedFile(
            before: [UInt8], descriptor: CInt, range: Range<Int64>, after: [UInt8])

        package var count: Int64 {
            switch self {
            case .none: 0
            case .bytes(let bytes): Int64(bytes.count)
            case .file(_, let range): range.upperBound - range.lowerBound
            case .enclosedFile(let before, _, let range, let after):
                Int64(before.count + after.count) + range.upperBound - range.lowerBound
            }
        }
    }

    /// Where the body of an answer with an accepted status goes.
    package enum Destination: Sendable {
        /// Into ``HTTPResponse/body``; more bytes than `limit` end the request.
        case memory(limit: Int)
        /// To a file, from `offset` on; the file stays open until the request has ended.
        ///
        /// More bytes than `limit` end the request.
        case file(descriptor: CInt, offset: Int64, limit: Int64)
        /// Into ``HTTPResponse/body`` when there are no more bytes than `memory`; as soon as there are,
        /// all of them to the file that `open` then gives, from its start on, and the body is empty.
        ///
        /// `open` is called once at most, on the loop's thread; its file stays open until the request
        /// has ended.
        case memoryOrFile(memory: Int, open: @Sendable () -> Result<CInt, SystemError>)
    }

    package var method: Method
    /// Absolute, percent-encoded, sent as it is (no `..` is resolved).
    package var url: String
    /// Sent in this order; what must not be shown to anybody else belongs into ``secrets``.
    package var headers: [HTTPHeader]
    /// Headers that never appear in a trace: authorization, keys.
    package var secrets: [HTTPHeader] = []
    package var body: Body
    package var destination: Destination
    /// Other answers than these go into memory, cut after 64 KiB, whatever the destination.
    package var acceptedStatuses: ClosedRange<Int> = 200...299
    /// Whether the server should say that it wants the body before it is sent.
    ///
    /// Worth a round trip only for large bodies that may be refused.
    package var expectsContinue = false
    /// Whether the request moves so much that it should have a connection to itself.
    package var isBulk = false
    /// Replaces ``Peer/activityTimeout`` where the server has long work to do before it answers.
    package var activityTimeout: Duration?
    /// For the whole exchange, where something small must be quick; `nil` for no limit.
    package var timeLimit: Duration?
    /// Is told the bytes of both bodies as they move, on the loop's thread.
    package var observer: (@Sendable (_ bytes: Int64) -> Void)?
    /// Who is on the other side, and how to get there.
    package var peer: Peer

    /// Whether a body is announced, be it an empty one.
    var hasBody: Bool {
        if case .none = body {
            method != .get && method != .head && method != .delete
        } else {
            true
        }
    }

    package init(
        _ method: Method, _ url: String, headers: [HTTPHeader] = [], body: Body = .none,
        to destination: Destination = .memory(limit: 1 << 20), peer: Peer
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.destination = destination
        self.peer = peer
    }
}

/// One line of a header.
package struct HTTPHeader: Equatable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    /// Whether it can be sent: a name of letters, digits and `-_`, and a value on one line.
    var isValid: Bool {
        let nameIsValid = name.hasOnlyBytes { byte in
            byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
        return nameIsValid && !name.isEmpty
            && value.hasOnlyBytes { ($0 >= 0x20 || $0 == 0x09) && $0 != 0x7f }
    }
}

extension String {
    /// Whether all bytes of the text are such; in the memory they lie in, because each request asks.
    func hasOnlyBytes(_ isSuch: (UInt8) -> Bool) -> Bool {
        utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isSuch) } ?? utf8.allSatisfy(isSuch)
    }
}

/// How requests get to a server: certificates, proxy, time limits.
package struct Peer: Equatable, Sendable {
    package enum Verification: Equatable, Sendable {
        /// By the authorities that libcurl was built to trust.
        case system
        /// By those in a file (PEM), or in a directory as OpenSSL keeps them.
        case authorities(path: String)
        /// Not at all.
        case none
    }

    package var verification = Verification.system
    package var proxy = ProxySettings()
    /// Files (PEM) that say who we are, and the key to that if it is in another.
    package var certificatePath: String?
    package var keyPath: String?
    /// Whether to answer when the server asks who we are by Kerberos: with the ticket that the user
    /// has, through libcurl's GSS (RFC 4559).
    package var negotiates = false
    /// For one connection.
    package var connectTimeout = Duration.seconds(60)
    /// How long nothing may move in either direction.
    package var activityTimeout = Duration.seconds(30)

    package init() {}
}

/// Through which proxies requests go; nothing is read from the environment.
package struct ProxySettings: Equatable, Sendable {
    /// For `http://` and for `https://`; a URL, or a host with a port.
    package var http: String?
    package var https: String?
    /// Hosts that are reached directly, separated by commas; `*` for all.
    package var exceptions: String?

    package init(http: String? = nil, https: String? = nil, exceptions: String? = nil) {
        self.http = http
        self.https = https
        self.exceptions = exceptions
    }
}
