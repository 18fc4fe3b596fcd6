internal import Basics
package import DVC
package import Digests
package import Storage

/// Reads the lists of directories: from the cache where it has them intact, else from the store.
package struct ListReader: Sendable {
    /// What came of reading one.
    package enum Answer: Sendable {
        /// The cache has it; the store was not asked. `size` is the list's own, in bytes.
        case cached(DirectoryListing, size: Int64)
        /// The store has it, intact.
        case stored(DirectoryListing)
        /// Neither has it.
        case missing
        /// What the store has is not what its name says, or no list at all.
        case damaged(words: String)
    }

    private let cache: (any ObjectStore)?
    private let store: any ObjectStore

    /// `cache`: `nil` where there is none, as in a bare repository.
    package init(cache: (any ObjectStore)?, store: any ObjectStore) {
        self.cache = cache
        self.store = store
    }

    /// Throws `StoreError` when the store cannot tell, `CancellationError`.
    package func read(_ oid: ObjectID) async throws -> Answer {
        let key = ObjectKey(oid)
        let limit = DirectoryListing.largestEncoding
        if let cache {
            do {
                let bytes = try await cache.contents(of: key, limit: limit)
                return .cached(
                    try DirectoryListing(reading: bytes, scheme: oid.scheme),
                    size: Int64(bytes.count))
            } catch is StoreError {
                // Missing, damaged or not readable: the store's copy takes its place.
            } catch is DirectoryListingError {
                // The bytes are what the name says, so the store has no better list; it will say so.
            }
        }
        do {
            let bytes = try await store.contents(of: key, limit: limit)
            return .stored(try DirectoryListing(reading: bytes, scheme: oid.scheme))
        } catch let error as StoreError {
            switch error.reason {
            case .missing: return .missing
            case .mismatch: return .damaged(words: error.summary)
            default: throw error
            }
        } catch let error as DirectoryListingError {
            return .damaged(words: error.summary)
        }
    }
}
