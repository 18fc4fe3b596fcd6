internal import Basics
internal import DVC
internal import Storage

/// An entry of the run-cache that is not passed on.
struct RunCacheEntryError: UserFacingError {
    let store: String
    let name: RunCacheName
    let fault: RunCacheFault

    var summary: String {
        let place = store.isEmpty ? "the cache" : "remote '\(store)'"
        let cause =
            switch fault {
            case .unreadable: "it is no record of a run"
            case .wrongName: "its content is not what its name says"
            }
        return "'\(name.path)' in \(place) is not passed on: \(cause)"
    }

    var advice: String? { "remove the file; the run it stands for is only done once more" }
}

/// Brings what one run-cache has and another lacks from the one to the other.
///
/// For both directions. What is there under its name is not sent again, which DVC does every time:
/// two entries of the same name differ at most in sizes, which are no part of it. The outs that an entry
/// speaks of do not come with it, in DVC either. Source: dvc-compat 5.
struct RunCacheTransfer {
    /// What was done, or with a dry run would be.
    struct Outcome {
        var sent: [RunCacheName] = []
        /// Entries whose content is not what their name says.
        var refused: [RunCacheEntryError] = []
    }

    let isDryRun: Bool

    /// Sends what the target lacks.
    ///
    /// `name`: what the source is called, as in `StoreTraits`. Throws what the stores throw.
    func send(
        from source: any RunCacheStore, named name: String, to target: any RunCacheStore
    ) async throws -> Outcome {
        var outcome = Outcome()
        let runs = try await source.runs()
        guard !runs.isEmpty else { return outcome }
        for run in try await runs.subtracting(target.runs()).sorted() {
            try Task.checkCancellation()
            let bytes = try await source.contents(of: run, limit: RunCacheEntry.maximumSize)
            do throws(RunCacheFault) {
                try RunCacheEntry.verify(bytes, key: run.key, value: run.value)
            } catch {
                outcome.refused.append(RunCacheEntryError(store: name, name: run, fault: error))
                continue
            }
            if !isDryRun { try await target.put(bytes, as: run) }
            outcome.sent.append(run)
        }
        return outcome
    }
}
