package import Basics
package import Digests
package import Storage

/// Those of `oids` that a store lacks, each once, in order; and how many different ones were asked
/// for.
///
/// `jobs`: how many requests at a time. `meter`: counts the objects as they are given, so that those
/// that are given twice count twice. Throws `StoreError`, `CancellationError`.
package func absentObjects(
    among oids: [ObjectID], from store: any ObjectStore, jobs: Int, on workers: Workers,
    meter: ProgressMeter? = nil
) async throws -> (absent: [ObjectID], askedCount: Int) {
    guard store.traits.answersRuns else {
        let sought = sortedAndUnique(oids)
        let isThere = try await workers.map(sought.count, limit: jobs) { index in
            let isThere = try await store.size(of: ObjectKey(sought[index])) != nil
            meter?.completeObject(named: "\(ObjectKey(sought[index]))")
            return isThere
        }
        let repetitions = oids.count - sought.count
        if repetitions > 0, let last = sought.last {
            meter?.completeObjects(repetitions, named: "\(ObjectKey(last))")
        }
        return (zip(sought, isThere).filter { !$0.1 }.map(\.0), sought.count)
    }
    if store.traits.runsSpanFolders {
        let sought = sortedAndUnique(oids)
        if sought.isEmpty { return ([], 0) }
        let presence = try await store.presence(of: ObjectRun(sought[...]))
        return (zip(sought, presence).filter { !$0.1 }.map(\.0), sought.count)
    }
    let shards = ShardedObjects(oids)
    let answers = try await workers.map(shards.count, limit: jobs) { index in
        let sought = sortedAndUnique(shards[index])
        let run = ObjectRun(sought[...])
        let presence = try await store.presence(of: run)
        meter?.completeObjects(shards[index].count, named: "\(run.first)")
        return (absent: zip(sought, presence).filter { !$0.1 }.map(\.0), count: sought.count)
    }
    return (answers.flatMap(\.absent), answers.reduce(0) { $0 + $1.count })
}

/// Objects by the first byte of their digests.
private struct ShardedObjects: Sendable {
    private var oids: [ObjectID]
    /// Where each shard starts that has objects, and the end of the last.
    private var starts: [Int] = []

    init(_ oids: [ObjectID]) {
        // Counting first: sorting a million objects whole takes longer than asking for them.
        var ends = [Int](repeating: 0, count: 257)
        for oid in oids { ends[Int(oid.high >> 56) + 1] += 1 }
        for byte in 1...256 { ends[byte] += ends[byte - 1] }
        starts = (0..<256).filter { ends[$0] < ends[$0 + 1] }.map { ends[$0] } + [oids.count]
        self.oids = [ObjectID](unsafeUninitializedCapacity: oids.count) { buffer, count in
            for oid in oids {
                let byte = Int(oid.high >> 56)
                buffer.initializeElement(at: ends[byte], to: oid)
                ends[byte] += 1
            }
            count = oids.count
        }
    }

    var count: Int { starts.count - 1 }

    subscript(shard: Int) -> ArraySlice<ObjectID> { oids[starts[shard]..<starts[shard + 1]] }
}
