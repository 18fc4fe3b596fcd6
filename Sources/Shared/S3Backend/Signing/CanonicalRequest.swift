internal import HTTPClient

/// The one spelling of a request that client and server compute alike.
///
/// Source: Signature Version 4, "Create a canonical request".
struct CanonicalRequest {
    let bytes: [UInt8]
    /// The names of the headers in it, separated by semicolons.
    let signedHeaders: String

    /// Headers that proxies and clients change on the way are never signed.
    ///
    /// Source: botocore 1.43, `SIGNED_HEADERS_BLACKLIST`.
    private static let unsignedHeaders: Set<String> = [
        "authorization", "expect", "transfer-encoding", "user-agent", "x-amzn-trace-id",
    ]

    /// `additional`: headers or query parameters that the signer adds.
    init(
        _ request: UnsignedRequest, path: String, addingHeaders headers: [HTTPHeader] = [],
        addingQuery query: String = ""
    ) {
        var lines = [("host", request.host)]
        for header in request.headers + headers {
            let name = header.name.lowercased()
            guard !Self.unsignedHeaders.contains(name) else { continue }
            lines.append((name, Self.trimmed(header.value)))
        }
        // Values of one name keep their order, so the sort must be stable: by index, then.
        let order = lines.indices.sorted { (lines[$0].0, $0) < (lines[$1].0, $1) }
        var canonical: [UInt8] = []
        canonical.reserveCapacity(1024)
        func add(_ text: String) { canonical.append(contentsOf: text.utf8) }
        add(request.method + "\n" + path + "\n")
        add(Self.sorted(query: [request.query, query].filter { !$0.isEmpty }) + "\n")
        var names: [String] = []
        for index in order {
            let (name, value) = lines[index]
            if names.last == name {
                add("," + value)
            } else {
                if !names.isEmpty { add("\n") }
                names.append(name)
                add(name + ":" + value)
            }
        }
        signedHeaders = names.joined(separator: ";")
        add("\n\n" + signedHeaders + "\n" + request.payload.headerValue)
        bytes = canonical
    }

    /// The parameters in the order of their bytes, first by name, then by value.
    private static func sorted(query parts: [String]) -> String {
        if parts.isEmpty { return "" }
        let pairs = parts.flatMap { $0.split(separator: "&", omittingEmptySubsequences: true) }
            .map { pair -> (name: [UInt8], value: [UInt8]) in
                let sides = pair.utf8.split(
                    separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                return (Array(sides[0]), sides.count > 1 ? Array(sides[1]) : [])
            }
        let order = pairs.sorted { left, right in
            left.name == right.name
                ? left.value.lexicographicallyPrecedes(right.value)
                : left.name.lexicographicallyPrecedes(right.name)
        }
        return order.map { pair in
            String(decoding: pair.name + [UInt8(ascii: "=")] + pair.value, as: UTF8.self)
        }.joined(separator: "&")
    }

    /// Without white space at both ends, and with one blank for any within.
    private static func trimmed(_ value: String) -> String {
        // Asked for each header of each request, so byte by byte.
        var last = UInt8(ascii: " ")
        var isPlain = true
        for byte in value.utf8 {
            if byte < 0x20 || byte == 0x20 && last == 0x20 { isPlain = false }
            last = byte
        }
        isPlain = isPlain && (last != UInt8(ascii: " ") || value.isEmpty)
        if isPlain { return value }
        return value.split { $0 == " " || $0.isNewline || $0 == "\t" }.joined(separator: " ")
    }
}

/// The path without `.`, `..` and empty parts, as services other than S3 see it.
///
/// A slash at the end stays. Source: RFC 3986, section 5.2.4, as botocore does it.
func withoutDotSegments(_ path: String) -> String {
    var kept: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
        if part == ".." { _ = kept.popLast() } else { kept.append(part) }
    }
    if kept.isEmpty { return "/" }
    return (path.hasPrefix("/") ? "/" : "") + kept.joined(separator: "/")
        + (path.hasSuffix("/") ? "/" : "")
}
