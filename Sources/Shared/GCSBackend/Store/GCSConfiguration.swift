internal import Basics
package import CloudStorage
package import HTTPClient
package import Storage

/// Everything about a remote in Google Cloud Storage, or in what speaks its JSON API.
package struct GCSConfiguration: Sendable {
    /// The remote's name, for messages.
    package var name: String
    package var bucket: String
    /// What comes before `files/md5/…` in names, without slashes at its ends; empty for none.
    package var prefix: String
    package var endpoint: ServiceEndpoint
    package var peer = Peer()
    /// From how many bytes on an object is sent so that it can be resumed.
    package var resumableThreshold: Int64 = 8 << 20
    /// In bytes, a multiple of 256 KiB: how much of a large object is sent in one request.
    package var chunkSize: Int64 = 16 << 20
    /// In bytes: how much of a large object is got in one request.
    package var pieceSize: Int64 = 8 << 20
    /// How many pieces of one object are under way at once, as far as ``concurrency`` allows.
    package var pieceConcurrency = 4
    /// How many requests are under way at once, of whatever kind; fewer where the service is overloaded.
    package var concurrency = 8
    /// For the pieces of a large object, which are too many to start anew all of them.
    package var retry = RetryingStore.Policy()
    /// Where it is kept which uploads were begun; `nil`: nowhere, so that none survives this run.
    package var sessions: UploadSessions?

    package init(name: String, bucket: String, prefix: String, endpoint: ServiceEndpoint) {
        self.name = name
        self.bucket = bucket
        self.prefix = prefix
        self.endpoint = endpoint
    }

    /// A bucket and a prefix as `gs://bucket/prefix` spells them; `nil` when that names no bucket.
    package init?(name: String, url: String, endpoint: ServiceEndpoint) {
        let bucket = Self.bucket(ofURL: url)
        var path = url[bucket.endIndex...].drop { $0 == "/" }
        while path.hasSuffix("/") { path.removeLast() }
        guard Self.isBucketName(bucket) else { return nil }
        self.init(name: name, bucket: String(bucket), prefix: String(path), endpoint: endpoint)
    }

    /// Whether `gs://bucket/prefix` names a bucket.
    package static func isPlace(_ url: String) -> Bool { isBucketName(bucket(ofURL: url)) }

    private static func bucket(ofURL url: String) -> Substring {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        return url[start...].prefix { $0 != "/" }
    }

    /// Source: Cloud Storage, "Bucket names"; domains are names, too.
    private static func isBucketName(_ name: some StringProtocol) -> Bool {
        (3...222).contains(name.utf8.count) && name.utf8.allSatisfy(ServiceEndpoint.isHostByte)
    }
}
