package import Digests

/// Objects that lie side by side in a store: sorted, each once, their digests starting with the
/// same byte.
///
/// So they are in one folder of a directory; legacy objects of that byte have another one. For a
/// store whose ``StoreTraits/runsSpanFolders`` is set the digests may start with any byte.
package struct ObjectRun: Sendable {
    /// Never empty.
    package let oids: ArraySlice<ObjectID>

    /// `oids`: as the type says; nothing is checked here that asking for the objects does not find.
    package init(_ oids: ArraySlice<ObjectID>) {
        precondition(!oids.isEmpty, "a run has objects")
        self.oids = oids
    }

    package var count: Int { oids.count }

    /// The first of the objects, which stands for all of them in errors and traces.
    package var first: ObjectKey { ObjectKey(oids[oids.startIndex]) }
}
