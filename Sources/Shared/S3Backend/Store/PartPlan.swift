/// How a large object is cut into parts.
struct PartPlan: Equatable, Sendable {
    let size: Int64
    let partSize: Int64

    /// A service takes no more parts than this.
    ///
    /// Source: Amazon S3 User Guide, "Multipart upload limits".
    private static let mostParts: Int64 = 10_000
    private static let unit: Int64 = 1 << 20

    /// `wanted`: the size of all parts but the last, in bytes; larger where there would be too many.
    init(size: Int64, wanted: Int64) {
        self.size = size
        let least = (size + Self.mostParts - 1) / Self.mostParts
        // In whole MiB, so that a run after an interruption cuts the same way.
        let rounded = (least + Self.unit - 1) / Self.unit * Self.unit
        partSize = max(wanted, least > wanted ? rounded : 0, 1)
    }

    /// Ranges of a download, of which there may be any number.
    init(size: Int64, exactly partSize: Int64) {
        self.size = size
        self.partSize = max(1, partSize)
    }

    var count: Int { max(1, Int((size + partSize - 1) / partSize)) }

    /// `index`: from 0 on.
    func range(_ index: Int) -> Range<Int64> {
        let start = Int64(index) * partSize
        return start..<min(size, start + partSize)
    }
}
