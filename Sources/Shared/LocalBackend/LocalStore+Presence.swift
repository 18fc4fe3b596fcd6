internal import Basics
internal import Digests
package import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension LocalStore {
    /// Whether each object is there, as ``size(of:)`` sees it: its mode matters, so a name alone
    /// proves nothing.
    ///
    /// The folder is opened once, and the objects are examined by their short names in it, which is
    /// quicker than by their whole paths. Its names are read first when it can hold far fewer
    /// objects than are wanted; where there is no folder, there is no object.
    package func presence(of run: ObjectRun) async throws -> [Bool] {
        try Task.checkCancellation()
        var presence = [Bool](repeating: false, count: run.count)
        // One object is found sooner by its path than in an open folder.
        guard run.count > 2 else {
            for (place, oid) in run.oids.enumerated() {
                presence[place] = try await size(of: ObjectKey(oid)) != nil
            }
            return presence
        }
        for scheme in [HashScheme.md5, .md5DosToUnix] {
            let places = run.oids.indices.lazy.filter { run.oids[$0].scheme == scheme }
            guard let first = places.first else { continue }
            let doubtful: [Int]
            switch ShardFolder.open(path(of: ObjectKey(run.oids[first])).parent) {
            case .absent: continue
            case .unusable: doubtful = Array(places)  // each request has its own error or answer
            case .open(let folder):
                doubtful = try examine(run, Array(places), in: folder, &presence)
            }
            for index in doubtful {
                presence[index - run.oids.startIndex] =
                    try await size(of: ObjectKey(run.oids[index])) != nil
            }
        }
        return presence
    }

    /// Marks what is there with the mode of an object; returns the places of what is there otherwise.
    private func examine(
        _ run: ObjectRun, _ places: [Int], in folder: ShardFolder, _ presence: inout [Bool]
    ) throws -> [Int] {
        var places = places
        switch ExistenceStrategy(
            wanted: places.count, estimate: folder.likelyCount, Self.lookupCosts)
        {
        case .assumeAbsent: return []
        case .askEach: break
        case .readNames:
            // A folder that may be searched and not read is asked name by name.
            if let there = folder.objects(like: run.oids[places[0]]) {
                places.removeAll { !there.contains(run.oids[$0]) }
            }
        }
        var doubtful: [Int] = []
        for (count, index) in places.enumerated() {
            if count % 1024 == 1023 { try Task.checkCancellation() }
            let oid = run.oids[index]
            switch folder.examine(oid) {
            case .absent: break
            case .file(let mode) where mode == Self.objectMode:
                presence[index - run.oids.startIndex] = true
            case .file, .other, .failed: doubtful.append(index)
            }
        }
        return doubtful
    }

    /// Microseconds, measured on tmpfs: a file system that talks to a server differs more.
    private static let lookupCosts = ExistenceStrategy.Costs(
        perRequest: 1.2, perName: 0.5, namesAreProof: false)
}
