package import Basics

#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

extension StoreError {
    /// A system call that failed at the place where bytes are written, or that stands for the store.
    ///
    /// The advice is then about the file system that refused, not about the remote in general.
    package init(
        _ operation: Operation, _ key: ObjectKey, store: String, writing error: SystemError
    ) {
        let error = error.withoutTemporaryName
        let words = "\(systemErrorText(error.code)): '\(error.path)'"
        let reason: Reason =
            switch error.code {
            case EACCES, EPERM: .denied(words)
            case ENOSPC, EDQUOT: .full(words)
            case EROFS: .unavailable(words)
            default: .failed(words)
            }
        // What is downloaded is written into the cache.
        let remedy: String? =
            if case .full = reason, operation == .download {
                error.advice.map { "\($0); 'git dvc gc' removes from the cache what nothing needs" }
            } else {
                nil
            }
        self.init(operation, key, store: store, reason, cause: error, remedy: remedy)
    }

    /// A system call that failed on the file to upload.
    ///
    /// It says nothing about the store, so it never is `denied`: the other objects go on.
    package init(_ key: ObjectKey, store: String, readingSource error: SystemError) {
        let isGone = error.code == ENOENT || error.code == ENOTDIR
        self.init(
            .upload, key, store: store, isGone ? .sourceMissing : .failed(error.summary),
            cause: error)
    }
}

extension StoreError.Reason {
    /// More bytes than the caller is ready to hold; the same words from every store.
    package static func tooLarge(limit: Int) -> StoreError.Reason {
        .failed("it is larger than \(limit) bytes")
    }
}
