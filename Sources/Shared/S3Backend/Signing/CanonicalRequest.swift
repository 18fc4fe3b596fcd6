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
        var lines = [HTTPHeader("host", request.host)]
        lines.reserveCapacity(1 + request.headers.count + headers.count)
        for header in request.headers { Self.insert(header, into: &lines) }
        for header in headers { Self.insert(header, into: &lines) }
        // All of it byte by byte: each request is signed, and short strings cost more than hashing.
        var canonical: [UInt8] = []
        canonical.reserveCapacity(1024)
        var names: [UInt8] = []
        func add(_ text: String) { canonical.append(contentsOf: text.utf8) }
        func add(_ byte: Unicode.Scalar) { canonical.append(UInt8(ascii: byte)) }
        add(request.method)
        add("\n" as Unicode.Scalar)
        add(path)
        add("\n" as Unicode.Scalar)
        add(Self.sorted(query: [request.query, query]))
        for (index, line) in lines.enumerated() {
            if index > 0, lines[index - 1].name == line.name {
                add("," as Unicode.Scalar)
            } else {
                add("\n" as Unicode.Scalar)
                add(line.name)
                add(":" as Unicode.Scalar)
                if index > 0 { names.append(UInt8(ascii: ";")) }
                names.append(contentsOf: line.name.utf8)
            }
            add(line.value)
        }
        add("\n\n")
        canonical.append(contentsOf: names)
        add("\n" as Unicode.Scalar)
        add(request.payload.headerValue)
        bytes = canonical
        signedHeaders = String(decoding: names, as: UTF8.self)
    }

    /// Puts a header that is signed where it belongs; values of one name keep their order.
    private static func insert(_ header: HTTPHeader, into lines: inout [HTTPHeader]) {
        let isLowercase = header.name.utf8.allSatisfy { !(0x41...0x5a).contains($0) }
        let name = isLowercase ? header.name : header.name.lowercased()
        guard !unsignedHeaders.contains(name) else { return }
        var place = lines.count
        while place > 0, lines[place - 1].name > name { place -= 1 }
        lines.insert(HTTPHeader(name, trimmed(header.value)), at: place)
    }

    /// The parameters in the order of their bytes, first by name, then by value.
    private static func sorted(query parts: [String]) -> String {
        if parts.allSatisfy(\.isEmpty) { return "" }
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
        let isTrimmed =
            value.utf8.withContiguousStorageIfAvailable(hasNoSpareBlank)
            ?? hasNoSpareBlank(value.utf8)
        if isTrimmed { return value }
        return value.split { $0 == " " || $0.isNewline || $0 == "\t" }.joined(separator: " ")
    }

    private static func hasNoSpareBlank(_ bytes: some Collection<UInt8>) -> Bool {
        var last = UInt8(ascii: " ")
        for byte in bytes {
            if byte < 0x20 || byte == 0x20 && last == 0x20 { return false }
            last = byte
        }
        return last != UInt8(ascii: " ") || bytes.isEmpty
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
