package import Basics
package import Storage

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// A directory with DVC objects: DVC's cache, or a remote whose URL is a path.
///
/// Objects appear under their names by a rename, complete, verified and with mode 0444, so a kill
/// at any instant leaves at most a temporary file, in the form that DVC ignores. All calls block
/// their thread. Source: DVC 3.67, observed (dvc-compat 2.4).
package struct LocalStore: ObjectCache {
    package let traits: StoreTraits
    package let root: FilePath
    let isShared: Bool
    /// The directory's own device is one side of either; the source's or the target's is the other.
    let reflinksIn = Reflinks()
    let reflinksOut = Reflinks()
    let hashing = PairedHashing()
    /// The directories for objects that ``receive(_:_:)`` saw or made.
    let shards = Locked<Set<FilePath>>([])

    /// A store at `root`, which the first `put` creates when it does not exist.
    ///
    /// `root`: absolute, or relative to the process's directory.
    /// `name`: the remote's name as users know it, or `cache`.
    /// `isShared`: DVC's `shared = group`: every directory created gets mode 02775.
    package init(root: FilePath, name: String, isShared: Bool = false) {
        self.root = root
        self.isShared = isShared
        traits = StoreTraits(name: name, blocksThreads: true, answersRuns: true)
    }

    package var runCache: (any RunCacheStore)? { LocalRunCache(root: root, isShared: isShared) }

    /// Where the object is, or would be.
    package func path(of key: ObjectKey) -> FilePath { key.path(below: root) }

    /// Returns once everything in the store survives a crash of this machine.
    ///
    /// One request for the whole file system, because one per object costs more than the copy.
    /// Throws `SystemError`.
    package func makeDurable() async throws { try synchronizeFileSystem(holding: root) }
}
