internal import Basics
internal import Git
internal import StatusCache

extension Doctor {
    /// What this version reads, and what others of the suite read, as Git prints the keys.
    private static let read: Set<String> = [
        "dvc.pushdata", "dvc.strict", "dvc.jobs", "dvc.indexmaxage", "dvc.progress",
        "dvc.pushexps", "dvc.fetchexps", "dvc.fetchdata", "dvc.checkoutdata", "dvc.commitcheck",
        "dvc.receivecheck", "dvc.receivetimelimit",
    ]

    /// Git's settings and the variables that turn things off.
    mutating func examineSettings(_ session: Session) {
        var wrong = session.settingWarnings + session.pushSettingWarnings
        _ = Strictness(session.config["dvc.strict"], &wrong)
        for error in wrong { warn("settings", error.summary, "see git-dvc(1), CONFIGURATION") }
        for key in session.config.keys.filter({ $0.hasPrefix("dvc.") }).sorted() {
            // `dvc.<remote>.exps` remembers a remote that takes no experiments.
            if !Self.read.contains(key), !key.hasSuffix(".exps") {
                warn("settings", "\(key) is no setting of git-dvc", "correct its name")
            }
        }
        if session.config["dvc.pushdata"]?.lowercased() == "never" {
            warn("settings", "dvc.pushData is 'never': pushes upload nothing", nil)
        }
        for name in ["DVC_SKIP", "DVC_SKIP_PUSH"] where environment.isOn(name) {
            warn("settings", "\(name) is set: pushes upload nothing", "unset it")
        }
        if !findings.contains(where: { $0.topic == "settings" }) { ok("settings", "all are valid") }
    }

    /// The record of what remotes hold.
    mutating func examineRecords(_ session: Session) {
        let file = session.statusFile
        guard fileExists(file) else { return ok("records", "there are none yet") }
        if let flaw = StatusCache.flaw(of: file) {
            warn(
                "records", "'\(file)' is damaged: \(flaw)",
                "nothing is lost: the next push makes it anew, and asks the remotes for everything")
        } else {
            ok("records", "'\(file)'")
        }
    }
}
