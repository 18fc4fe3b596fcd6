internal import Basics
internal import Digests
package import HTTPClient

extension S3Configuration {
    /// A bucket and a prefix as `s3://bucket/prefix` spells them; what stands before an `@` is left
    /// out, as nobody asks for it.
    package init(name: String, url: String) {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let rest = url[start...]
        let authority = rest.prefix { $0 != "/" }
        var path = rest[authority.endIndex...].drop { $0 == "/" }
        while path.hasSuffix("/") { path.removeLast() }
        let bucket = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        self.init(name: name, bucket: String(bucket), prefix: String(path))
    }

    /// Takes over what the `s3` section of a profile says; what makes no sense says nothing.
    ///
    /// Source: AWS CLI, "S3 configuration"; botocore for the style.
    package mutating func take(_ section: [String: String]) {
        if let size = section["multipart_threshold"].flatMap(byteCount) {
            multipartThreshold = size
        }
        if let size = section["multipart_chunksize"].flatMap(byteCount) { partSize = size }
        switch section["addressing_style"] {
        case "path": addressing = .path
        case "virtual": addressing = .virtualHost
        default: break
        }
        if region == nil { region = section["region_name"] }
    }

    /// The headers for a key of the customer's own, which is given in base64; `nil` when it is none.
    package static func encryptionKeyHeaders(
        key text: String, algorithm: String
    ) -> [HTTPHeader]? {
        guard let key = bytes(base64: text), !key.isEmpty else { return nil }
        let name = "x-amz-server-side-encryption-customer"
        return [
            HTTPHeader("\(name)-algorithm", algorithm), HTTPHeader("\(name)-key", base64(key)),
            HTTPHeader("\(name)-key-md5", base64(objectID(of: key).digest)),
        ]
    }
}

/// A size such as `8388608`, `8MB` or `8MiB`, in bytes: all units are powers of 1024.
///
/// Source: dvc-s3 3.3, `human_readable_to_bytes`.
private func byteCount(_ text: String) -> Int64? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int64(digits), number > 0 else { return nil }
    let unit = text[digits.endIndex...].lowercased()
    let powers = [
        "": 0, "kb": 1, "kib": 1, "mb": 2, "mib": 2, "gb": 3, "gib": 3, "tb": 4, "tib": 4,
    ]
    guard let power = powers[unit] else { return nil }
    let (size, overflows) = number.multipliedReportingOverflow(by: 1 << (10 * Int64(power)))
    // An object of S3 is no larger than this.
    return overflows || size > 5 << 40 ? nil : size
}
