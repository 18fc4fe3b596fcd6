internal import Basics
internal import Digests
internal import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Whether an object can be put as quickly as it can be asked for.
func isSmall(_ oid: ObjectID, in cache: any ObjectCache) -> Bool {
    // In bytes; with its header it fits into what a connection sends before it waits for an answer.
    let largest = 12 << 10
    // What cannot be looked at cannot be put either, and the store should be asked whether it has it.
    let status = try? fileStatus(cache.path(of: ObjectKey(oid)), followingLinks: true)
    return status.map { $0.st_size <= largest } ?? false
}

/// Those for which the condition holds, and the others.
func parted(
    _ oids: [ObjectID], _ condition: (ObjectID) -> Bool
) -> (matching: [ObjectID], others: [ObjectID]) {
    var (matching, others): ([ObjectID], [ObjectID]) = ([], [])
    for oid in oids {
        if condition(oid) { matching.append(oid) } else { others.append(oid) }
    }
    return (matching, others)
}
