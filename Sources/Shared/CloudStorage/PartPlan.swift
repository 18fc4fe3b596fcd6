/// How a large object is cut into parts.
package struct PartPlan: Equatable, Sendable {
    package let size: Int64
    package let partSize: Int64

    private static let unit: Int64 = 1 << 20

    /// `wanted`: the size of all parts but the last, in bytes; larger where there would be more than
    /// `mostParts`, which is all that the service takes.
    package init(size: Int64, wanted: Int64, mostParts: Int64) {
        self.size = size
        let least = (size + mostParts - 1) / mostParts
        // In whole MiB, so that a run after an interruption cuts the same way.
        let rounded = (least + Self.unit - 1) / Self.unit * Self.unit
        partSize = max(wanted, least > wanted ? rounded : 0, 1)
    }

    /// Ranges of a download, of which there may be any number.
    package init(size: Int64, exactly partSize: Int64) {
        self.size = size
        self.partSize = max(1, partSize)
    }

    package var count: Int { max(1, Int((size + partSize - 1) / partSize)) }

    /// `index`: from 0 on.
    package func range(_ index: Int) -> Range<Int64> {
        let start = Int64(index) * partSize
        return start..<min(size, start + partSize)
    }
}
