package import Basics
package import Git

/// The data of pushes that ended before it was uploaded (`dvc.pushData` = `after`).
///
/// Which of their refs have moved is not known: the data of one that was refused does not harm.
package struct LeftPushes {
    private let session: Session

    package init(_ session: Session) { self.session = session }

    /// A push that is over, and what came of bringing its data.
    package struct Outcome {
        package let note: PushNote
        /// Where it is noted that data is missing.
        package let file: FilePath
        package let result: Result<PushReport, any Error>
        /// Whether all is there now, and the note gone.
        package var isDone: Bool {
            if case .success(let report) = result { report.isSuccess } else { false }
        }
    }

    /// Uploads what is missing, of all worktrees.
    ///
    /// `begin`: gets each push before its data is looked for. Throws `CancellationError`, ``Interrupted``,
    /// `SystemError`.
    package func run(
        _ options: PushOptions, begin: (PushNote) -> Void
    ) async throws -> [Outcome] {
        if session.config["dvc.pushdata"]?.lowercased() == "never" { return [] }
        var outcomes: [Outcome] = []
        for directory in try session.repository.worktreeDirectories() {
            for (file, note) in try PushNote.takeLeft(in: directory) {
                begin(note)
                let result = try await upload(note, options)
                let outcome = Outcome(note: note, file: file, result: result)
                if outcome.isDone { try removeFile(file) }
                outcomes.append(outcome)
            }
        }
        return outcomes
    }

    private func upload(
        _ note: PushNote, _ options: PushOptions
    ) async throws -> Result<PushReport, any Error> {
        // Git may have fetched since what that push had moved: a tracking ref proves nothing.
        let remote = PushedRemote(argument: note.remote, url: note.url).withoutTrackingRefs
        do {
            let source = PushSource.refs(note.entries.map(\.update), to: remote)
            return .success(try await PushWorkflow(session, options).run(source))
        } catch let error as CancellationError {
            throw error
        } catch let error as Interrupted {
            throw error
        } catch {
            return .failure(error)
        }
    }
}
