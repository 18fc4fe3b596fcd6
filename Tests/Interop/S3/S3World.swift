import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import TestSupport

/// A repository that real DVC made, whose data remote is a bucket.
final class S3World: Sendable {
    let repository: InteropRepository
    let bucket: S3Bucket

    var sandbox: Sandbox { repository.sandbox }
    var path: FilePath { repository.path }

    /// `proxy`: what stands before the server for everybody but the test.
    init(_ program: S3Server.Program, through proxy: FaultProxy? = nil) throws {
        repository = try InteropRepository()
        bucket = try S3Bucket(program, prefix: "pre fix/\u{e4}", through: proxy)
        try configure()
        try sandbox.commitAll("data in a bucket", in: path)
    }

    /// Makes the bucket the default remote; `lines` are more of its options.
    func configure(key: String = S3Server.secretKey, _ lines: String = "") throws {
        try repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = s3://\(bucket.name)/\(bucket.prefix)
                endpointurl = \(bucket.url)
                region = us-east-1
            \(lines)

            """)
        try repository.setConfig(
            """
            ['remote "storage"']
                access_key_id = \(S3Server.accessKey)
                secret_access_key = \(key)

            """, local: true)
    }

    /// A clone of what was pushed, with the keys that no commit has.
    func clone(_ name: String = "clone") throws -> FilePath {
        let clone = try repository.clone(name)
        let local = try readFile(path.appending(".dvc/config.local"))
        try sandbox.write(local, to: clone.appending(".dvc/config.local"))
        return clone
    }

    /// The content of every object in the bucket, by key.
    func objects() async throws -> [String: [UInt8]] {
        var objects: [String: [UInt8]] = [:]
        for key in try await bucket.keys() {
            objects[key] = try await bucket.request(.get, key).body
        }
        return objects
    }
}

extension S3Bucket {
    /// All keys, without the bucket's prefix before them.
    func keys() async throws -> [String] {
        let answer = try await request(.get, "", query: "list-type=2")
        let text = String(decoding: answer.body, as: UTF8.self)
        return text.split(separator: "<Key>").dropFirst().compactMap { piece in
            piece.firstRange(of: "</Key>").map { String(piece[..<$0.lowerBound]) }
        }.sorted()
    }
}
