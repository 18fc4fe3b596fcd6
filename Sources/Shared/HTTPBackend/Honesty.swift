internal import Basics
internal import HTTPClient
internal import Storage

/// Whether a server says of a name that cannot be there that it is not.
///
/// One that answers everything with some page, as to somebody who is not logged in, would be believed
/// to have, and to take, every object. Many servers have a page for what they did as well, so that a
/// page is only a reason to ask, once.
final class Honesty: Sendable {
    private let store: String
    private let isHonest = Locked<Bool?>(nil)

    /// `store`: the remote's name.
    init(store: String) { self.store = store }

    /// Throws a `StoreError` about `key` when the server is not; `isAbsent` asks it about a path.
    func check(
        _ operation: StoreError.Operation, _ key: ObjectKey,
        _ isAbsent: (FilePath) async throws -> Bool
    ) async throws {
        var known = isHonest.withLock { $0 }
        if known == nil {
            // The name of no object, and one that nobody else can have chosen.
            known = try await isAbsent(temporaryPath(in: key.path.parent))
            isHonest.withLock { $0 = known }
        }
        if known == true { return }
        throw StoreError(
            operation, key, store: store,
            .unavailable("the server answers with a web page, whatever it is asked for"),
            remedy: "check the url and the credentials of remote '\(store)'")
    }
}

extension HTTPResponse {
    var isPage: Bool { self["content-type"]?.lowercased().hasPrefix("text/html") == true }
}
