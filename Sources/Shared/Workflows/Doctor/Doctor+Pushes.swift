internal import Basics
internal import Git
internal import Planning

extension Doctor {
    /// What a push of the workspace and of the current branch would upload.
    mutating func examinePushes(_ session: Session) async throws {
        if (try? session.dvcRoot()) != nil {  // elsewhere there is no workspace to push
            try await foresee(.selection(DataSelection()), "workspace", "'git dvc push'", session)
        }
        guard let (update, remote) = try currentBranch(session) else { return }
        let name = remote.name ?? "its remote"
        try await foresee(
            .refs([update], to: remote), "branch", "a push of the current branch to '\(name)'",
            session)
    }

    private mutating func foresee(
        _ source: PushSource, _ topic: String, _ what: String, _ session: Session
    ) async throws {
        var options = PushOptions(progress: ProgressMeter.Output(showsLine: false, file: nil))
        options.isDryRun = true
        do {
            let report = try await PushWorkflow(session, options).run(source)
            for error in report.errors.prefix(10) { note(error, on: topic) }
            let count = report.stores.reduce(0) { $0 + $1.wouldUpload.count }
            if count > 0 {
                ok(topic, "\(what) would upload \(counted(count, "object"))")
            } else if report.errors.isEmpty {
                ok(topic, "\(what) has nothing to upload")
            }
        } catch let error as CancellationError {
            throw error
        } catch {
            note(error, on: topic)
        }
    }

    /// The checked-out branch and where `git push` takes it.
    private func currentBranch(_ session: Session) throws -> (RefUpdate, PushedRemote)? {
        let head = try session.repository.command(["symbolic-ref", "--quiet", "HEAD"]).run()
        let ref = String(decoding: head.output.dropLast(), as: UTF8.self)
        guard head.status.isSuccess, ref.hasPrefix("refs/heads/") else { return nil }
        let answer = try session.repository.output([
            "for-each-ref", "--format=%(objectname) %(push:remotename)", ref,
        ])
        let line = String(decoding: answer, as: UTF8.self).split(separator: "\n").first ?? ""
        let words = line.split(separator: " ", maxSplits: 1)
        guard let oid = words.first.flatMap({ GitOID($0) }) else { return nil }
        // A branch can name a URL as its remote, which could hold a password.
        let chosen = words.count > 1 ? String(words[1]) : "origin"
        guard session.config.remoteNames.contains(chosen) else { return nil }
        let update = RefUpdate(localName: ref, newOID: oid, remoteRef: ref, oldOID: nil)
        return (update, PushedRemote(argument: chosen, url: ""))
    }
}
