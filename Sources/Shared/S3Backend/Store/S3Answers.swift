internal import Basics
package import XML

/// What a service says when it refuses.
///
/// Source: Amazon S3 API Reference, "Error responses".
package struct S3Refusal: Equatable, Sendable {
    package var code = ""
    package var message = ""
    /// The bucket's own region, where the answer names it.
    package var region: String?
    /// The server's time in ISO 8601, when it is about that.
    package var serverTime: String?

    package init() {}

    /// The document in the body of a refusal; `nil` when it is none.
    package init?(_ body: [UInt8]) {
        var found = S3Refusal()
        var root: String?
        do throws(XMLError) {
            try readXML(body) { event in
                switch event {
                case .start(let name): if root == nil { root = name }
                case .end("Code", let text): found.code = text
                case .end("Message", let text): found.message = text
                case .end("Region", let text): found.region = text
                case .end("ServerTime", let text): found.serverTime = text
                case .end: break
                }
            }
        } catch {
            return nil  // a page of a proxy, say: the status alone has to do
        }
        guard root == "Error" || root == "ErrorResponse" else { return nil }
        self = found
    }
}

/// One page of keys.
package struct S3Listing: Equatable, Sendable {
    /// Percent-decoded where the service encoded them.
    package var keys: [String] = []
    /// Of the first key, in bytes.
    package var firstSize: Int64?
    /// Where the next page starts; `nil` after the last.
    package var continuation: String?

    package init(_ body: [UInt8]) throws(XMLError) {
        var keys: [String] = []
        var depth = 0
        var root = ""
        var next: String?
        var isTruncated = false
        var isEncoded = false
        var firstSize: Int64?
        try readXML(body) { event in
            switch event {
            case .start(let name):
                if depth == 0 { root = name }
                depth += 1
            case .end(let name, let text):
                depth -= 1
                switch (depth, name) {
                case (2, "Key"): keys.append(text)
                case (2, "Size"): if firstSize == nil { firstSize = Int64(text) }
                case (1, "NextContinuationToken"): next = text
                case (1, "IsTruncated"): isTruncated = text == "true"
                case (1, "EncodingType"): isEncoded = text == "url"
                default: break
                }
            }
        }
        guard root == "ListBucketResult" else {
            throw XMLError(reason: .syntax("it is no list of keys"), line: 1)
        }
        self.keys = isEncoded ? keys.map(urlDecoded) : keys
        self.firstSize = firstSize
        continuation = isTruncated ? next : nil
    }
}

/// An upload in parts that was begun and neither completed nor aborted.
package struct S3PendingUpload: Equatable, Sendable {
    package let key: String
    package let id: String
    /// In ISO 8601.
    package let initiated: String

    /// One page of those of a bucket, and where the next one starts.
    package static func page(
        _ body: [UInt8]
    ) throws(XMLError) -> (uploads: [S3PendingUpload], next: (key: String, id: String)?) {
        var uploads: [S3PendingUpload] = []
        var (key, id, initiated) = ("", "", "")
        var (nextKey, nextID) = ("", "")
        var isTruncated = false
        var isEncoded = false
        try readXML(body) { event in
            guard case .end(let name, let text) = event else { return }
            switch name {
            case "Key": key = text
            case "UploadId": id = text
            case "Initiated": initiated = text
            case "Upload": uploads.append(S3PendingUpload(key: key, id: id, initiated: initiated))
            case "NextKeyMarker": nextKey = text
            case "NextUploadIdMarker": nextID = text
            case "IsTruncated": isTruncated = text == "true"
            case "EncodingType": isEncoded = text == "url"
            default: break
            }
        }
        if isEncoded {
            uploads = uploads.map {
                S3PendingUpload(key: urlDecoded($0.key), id: $0.id, initiated: $0.initiated)
            }
            nextKey = urlDecoded(nextKey)
        }
        return (uploads, isTruncated && !nextKey.isEmpty ? (nextKey, nextID) : nil)
    }
}

/// A part of an upload, as the service has it.
package struct S3Part: Equatable, Sendable {
    package let number: Int
    package let size: Int64
    /// With the quotes that belong to it.
    package let tag: String

    /// One page of those of an upload, and after which number the next one starts.
    package static func page(_ body: [UInt8]) throws(XMLError) -> (parts: [S3Part], next: Int?) {
        var parts: [S3Part] = []
        var (number, size, tag) = (0, Int64(-1), "")
        var next: Int?
        var isTruncated = false
        try readXML(body) { event in
            guard case .end(let name, let text) = event else { return }
            switch name {
            case "PartNumber": number = Int(text) ?? 0
            case "Size": size = Int64(text) ?? -1
            case "ETag": tag = text
            case "Part": parts.append(S3Part(number: number, size: size, tag: tag))
            case "NextPartNumberMarker": next = Int(text)
            case "IsTruncated": isTruncated = text == "true"
            default: break
            }
        }
        return (parts, isTruncated ? next : nil)
    }
}

/// The text of the first element with this name, at any depth; `nil` when there is none.
package func firstText(of name: String, in body: [UInt8]) throws(XMLError) -> String? {
    var found: String?
    try readXML(body) { event in
        if case .end(name, let text) = event, found == nil { found = text }
    }
    return found
}

/// The text as S3 encodes names in its answers: `%XX`, and `+` for a blank.
private func urlDecoded(_ text: String) -> String {
    String(decoding: percentDecoded(text, plusIsBlank: true), as: UTF8.self)
}
