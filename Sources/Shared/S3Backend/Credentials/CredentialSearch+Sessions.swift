internal import Basics
internal import CloudStorage
internal import Digests
internal import HTTPClient

extension CredentialSearch {
    /// When less than this is left of what a login gave, others are asked for, in seconds.
    ///
    /// Source: botocore 1.43, `LoginCredentialFetcher`.
    private static let loginThreshold: Int64 = 5 * 60

    /// The keys that `aws login` left in its cache; they last for minutes, and are renewed and kept
    /// there for the next run.
    func loginKeys(ofProfile name: String) async throws -> LoadedCredentials? {
        guard let session = files.profile(name)?["login_session"]?.text else { return nil }
        let folder =
            environment["AWS_LOGIN_CACHE_DIRECTORY"].map { expanded($0, in: environment) }
            ?? files.home.appending(".aws/login/cache")
        let path = folder.appending("\(sha256(Array(session.utf8))).json")
        let bytes: [UInt8]?
        do {
            bytes = try readFileIfPresent(path, limit: 1 << 20)
        } catch {
            throw CredentialError.unreadable(error)
        }
        let command = "aws login" + (name == "default" ? "" : " --profile \(name)")
        guard let bytes else {
            throw CredentialError.loginNeeded(
                profile: name, words: "nobody is logged in", command: command)
        }
        let known: LoginSession
        do {
            known = try LoginSession(bytes, source: "the login of profile '\(name)'")
        } catch {
            throw CredentialError.badAnswer(from: "'\(path)'", words: error.words)
        }
        let now = settings.now().secondsSince1970
        let secondsLeft = (known.loaded.expiration?.secondsSince1970 ?? now) - now
        if secondsLeft > Self.loginThreshold { return known.loaded }
        if let renewed = try await renew(known) {
            // Whoever cannot write there asks again the next time.
            try? writeFile(path, renewed.encoded, mode: 0o600)
            return renewed.loaded
        }
        guard secondsLeft > 0 else {
            throw CredentialError.loginNeeded(
                profile: name, words: "the login has expired", command: command)
        }
        return known.loaded
    }

    /// Other keys for those that end; `nil` when there are none to be had.
    ///
    /// Source: the model of AWS's sign-in service in botocore 1.43, `CreateOAuth2Token`.
    private func renew(_ known: LoginSession) async throws -> LoginSession? {
        let region = try region() ?? S3Address.defaultRegion
        let usual =
            region.hasPrefix("cn-")
            ? "https://\(region).signin.amazonaws.cn" : "https://\(region).signin.aws.amazon.com"
        let url = (try endpoint(of: "signin") ?? usual) + "/v1/token"
        guard let (body, proof) = known.renewal(to: url, at: settings.now()) else { return nil }
        let headers = [HTTPHeader("content-type", "application/json"), HTTPHeader("dpop", proof)]
        let request = ServiceRequest(
            "POST", url, headers: headers, body: body, timeout: .seconds(60), usesProxy: true)
        do {
            let answer = try await patientRequester.respond(to: request)
            guard answer.status == 200 else { return nil }
            return try? known.renewed(by: answer.body, at: settings.now())
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            return nil  // it is told once the old keys have ended
        }
    }
}
