internal import Basics

/// Which stages of one revision make what others of it read.
///
/// Source: `build_graph` in DVC 3.67 `repo/graph.py`: a dependency that is an out, lies in one or
/// has one in it.
struct StageGraph {
    private let stages: [CollectedStage]
    /// Sorted by path.
    private let outs: [(path: FilePath, stage: Int)]

    init(_ stages: [CollectedStage]) {
        self.stages = stages
        outs = stages.indices.flatMap { index in
            stages[index].outs.map { (path: $0, stage: index) }
        }.sorted { $0.path < $1.path }
    }

    /// These stages and all that they need, directly or through others.
    func ancestors(of keys: Set<CollectedStage.Key>) -> Set<CollectedStage.Key> {
        var found = keys
        var pending = stages.indices.filter { keys.contains(stages[$0].key) }
        var seen = Set(pending)
        while let index = pending.popLast() {
            found.insert(stages[index].key)
            for dependency in stages[index].dependencies {
                for maker in makers(of: dependency) where seen.insert(maker).inserted {
                    pending.append(maker)
                }
            }
        }
        return found
    }

    private func makers(of path: FilePath) -> [Int] {
        var makers: [Int] = []
        var directory = path
        while !directory.isEmpty {
            makers += stages(from: directory) { $0 == directory }
            directory = directory.parent
        }
        let below = FilePath(unchecked: path.bytes + [UInt8(ascii: "/")])
        return makers + stages(from: below) { $0.relative(to: path) != nil }
    }

    /// The stages of the outs from `path` on, as long as they fit.
    private func stages(from path: FilePath, while fits: (FilePath) -> Bool) -> [Int] {
        var low = 0
        var high = outs.count
        while low < high {
            let middle = (low + high) / 2
            if outs[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return outs[low...].prefix { fits($0.path) }.map(\.stage)
    }
}
