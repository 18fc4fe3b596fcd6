internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient

extension CredentialSearch {
    /// The keys that IAM Identity Center gives for the token that `aws sso login` left.
    func singleSignOn(ofProfile name: String) async throws -> LoadedCredentials? {
        guard let section = files.profile(name),
            section["sso_role_name"] != nil || section["sso_account_id"] != nil
        else { return nil }
        var values = section.mapValues(\.text)
        let session = section["sso_session"]?.text
        if let session {
            guard let shared = files.section("sso-session", named: session) else {
                throw CredentialError.badProfile(
                    name, words: "there is no '[sso-session \(session)]'")
            }
            for (key, value) in shared {
                if let own = values[key], own != value.text {
                    throw CredentialError.badProfile(
                        name, words: "'\(key)' differs from that of '[sso-session \(session)]'")
                }
                values[key] = value.text
            }
        }
        let needed = ["sso_role_name", "sso_account_id", "sso_start_url", "sso_region"]
        let missing = needed.filter { values[$0] == nil }
        guard missing.isEmpty, let role = values["sso_role_name"],
            let account = values["sso_account_id"], let start = values["sso_start_url"],
            let region = values["sso_region"]
        else {
            throw CredentialError.badProfile(
                name, words: "for SSO it lacks \(missing.map { "'\($0)'" }.joined(separator: ", "))"
            )
        }
        // The region becomes part of a host's name, to which the token is sent.
        guard region.utf8.allSatisfy(isLetterDigitOrHyphen) else {
            throw CredentialError.badProfile(name, words: "'sso_region' is not a region")
        }
        let login = SSOLogin(profile: name, session: session, startURL: start, region: region)
        let token = try await token(of: login)
        let usual = "https://portal.sso.\(region).\(Self.domain(of: region))"
        let url =
            (try endpoint(of: "sso") ?? usual) + "/federation/credentials"
            + "?role_name=\(percentEncoded(role))&account_id=\(percentEncoded(account))"
        let answer = try await patientRequester.answer(
            to: ServiceRequest(
                "GET", url, headers: [HTTPHeader("x-amz-sso_bearer_token", token)],
                timeout: .seconds(60), usesProxy: true), service: "SSO")
        switch answer.status {
        case 200: break
        case 401: throw ssoLoginNeeded(name, "SSO does not accept the login any more")
        default: throw CredentialError.refused(service: "SSO", words: "HTTP \(answer.status)")
        }
        do throws(AnswerProblem) {
            return try credentials(fromSSO: answer.body, source: "SSO of profile '\(name)'")
        } catch {
            throw CredentialError.badAnswer(from: "SSO", words: error.words)
        }
    }

    /// The keys that a program of the user prints.
    func processKeys(ofProfile name: String) async throws -> LoadedCredentials? {
        guard let line = files.profile(name)?["credential_process"]?.text else { return nil }
        try files.refuseFromRepository("credential_process", ofProfile: name)
        guard let words = try? shellWords(line), let first = words.first else {
            throw CredentialError.processFailed(
                profile: name, words: "cannot be split into words")  // the error says no more
        }
        let isPath = first.contains("/")
        guard let program = isPath ? FilePath(first) : environment.program(named: first) else {
            throw CredentialError.processFailed(
                profile: name, words: "is not on PATH: \(quoted(first))")
        }
        let command = Command(program, Array(words.dropFirst()), environment: environment)
        let result: CommandResult
        switch await command.outcome(upTo: settings.processLimit) {
        case .success(let ended): result = ended
        case .failure(let error):
            // Its arguments may hold a secret, so the command line is not shown.
            let words =
                if case .tooSlow(let limit) = error.cause {
                    "did not end within \(limit.components.seconds) seconds"
                } else if case .notStarted(let code) = error.cause {
                    "cannot be started: \(systemErrorText(code))"
                } else {
                    "failed"
                }
            throw CredentialError.processFailed(profile: name, words: words)
        }
        guard result.status.isSuccess else {
            let last = result.lastWords.isEmpty ? "" : ": \(result.lastWords)"
            throw CredentialError.processFailed(
                profile: name, words: "failed with exit code \(result.status.code)\(last)")
        }
        do throws(AnswerProblem) {
            return try credentials(
                fromProcess: result.output, source: "the credential_process of profile '\(name)'")
        } catch {
            throw CredentialError.badAnswer(
                from: "the credential_process of profile '\(name)'", words: error.words)
        }
    }
}

/// Whether it may stand in a label of a host's name.
func isLetterDigitOrHyphen(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}

extension Command {
    /// Runs the command on a thread of its own, for it may take long.
    fileprivate func outcome(
        upTo limit: Duration
    ) async -> Result<CommandResult, SubprocessError> {
        await withCheckedContinuation { waiter in
            let isStarted = startThread {
                waiter.resume(
                    returning: Result { () throws(SubprocessError) in try run(upTo: limit) })
            }
            // The thread resumes it otherwise.
            if !isStarted {
                waiter.resume(returning: .failure(SubprocessError(self, .notStarted(code: 11))))
            }
        }
    }
}
