package import Basics
package import Digests

/// The place of an object in a store, the same in DVC's cache and on every remote.
package struct ObjectKey: Hashable, Sendable {
    package let oid: ObjectID

    package init(_ oid: ObjectID) { self.oid = oid }

    /// `/`-separated, relative to the store's root.
    package var path: FilePath { oid.storagePath }

    /// ``path`` below a store's root.
    package func path(below root: FilePath) -> FilePath { oid.storagePath(below: root) }
}

extension ObjectKey: CustomStringConvertible {
    package var description: String { path.string }
}
