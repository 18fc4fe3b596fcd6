internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient
internal import Storage

/// Source: "Put Block", "Put Block List", "Get Block List".
extension AzureStore {
    /// An object has no more blocks than this.
    private static let mostBlocks: Int64 = 50_000
    /// How long the service may take to put the blocks together.
    private static let completionTimeout = Duration.seconds(300)

    /// Sends a large object in blocks, of which those that an earlier run sent are left out: a block's
    /// id says its number and its MD5, and the service keeps blocks for a week.
    ///
    /// The blocks become an object only once all of them were read and their content is what the name
    /// says.
    func putBlocks(
        _ source: CheckedSource, _ key: ObjectKey, _ moved: MovedBytes
    ) async throws {
        let plan = PartPlan(
            size: source.size, wanted: configuration.blockSize, mostParts: Self.mostBlocks)
        let known = try await configuration.retry.retryingPiece { try await pendingBlocks(key) }
        // All ids of an object must be of one length, those of another program's upload too.
        let length = known.first?.id.count ?? AzureBlock.idLength
        let hasher = source.hasher()
        let ids = try await sendBlocks(of: source, plan, known, length, hasher, key, moved)
        try source.checkUnchanged()
        let md5 = try source.check(hasher)
        try await configuration.retry.retryingPiece {
            try await sendIfNew(blockList(ids, md5, key), source.size, md5, key)
        }
    }

    /// The blocks that were sent before and belong to no object yet.
    private func pendingBlocks(_ key: ObjectKey) async throws -> Set<AzureBlock> {
        var request = AzureRequest(.get, client.name(key.path))
        request.query = [("comp", "blocklist"), ("blocklisttype", "uncommitted")]
        let response = try await send(request, .upload, key)
        switch response.status {
        case 200:
            guard let blocks = try? AzureBlock.list(response.body) else {
                throw badAnswer(.upload, key)
            }
            return Set(blocks)
        case 404 where client.refusal(response).code != "ContainerNotFound": return []
        // Who may only write still can send all of them.
        case 403 where client.refusal(response).code != "AuthenticationFailed": return []
        default: throw client.failure(.upload, key, response)
        }
    }

    /// Returns the blocks' ids in order.
    private func sendBlocks(
        of source: CheckedSource, _ plan: PartPlan, _ known: Set<AzureBlock>, _ length: Int,
        _ hasher: PartHasher, _ key: ObjectKey, _ moved: MovedBytes
    ) async throws -> [[UInt8]] {
        var ids: [[UInt8]] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            var underWay = 0
            for index in 0..<plan.count {
                // While some blocks are sent, the next one is hashed.
                let part = try await source.hash(plan.range(index), with: hasher)
                let id = AzureBlock.id(index, part.md5, length: length)
                ids.append(id)
                let block = AzureBlock(id: id, size: Int64(part.range.count))
                if length >= AzureBlock.idLength, known.contains(block) {
                    moved.tell(block.size)
                    continue
                }
                if underWay == configuration.blockConcurrency {
                    try await group.next()
                    underWay -= 1
                }
                underWay += 1
                group.addTask {
                    try await configuration.retry.retryingPiece {
                        try await moved.during { try await send(part, id, of: source, key, $0) }
                    }
                }
            }
            try await group.waitForAll()
        }
        return ids
    }

    private func send(
        _ part: PartHasher.Part, _ id: [UInt8], of source: CheckedSource, _ key: ObjectKey,
        _ moved: (@Sendable (Int64) -> Void)?
    ) async throws {
        var request = AzureRequest(.put, client.name(key.path))
        request.query = [("comp", "block"), ("blockid", base64(id))]
        request.headers = [HTTPHeader("content-md5", base64(part.md5.digest))]
        request.body = .file(descriptor: source.descriptor, range: part.range)
        request.isBulk = true
        request.observer = clipped(moved, to: Int64(part.range.count))
        let response = try await send(request, .upload, key)
        guard (200..<300).contains(response.status) else {
            throw client.failure(.upload, key, response)
        }
        guard response.status == 201 else { throw badAnswer(.upload, key) }
    }

    private func blockList(_ ids: [[UInt8]], _ md5: ObjectID, _ key: ObjectKey) -> AzureRequest {
        let lines = ids.map { "<Latest>\(base64($0))</Latest>" }.joined()
        let document = Array(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>\(lines)</BlockList>".utf8)
        var request = AzureRequest(.put, client.name(key.path))
        request.query = [("comp", "blocklist")]
        request.headers = [
            HTTPHeader("content-md5", base64(objectID(of: document).digest)),
            HTTPHeader("content-type", "application/xml"),
            HTTPHeader("x-ms-blob-content-md5", base64(md5.digest)),
            HTTPHeader("x-ms-blob-content-type", "application/octet-stream"),
        ]
        request.body = .bytes(document)
        request.activityTimeout = Self.completionTimeout
        return request
    }
}

extension AzureBlock {
    /// Eight digits and an MD5, in bytes; the service takes up to 64.
    static let idLength = 40

    /// The id of a block; where another length is demanded, it says less or has something after it.
    static func id(_ index: Int, _ md5: ObjectID, length: Int) -> [UInt8] {
        let digits = Array("\(index)".utf8)
        let width = min(8, length)
        let number =
            [UInt8](repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
        let id = number + md5.hexDigits
        return Array(id.prefix(length))
            + [UInt8](repeating: UInt8(ascii: "-"), count: max(0, length - id.count))
    }
}
