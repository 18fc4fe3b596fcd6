internal import Basics

/// A header and claims as they are signed: `<header>.<claims>` in base64.
///
/// Source: RFC 7515, section 3.
package func signingInput(header: some Encodable, claims: some Encodable) -> [UInt8] {
    Array((base64URL(json(header)) + "." + base64URL(json(claims))).utf8)
}

/// RFC 4648, section 5, without padding.
package func base64URL(_ bytes: [UInt8]) -> String {
    base64(bytes).replacing("+", with: "-").replacing("/", with: "_").filter { $0 != "=" }
}

/// The content of a PEM file that holds one thing; `nil` when it is none.
package func bytes(pem text: String) -> [UInt8]? {
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }
    return bytes(base64: lines.joined().filter { !$0.isWhitespace })
}
