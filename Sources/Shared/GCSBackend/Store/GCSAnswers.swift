internal import Basics
package import CloudStorage
package import Digests

/// What the service says of one object.
///
/// Source: JSON API, "Objects".
package struct GCSObject: Equatable, Sendable {
    /// In bytes.
    package let size: Int64?
    /// Which version it is.
    package let generation: String?
    /// Composed objects have none.
    package let md5: ObjectID?
    package let crc32c: UInt32?

    package init(_ body: [UInt8]) throws(AnswerProblem) {
        let fields: Fields = try decode(body)
        size = fields.size.flatMap { Int64($0) }.flatMap { $0 >= 0 ? $0 : nil }
        generation = fields.generation.flatMap { GCSObject.isGeneration($0) ? $0 : nil }
        md5 = fields.md5Hash.flatMap { ObjectID(base64MD5: $0) }
        crc32c = fields.crc32c.flatMap { crc32cValue(base64: $0) }
    }

    private struct Fields: Decodable {
        var size: String?
        var generation: String?
        var md5Hash: String?
        var crc32c: String?
    }

    /// Whether it can be part of a query as it is.
    package static func isGeneration(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count < 20
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Whether all that is said of the bytes is so.
    func holds(size: Int64, md5: ObjectID) -> Bool {
        self.size == size && self.md5.map { $0.hasDigest(of: md5) } ?? true
    }
}

/// One page of names.
///
/// Source: JSON API, "Objects: list".
package struct GCSListing: Equatable, Sendable {
    package let names: [String]
    /// Of the first name, in bytes.
    package let firstSize: Int64?
    /// Where the next page starts; `nil` after the last.
    package let continuation: String?

    package init(_ body: [UInt8]) throws(AnswerProblem) {
        let fields: Fields = try decode(body)
        // What is no list of this API has no kind: a page without items is no proof of anything.
        guard fields.kind == "storage#objects" || fields.items != nil else {
            throw AnswerProblem(words: "it is no list of objects")
        }
        let items = fields.items ?? []
        names = items.map(\.name)
        firstSize = items.first?.size.flatMap { Int64($0) }
        continuation = fields.nextPageToken.flatMap { $0.isEmpty ? nil : $0 }
    }

    private struct Fields: Decodable {
        struct Item: Decodable {
            var name: String
            var size: String?
        }
        var kind: String?
        var items: [Item]?
        var nextPageToken: String?
    }
}

/// What the service says when it refuses.
///
/// Source: JSON API, "HTTP status and error codes".
package struct GCSRefusal: Equatable, Sendable {
    package let reason: String
    package let message: String

    /// A document, or the line of text that comes in place of content; a page of a proxy says nothing.
    package init(_ body: [UInt8]) {
        if let fields: Fields = try? decode(body), let error = fields.error {
            reason = error.errors?.first?.reason ?? error.status ?? ""
            message = error.message ?? ""
        } else {
            let text = String(decoding: body.prefix(400), as: UTF8.self)
            reason = ""
            message = text.contains("<") || text.contains("{") ? "" : text
        }
    }

    private struct Fields: Decodable {
        struct Words: Decodable {
            struct Detail: Decodable {
                var reason: String?
            }
            var message: String?
            var status: String?
            var errors: [Detail]?
        }
        var error: Words?
    }

    /// Whether it is the bucket that is not there, not an object in it.
    package var isAboutBucket: Bool { message.contains("bucket does not exist") }

    /// Whether a missing object is what it is about.
    package var isAboutObject: Bool { message.hasPrefix("No such object") }

    /// Whether something is used up that waiting does not bring back.
    package var isQuota: Bool { ["quotaExceeded", "dailyLimitExceeded"].contains(reason) }

    /// Whether it asks for fewer requests, which a status of refusal can also mean.
    package var isSlowDown: Bool {
        ["rateLimitExceeded", "userRateLimitExceeded", "slowDown"].contains(reason)
    }
}

/// The header `x-goog-hash`, which says of the whole object what a range of it may not show:
/// `crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==`.
package struct GCSHashes: Equatable, Sendable {
    package private(set) var md5: ObjectID?
    package private(set) var crc32c: UInt32?

    package init(_ text: String?) {
        for part in (text ?? "").split(separator: ",") {
            let pair = part.filter { $0 != " " }
            if pair.hasPrefix("md5=") { md5 = ObjectID(base64MD5: String(pair.dropFirst(4))) }
            if pair.hasPrefix("crc32c=") { crc32c = crc32cValue(base64: String(pair.dropFirst(7))) }
        }
    }

    /// The strongest of them.
    package var checksum: ContentChecksum? {
        md5.map { .md5($0) } ?? crc32c.map { .crc32c($0) }
    }
}

/// A CRC-32C in base64, most significant byte first; `nil` when it is none.
private func crc32cValue(base64 text: String) -> UInt32? {
    guard let value = bytes(base64: text), value.count == 4 else { return nil }
    return value.reduce(0) { $0 << 8 | UInt32($1) }
}

/// The same, written.
func base64(crc32c value: UInt32) -> String {
    base64(withUnsafeBytes(of: value.bigEndian) { Array($0) })
}
