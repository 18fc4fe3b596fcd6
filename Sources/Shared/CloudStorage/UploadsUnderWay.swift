internal import Basics

/// The uploads that this run is busy with, which no other task should go on with.
package final class UploadsUnderWay: Sendable {
    private let ids = Locked<Set<String>>([])

    package init() {}

    /// Whether nobody else has it.
    package func claim(_ id: String) -> Bool { ids.withLock { $0.insert(id).inserted } }
    package func release(_ id: String) { _ = ids.withLock { $0.remove(id) } }
}
