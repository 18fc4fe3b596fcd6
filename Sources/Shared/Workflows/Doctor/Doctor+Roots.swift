internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import Storage

extension Doctor {
    /// Every DVC root of the working copy.
    mutating func examineRoots(_ session: Session) async throws {
        guard let top = session.repository.workTree else {
            return ok("roots", "a bare repository has no working copy to look at")
        }
        let roots = try dvcRoots(session)
        if roots.isEmpty {
            return warn("roots", "there is no DVC repository below '\(top)'", "run 'git dvc init'")
        }
        for root in roots {
            let topic = root.isEmpty ? "root" : "root \(root)"
            do {
                let files = try session.configurationFiles(of: root)
                let config = try session.configuration(of: root)
                let levels = files.map { "\($0.level)" }.joined(separator: ", ")
                ok(topic, levels.isEmpty ? "without configuration" : "configured by: \(levels)")
                try examineRemoteChoice(session, config, topic)
                for name in config.remoteNames {
                    try await examineRemote(named: name, config, session, topic)
                }
                try examineCache(session, root, config, topic)
                examineLock(top.appending(root), topic)
            } catch let error as CancellationError {
                throw error
            } catch {
                note(error, on: topic)
            }
        }
    }

    /// Relative to the top of the repository.
    private func dvcRoots(_ session: Session) throws -> [FilePath] {
        let listed = try session.repository.output([
            "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--",
            ":(top,glob)**/.dvc/config",
        ])
        var roots = Set(
            listed.split(separator: 0).compactMap { FilePath(validating: $0)?.parent.parent })
        // One that was just made, without a configuration; elsewhere there may be none.
        if let here = try? session.dvcRoot() { roots.insert(here) }
        return roots.sorted()
    }

    private mutating func examineRemoteChoice(
        _ session: Session, _ config: DVCConfig, _ topic: String
    ) throws {
        if config.remoteNames.isEmpty {
            return warn(
                topic, "no DVC remote is configured: there is nowhere to upload data",
                "add one: 'git dvc remote add -d <name> <url>'")
        }
        if let name = config.defaultRemoteName {
            if config.remoteNames.contains(name) {
                ok(topic, "the default remote is '\(name)'")
            } else {
                fail(
                    topic, "the default remote '\(name)' does not exist",
                    "correct core.remote, or add the remote")
            }
        } else {
            warn(topic, "no remote is the default", "choose one: 'git dvc remote default <name>'")
        }
        for key in session.config.keys.sorted() where key.hasSuffix(".dvcremote") {
            let name = session.config[key]?.lowercased() ?? ""
            if !config.remoteNames.contains(name) {
                warn(
                    topic, "\(key.dropLast(10)).dvcRemote names '\(name)', which does not exist",
                    "correct it with 'git config'")
            }
        }
    }

    private mutating func examineRemote(
        named name: String, _ config: DVCConfig, _ session: Session, _ root: String
    ) async throws {
        let topic = "\(root), remote '\(name)'"
        let remote: DVCRemote
        do throws(ConfigError) {
            remote = try config.remote(named: name)
        } catch {
            return note(error, on: topic)
        }
        let place = remote.placeWithoutSecrets
        examineCredentials(of: remote, topic)
        if remote.isCloudVersioned {
            return warn(topic, "\(place) keeps versions in the cloud: it can only be read", nil)
        }
        do {
            // Somebody waits for the answer, and "not reached" is one.
            let store = try session.store(for: remote, jobs: nil, attempts: 2)
            if case .directory(let path) = remote.location {
                guard directoryExists(path) else {
                    return warn(
                        topic, "'\(path)' is not there", "the first push makes it, if it may")
                }
                guard isWritable(path) else {
                    return warn(topic, "'\(path)' may not be written to by you", nil)
                }
            }
            // An object that nobody has: the cheapest question that every store answers.
            let nobody = ObjectID(high: 0, low: 0, isDirectory: false, scheme: .md5)
            _ = try await store.size(of: ObjectKey(nobody))
            ok(topic, "\(place) was reached")
        } catch let error as CancellationError {
            throw error
        } catch let error as UnsupportedRemoteError {
            warn(topic, "\(place): \(error.summary)", error.advice)
        } catch {
            note(error, on: topic)
        }
    }

    /// Says which secrets are configured where, and never what they are.
    private mutating func examineCredentials(of remote: DVCRemote, _ topic: String) {
        for option in remote.options.keys.sorted() where DVCRemote.secretOptions.contains(option) {
            guard let setting = remote.options[option] else { continue }
            let text = "\(option) is set in '\(setting.file)'"
            if setting.level == .repo {
                warn(
                    topic, "\(text), which everybody can read who has the repository",
                    "move it to config.local: 'git dvc remote modify --local'; and change the secret"
                )
            } else {
                ok(topic, text)
            }
        }
        if case .url = remote.location, let url = remote.options["url"],
            remote.hasPasswordInURL, url.level == .repo
        {
            warn(
                topic, "the URL in '\(url.file)' has a password in it",
                "move it to config.local, and change the password")
        }
    }
}

extension DVCRemote {
    /// The options that are secrets, or hold one.
    ///
    /// Source: DVC 3.67.1, `config_schema.py`.
    static let secretOptions: Set<String> = [
        "password", "passphrase", "access_key_id", "secret_access_key", "session_token",
        "sse_customer_key", "connection_string", "sas_token", "account_key", "client_secret",
        "token",
        "oss_key_id", "oss_key_secret", "gdrive_client_secret", "custom_auth_header",
        "bearer_token_command", "kerb_ticket",
    ]

    /// Where it is, for a report that is shown around: no user, no password, no query.
    var placeWithoutSecrets: String {
        switch location {
        case .directory(let path): return "'\(path)'"
        case .url(let scheme, let text):
            // Behind the last sign, because a password may hold any.
            let plain = text.prefix { $0 != "?" && $0 != "#" }.split(separator: "@").last ?? ""
            let rest = plain.hasPrefix("\(scheme)://") ? plain.dropFirst(scheme.count + 3) : plain
            return "'\(scheme)://\(rest)'"
        }
    }

    /// Whether something stands before the host, behind the user's name.
    fileprivate var hasPasswordInURL: Bool {
        guard case .url(_, let text) = location, let at = text.lastIndex(of: "@") else {
            return false
        }
        return text[..<at].split(separator: ":", omittingEmptySubsequences: false).count > 2
    }
}
