internal import Basics
internal import CloudStorage

/// Where the requests for a bucket go.
///
/// Source: Amazon S3 API Reference, "Virtual hosting of buckets"; botocore 1.43,
/// `compute_endpoint_resolver_builtin_defaults` and the S3 endpoint rules.
struct S3Address: Equatable, Sendable {
    /// `https`, or `http`.
    let scheme: String
    /// With the port unless it is the scheme's own; in lower case, as the `Host` header has it.
    let host: String
    /// Percent-encoded, before every key: empty, or `/…` without a slash at its end.
    let path: String
    /// What signatures name.
    let region: String

    var isSecure: Bool { scheme == "https" }

    /// What signatures name when nobody says which region it is.
    static let defaultRegion = "us-east-1"

    /// `nil` when the endpoint is not a URL of HTTP, or the bucket's name can be none.
    init?(_ configuration: S3Configuration, region: String?) {
        let bucket = configuration.bucket
        guard !bucket.isEmpty, bucket != ".", bucket != "..", !bucket.contains("/") else {
            return nil
        }
        self.region = region ?? Self.defaultRegion
        let serviceHost: String
        let servicePath: String
        let prefersPath: Bool
        if let endpoint = configuration.endpoint {
            guard let endpoint = ServiceEndpoint(endpoint) else { return nil }
            (scheme, serviceHost, servicePath) = (endpoint.scheme, endpoint.host, endpoint.path)
            prefersPath = configuration.addressing != .virtualHost
        } else {
            guard self.region.utf8.allSatisfy(ServiceEndpoint.isHostByte) else { return nil }
            scheme = configuration.usesTLS ? "https" : "http"
            serviceHost = "s3.\(self.region).\(Self.domain(of: self.region))"
            servicePath = ""
            prefersPath = configuration.addressing == .path
        }
        if prefersPath || !Self.canBeInHost(bucket, isSecure: scheme == "https") {
            host = serviceHost
            path = servicePath + "/" + percentEncoded(bucket)
        } else {
            host = bucket + "." + serviceHost
            path = servicePath
        }
    }

    private static func domain(of region: String) -> String {
        if region.hasPrefix("cn-") { return "amazonaws.com.cn" }
        if region.hasPrefix("us-isob-") { return "sc2s.sgov.gov" }
        if region.hasPrefix("us-iso-") { return "c2s.ic.gov" }
        return "amazonaws.com"
    }

    /// Whether a bucket's name can be a part of a host's, and be covered by the certificate.
    private static func canBeInHost(_ bucket: String, isSecure: Bool) -> Bool {
        guard (3...63).contains(bucket.utf8.count) else { return false }
        let parts = bucket.split(separator: ".", omittingEmptySubsequences: false)
        if parts.count > 1, isSecure || parts.allSatisfy({ Int($0) != nil }) { return false }
        return parts.allSatisfy { part in
            !part.isEmpty && part.first != "-" && part.last != "-"
                && part.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                        || byte == UInt8(ascii: "-")
                }
        }
    }
}
