/// The bytes as they stand in a URL: all but letters, digits and `-._~` become `%XX`.
///
/// `keepingSlashes`: for a whole path, of which S3 encodes everything but what parts it.
/// Source: Signature Version 4, "UriEncode()"; RFC 3986, section 2.3.
package func percentEncoded(
    _ bytes: some Sequence<UInt8>, keepingSlashes: Bool = false
) -> String {
    var encoded: [UInt8] = []
    encoded.reserveCapacity(bytes.underestimatedCount + 16)
    for byte in bytes {
        if isUnreserved(byte) || (keepingSlashes && byte == UInt8(ascii: "/")) {
            encoded.append(byte)
        } else {
            encoded.append(UInt8(ascii: "%"))
            encoded.append(upperCaseHexDigit(byte >> 4))
            encoded.append(upperCaseHexDigit(byte & 15))
        }
    }
    return String(decoding: encoded, as: UTF8.self)
}

package func percentEncoded(_ text: String, keepingSlashes: Bool = false) -> String {
    // The names of objects have nothing to encode, and thousands of them are asked for.
    let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
        bytes.allSatisfy { isUnreserved($0) || (keepingSlashes && $0 == UInt8(ascii: "/")) }
    }
    return isPlain == true ? text : percentEncoded(text.utf8, keepingSlashes: keepingSlashes)
}

private func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        true
    default: false
    }
}

private func upperCaseHexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
}

/// The bytes that `%XX` stands for, and all others as they are; what is no such code stays.
///
/// `plusIsBlank`: as in queries and HTML forms.
package func percentDecoded(_ text: String, plusIsBlank: Bool = false) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.utf8.count)
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(nibble),
            let low = rest.dropFirst().first.flatMap(nibble)
        {
            decoded.append(high << 4 | low)
            rest = rest.dropFirst(2)
        } else {
            decoded.append(plusIsBlank && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        }
    }
    return decoded
}

private func nibble(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
