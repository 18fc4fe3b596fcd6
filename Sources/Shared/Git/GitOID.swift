/// The name of a Git object: 40 hex digits (SHA-1) or 64 (SHA-256), lower case.
package struct GitOID: Hashable, Sendable, CustomStringConvertible {
    /// The hex digits.
    package let hex: String

    /// The oid with these digits, or `nil` for anything that is not 40 or 64 lower-case hex digits.
    package init?(_ text: some StringProtocol) {
        let isHex = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard isHex, text.utf8.count == 40 || text.utf8.count == 64 else { return nil }
        hex = String(text)
    }

    /// The oid with these digits, of which the caller knows that they are.
    init(unchecked hex: String) { self.hex = hex }

    package init?(_ bytes: some Collection<UInt8>) {
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// Whether all digits are zero: Git's way of saying "no object".
    package var isZero: Bool { hex.utf8.allSatisfy { $0 == UInt8(ascii: "0") } }

    /// The first digits, as people write them.
    package var abbreviated: String { String(hex.prefix(10)) }

    package var description: String { hex }
}
