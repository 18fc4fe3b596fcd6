package import Basics
package import Git

/// An object of a received push that is not on its data remote.
package struct UnsentObjectError: UserFacingError {
    package let place: ObjectPlace
    package let remote: String

    package var summary: String {
        "\(place.text) needs \(place.storagePath), which is not on DVC remote '\(remote)'"
    }
}

/// Looks whether the data of a received push is on its data remotes; uploads and changes nothing.
package struct ReceiveCheck {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    /// What speaks against the push.
    ///
    /// `updates`: what `pre-receive` was told. Throws as `PushWorkflow` does.
    package func run(
        _ updates: [RefUpdate]
    ) async throws -> (errors: [any UserFacingError], warnings: [any UserFacingError]) {
        var options = PushOptions(progress: session.progressOutput(isQuiet: true))
        options.isDryRun = true
        // What is in the repository already is not looked at again: it stands there as what refs are
        // to be deleted.
        let known = try session.repository.output([
            "for-each-ref", "--format=%(objectname)",
        ]).split(separator: UInt8(ascii: "\n")).compactMap { GitOID($0) }
        let old = uniqued(known).map {
            RefUpdate(localName: "(delete)", newOID: nil, remoteRef: "", oldOID: $0)
        }
        let here = PushedRemote(argument: "", url: "")
        let report = try await PushWorkflow(session, options).run(.refs(updates + old, to: here))
        var errors = report.errors.map(\.onServer)
        // Whether the server has a cache with it or not, the remote lacks it.
        for store in report.stores {
            for place in store.wouldUpload {
                errors.append(UnsentObjectError(place: place, remote: store.remote))
            }
        }
        return (errors, report.warnings.map(\.onServer))
    }
}

extension UserFacingError {
    /// The same in words that fit where there is no cache.
    fileprivate var onServer: any UserFacingError {
        guard let missing = self as? MissingObjectError else { return self }
        return UnsentObjectError(place: missing.place, remote: missing.remote)
    }
}
