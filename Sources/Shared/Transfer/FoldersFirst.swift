internal import Digests

/// The order in which objects go to a store: the first of each folder, then the others.
///
/// A server that keeps objects in folders makes them with the first object. Asked for several objects of
/// a new folder at once, `rclone serve s3` refuses some, and of one that it took may forget for
/// minutes where it is (docs/decisions/0025). In order of their ids, objects of one folder go together.
struct FoldersFirst {
    /// Of the first object of each folder, ascending.
    private let firsts: [Int]

    init(_ oids: [ObjectID]) {
        var firsts: [Int] = []
        var seen = [Bool](repeating: false, count: 2 * 256)
        for (index, oid) in oids.enumerated() {
            let folder = Int(oid.high >> 56) + (oid.scheme == .md5 ? 0 : 256)
            if seen[folder] { continue }
            seen[folder] = true
            firsts.append(index)
        }
        self.firsts = firsts
    }

    /// The index of the object whose turn it is.
    func index(at turn: Int) -> Int {
        if turn < firsts.count { return firsts[turn] }
        let rest = turn - firsts.count
        // How many firsts lie before it: those with no more than `rest` others before them.
        var (low, high) = (0, firsts.count)
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] - middle <= rest { low = middle + 1 } else { high = middle }
        }
        return rest + low
    }
}
