package import Basics
package import Digests

/// A request to a store that did not do what was asked.
package struct StoreError: UserFacingError, Equatable {
    package enum Operation: String, Sendable {
        case find = "look up"
        case upload, download, read
    }

    package enum Reason: Equatable, Sendable {
        /// The store has no such object.
        case missing
        /// The file to upload is not there (any more).
        case sourceMissing
        /// The bytes that were read have another name; nothing was stored.
        case mismatch(found: ObjectID)
        /// Not allowed; the words of the system or the service.
        case denied(String)
        /// No space, or a quota is used up.
        case full(String)
        /// The store as a whole cannot be used: not there, not a directory, read-only, not reachable.
        case unavailable(String)
        /// The store asks to be left alone for a while; `nil` leaves the time to the caller.
        case busy(String, retryAfter: Duration?)
        /// The connection, not the store, made it fail: a reset, a stall, a truncated answer.
        case interrupted(String)
        /// Anything else; the words of the system or the service.
        case failed(String)
    }

    package let operation: Operation
    package let key: ObjectKey
    /// The DVC remote's name, or ``StoreTraits/cacheName``.
    package let store: String
    package let reason: Reason
    /// The system call behind it, when there was one: it has better advice than the reason alone.
    package let cause: SystemError?
    /// What to do about it, where the store knows better than the reason alone.
    package let remedy: String?

    package init(
        _ operation: Operation, _ key: ObjectKey, store: String, _ reason: Reason,
        cause: SystemError? = nil, remedy: String? = nil
    ) {
        self.operation = operation
        self.key = key
        self.store = store
        self.reason = reason
        self.cause = cause
        self.remedy = remedy
    }

    /// Whether the same request can succeed later without anybody changing anything.
    package var isTransient: Bool {
        switch reason {
        case .busy, .interrupted: true
        default: false
        }
    }

    /// Whether every other request to this store must be expected to fail the same way.
    package var affectsWholeStore: Bool {
        switch reason {
        case .denied, .full, .unavailable: true
        case .missing, .sourceMissing, .mismatch, .busy, .interrupted, .failed: false
        }
    }

    package var summary: String {
        let cause =
            if case .mismatch = reason {
                (operation == .upload ? "the file in the cache" : "the object there") + " "
                    + reason.words
            } else {
                reason.words
            }
        let preposition =
            switch operation {
            case .find: store == StoreTraits.cacheName ? "in" : "on"
            case .upload: "to"
            case .download, .read: "from"
            }
        let place = store == StoreTraits.cacheName ? "the cache" : "remote '\(store)'"
        return "cannot \(operation.rawValue) \(key) \(preposition) \(place): \(cause)"
    }

    package var advice: String? {
        if let advice = remedy ?? cause?.advice { return advice }
        return switch reason {
        case .denied: "check the permissions or credentials for remote '\(store)'"
        case .full: "free some space on remote '\(store)', then run the command again"
        case .unavailable: "check the url of remote '\(store)' with 'git dvc remote list'"
        case .mismatch where operation == .upload:
            "remove the damaged file, then get the object again or add the data again"
        case .mismatch:
            "remove that object from the remote, then run 'git dvc push' where the data is"
        case .missing, .sourceMissing, .busy, .interrupted, .failed: nil
        }
    }
}

extension StoreError.Reason {
    /// What happened, without saying to what.
    package var words: String {
        switch self {
        case .missing: "no such object"
        case .sourceMissing: "the file is no longer in the cache"
        case .mismatch(let found): "is damaged: it has the MD5 \(found)"
        case .denied(let words), .full(let words), .unavailable(let words),
            .interrupted(let words), .failed(let words):
            words
        case .busy(let words, _): "the service is busy: \(words)"
        }
    }
}
