internal import Basics
internal import Digests
package import HTTPClient

/// The key of a storage account, which signs requests.
///
/// Source: Azure Storage, "Authorize with Shared Key" (Blob service, version 2015-02-21 and later).
package struct SharedKey: Sendable {
    package let account: String
    private let key: HMACSHA256

    /// `key`: in base64, as Azure shows it; `nil` when it is no such text.
    package init?(account: String, key text: String) {
        guard let bytes = bytes(base64: text), !bytes.isEmpty else { return nil }
        self.account = account
        key = HMACSHA256(key: bytes)
    }

    /// The header that proves that a request comes from who has the key.
    package func authorization(for request: AzureUnsignedRequest) -> HTTPHeader {
        let code = key.code(for: request.stringToSign(for: account).utf8)
        return HTTPHeader("authorization", "SharedKey \(account):\(base64(code.bytes))")
    }
}

extension SharedKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "SharedKey of \(account)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["account": account]) }
}

/// The parts of a request that a signature covers.
package struct AzureUnsignedRequest: Sendable {
    /// In upper case.
    package var method: String
    /// Percent-encoded, as it is sent.
    package var path: String
    /// Decoded.
    package var query: [(name: String, value: String)]
    /// All that are sent, but `Host` and `Content-Length`.
    package var headers: [HTTPHeader]
    /// Of the body, in bytes.
    package var bodyCount: Int64

    package init(
        _ method: String, path: String, query: [(name: String, value: String)] = [],
        headers: [HTTPHeader] = [], bodyCount: Int64 = 0
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.bodyCount = bodyCount
    }

    private static let signedHeaders = [
        "content-md5", "content-type", "date", "if-modified-since", "if-match", "if-none-match",
        "if-unmodified-since", "range",
    ]

    package func stringToSign(for account: String) -> String {
        var values: [String: String] = [:]
        for header in headers { values[header.name.lowercased()] = header.value }
        var lines = [
            method, values["content-encoding"] ?? "", values["content-language"] ?? "",
            // Since 2015 an empty body has an empty length.
            bodyCount == 0 ? "" : "\(bodyCount)",
        ]
        lines += Self.signedHeaders.map { values[$0] ?? "" }
        let own = values.keys.filter { $0.hasPrefix("x-ms-") }.sorted()
        lines += own.map { "\($0):\(values[$0] ?? "")" }
        lines.append("/" + account + (path.isEmpty ? "/" : path))
        var fields: [String: [String]] = [:]
        for (name, value) in query { fields[name.lowercased(), default: []].append(value) }
        lines += fields.keys.sorted().map { name in
            "\(name):" + (fields[name] ?? []).sorted().joined(separator: ",")
        }
        return lines.joined(separator: "\n")
    }
}
