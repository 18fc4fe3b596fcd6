internal import Basics
internal import DVC
internal import LocalBackend
internal import Planning
internal import Storage

/// A remote with a URL that nobody can reach: not DVC, and not we.
struct UnsupportedRemoteError: UserFacingError {
    let remote: String
    let scheme: String

    var summary: String {
        "remote '\(remote)' has a url that begins with '\(printable(scheme))://', which is none of DVC's"
    }
    var advice: String? {
        "DVC's are s3, gs, azure, ssh, http, https, webdav, webdavs, webhdfs, hdfs, oss and gdrive; what "
            + "rclone reaches is 'rclone://<its remote>:<path>'"
    }
}

extension Session {
    /// The store behind a remote, with retries, and traced when asked for.
    ///
    /// Nothing is asked of it yet. `jobs`: `-j`, which bounds whatever requests it makes by itself;
    /// `attempts`: how often a request is made that may succeed later.
    /// Throws ``UnsupportedRemoteError`` and what is wrong with options.
    func store(
        for remote: DVCRemote, jobs: Int?, attempts: Int? = nil
    ) throws -> any ObjectStore {
        var policy = RetryingStore.Policy()
        if let attempts { policy.attempts = attempts }
        switch remote.location {
        case .directory(let path):
            let store = LocalStore(root: path, name: remote.name, isShared: remote.isShared)
            return wrapped(store, policy)
        case .url("s3", let text):
            return wrapped(try s3Store(for: remote, url: text, jobs: jobs), policy)
        case .url("gs", let text):
            return wrapped(try gcsStore(for: remote, url: text, jobs: jobs), policy)
        case .url("azure", let text):
            return wrapped(try azureStore(for: remote, url: text, jobs: jobs), policy)
        case .url("http", let text), .url("https", let text):
            return wrapped(try httpStore(for: remote, url: text), policy)
        case .url("webdav", let text), .url("webdavs", let text):
            return wrapped(try webDAVStore(for: remote, url: text), policy)
        case .url("ssh", let text): return wrapped(try sshStore(for: remote, url: text), policy)
        case .url("webhdfs", let text):
            return wrapped(try webHDFSStore(for: remote, url: text), policy)
        case .url(let scheme, let text) where ["rclone", "gdrive", "oss", "hdfs"].contains(scheme):
            return wrapped(
                try rcloneStore(for: remote, scheme: scheme, url: text, jobs: jobs), policy)
        case .url(let scheme, _):
            throw UnsupportedRemoteError(remote: remote.name, scheme: scheme)
        }
    }

    /// DVC's cache as a store.
    func cache(at path: FilePath, isShared: Bool) -> LocalStore {
        LocalStore(root: path, name: StoreTraits.cacheName, isShared: isShared)
    }

    /// The cache that the objects of an out belong into; throws ``NotADVCRepositoryError``.
    func cache(of out: CollectedOut) throws -> LocalStore {
        guard let path = out.configuration.cacheDirectory else {
            throw NotADVCRepositoryError(directory: directory)
        }
        return cache(at: path, isShared: out.configuration.config.isCacheShared)
    }

    private func wrapped(
        _ store: any ObjectStore, _ policy: RetryingStore.Policy
    ) -> any ObjectStore {
        guard trace.isOn else { return RetryingStore(store, policy: policy) }
        let trace = trace
        return RetryingStore(
            TracingStore(store) { request in
                let operation = request.operation?.rawValue ?? "sync"
                let key = request.key.map { " \($0)" } ?? ""
                let bytes = request.bytes.map { " \($0) bytes" } ?? ""
                trace.log(
                    "\(store.traits.name): \(operation)\(key)\(bytes) in \(request.duration): "
                        + request.result)
            }, policy: policy)
    }
}
