internal import DVC
internal import Storage

/// The stores of one push, each opened once.
///
/// Used from one task at a time.
final class PushStores {
    private let session: Session
    private let jobs: Int?
    private var opened: [(remote: DVCRemote, store: any ObjectStore)] = []

    /// `jobs`: `-j`.
    init(_ session: Session, jobs: Int?) {
        self.session = session
        self.jobs = jobs
    }

    /// Throws what is wrong with the remote's options.
    func store(for remote: DVCRemote) throws -> any ObjectStore {
        if let known = opened.first(where: { $0.remote == remote }) { return known.store }
        let store = try session.store(for: remote, jobs: jobs)
        opened.append((remote, store))
        return store
    }

    /// Lets a store connect while the rest of the push is still being planned.
    ///
    /// `bytes`: how many will be sent, at most.
    func expect(_ remote: DVCRemote, _ bytes: Int64) {
        // A remote that cannot be used is found out when something is to be uploaded.
        guard let store = try? store(for: remote) else { return }
        store.expect(bytes)
        store.getReady()
    }
}
