package import Basics
package import CloudStorage
internal import HTTPClient

/// Everything from outside that decides who requests to Azure come from, when neither a key nor a
/// signature says it.
package struct AzureIdentitySettings: Sendable {
    /// `tenant_id`, `client_id` and `client_secret`: an application.
    package var application: Application?
    /// The switches `exclude_environment_credential` and `exclude_managed_identity_credential`.
    package var usesEnvironment = true
    package var usesMachine = true
    package var environment: Environment
    /// What `az account get-access-token` prints; `nil` when there is no such program.
    package var askCommandLine: (@Sendable () throws -> [UInt8])?

    package struct Application: Sendable {
        package let tenant: String
        package let client: String
        package let secret: String

        package init(tenant: String, client: String, secret: String) {
            self.tenant = tenant
            self.client = client
            self.secret = secret
        }
    }

    package init(_ environment: Environment) { self.environment = environment }
}

/// Finds out who requests to Azure come from, and gets tokens for them.
///
/// The application of the options; else, in the order of Azure's libraries: the application of the
/// environment, the identity of a workload, that of the machine, the login of the command line. Who is
/// nobody asks without a token. Source: azure-identity 1.27, `DefaultAzureCredential`; what only an
/// editor or a browser knows is not asked.
package struct AzureTokens: Sendable {
    private let settings: AzureIdentitySettings
    private let service: TokenService

    private static let resource = "https://storage.azure.com/"
    private static let timeout = Duration.seconds(30)

    /// `now`: seconds since 1970.
    package init(
        _ settings: AzureIdentitySettings, requester: any ServiceRequester,
        now: @escaping @Sendable () -> Int64
    ) {
        self.settings = settings
        service = TokenService(
            requester, now: now,
            advice: "run 'az login', or set the remote's 'account_key', 'sas_token' or "
                + "'connection_string' with '--local'")
    }

    /// The token of this run; nothing is read or asked for before it is needed.
    package var source: TokenSource {
        TokenSource.token(now: service.now) { try await load() }
    }

    private func load() async throws -> TokenSource.Loaded {
        if let application = settings.application { return try await token(of: application) }
        let environment = settings.environment
        let tenant = environment.nonEmpty("AZURE_TENANT_ID")
        let client = environment.nonEmpty("AZURE_CLIENT_ID")
        if settings.usesEnvironment, let tenant, let client,
            let secret = environment.nonEmpty("AZURE_CLIENT_SECRET")
        {
            return try await token(of: .init(tenant: tenant, client: client, secret: secret))
        }
        if let tenant, let client, let path = environment.nonEmpty("AZURE_FEDERATED_TOKEN_FILE") {
            return try await workloadToken(tenant, client, FilePath(path))
        }
        if settings.usesMachine, let loaded = try await machineToken(client: client) {
            return loaded
        }
        if let ask = settings.askCommandLine { return try commandLineToken(ask) }
        return TokenSource.Loaded(nil, end: nil)
    }

    // MARK: Applications

    /// Source: Microsoft identity platform, "OAuth 2.0 client credentials flow".
    private func token(
        of application: AzureIdentitySettings.Application
    ) async throws -> TokenSource.Loaded {
        try await token(
            application.tenant,
            [
                "grant_type": "client_credentials", "client_id": application.client,
                "client_secret": application.secret, "scope": Self.resource + ".default",
            ])
    }

    private func workloadToken(
        _ tenant: String, _ client: String, _ path: FilePath
    ) async throws -> TokenSource.Loaded {
        let assertion = String(decoding: try service.proof(in: path), as: UTF8.self)
            .filter { !$0.isWhitespace }
        return try await token(
            tenant,
            [
                "grant_type": "client_credentials", "client_id": client,
                "client_assertion": assertion,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "scope": Self.resource + ".default",
            ])
    }

    private func token(
        _ tenant: String, _ fields: KeyValuePairs<String, String>
    ) async throws -> TokenSource.Loaded {
        var authority =
            settings.environment.nonEmpty("AZURE_AUTHORITY_HOST") ?? "login.microsoftonline.com"
        while authority.hasSuffix("/") { authority.removeLast() }
        if !authority.contains("://") { authority = "https://\(authority)" }
        let url = "\(authority)/\(percentEncoded(tenant))/oauth2/v2.0/token"
        return try await service.token(
            .form(fields, to: url), from: hostAndPort(ofURL: url) ?? "Microsoft Entra")
    }

    // MARK: Machines

    /// `nil` when this machine has no identity.
    ///
    /// Source: "How to use managed identities": App Service's variables, then IMDS.
    private func machineToken(client: String?) async throws -> TokenSource.Loaded? {
        let environment = settings.environment
        let query =
            "&resource=\(percentEncoded(Self.resource))"
            + (client.map { "&client_id=\(percentEncoded($0))" } ?? "")
        if let url = environment.nonEmpty("IDENTITY_ENDPOINT"),
            let secret = environment.nonEmpty("IDENTITY_HEADER")
        {
            let request = ServiceRequest(
                "GET", "\(url)?api-version=2019-08-01\(query)",
                headers: [HTTPHeader("x-identity-header", secret)], timeout: Self.timeout,
                usesProxy: false)
            return try await service.token(request, from: "the service of this machine's identity")
        }
        let named = environment.nonEmpty("AZURE_POD_IDENTITY_AUTHORITY_HOST")
        let request = ServiceRequest(
            "GET",
            "\(named ?? "http://169.254.169.254")/metadata/identity/oauth2/token"
                + "?api-version=2018-02-01\(query)",
            headers: [HTTPHeader("metadata", "true")],
            // Where there is none, nobody answers.
            timeout: named == nil ? .seconds(1) : Self.timeout, usesProxy: false)
        // 400 is said by a machine without an identity of its own, 404 by that of another cloud.
        return try await service.machineToken(
            request, isNamed: named != nil, absence: [400, 404])
    }

    // MARK: The command line

    private func commandLineToken(
        _ ask: @Sendable () throws -> [UInt8]
    ) throws -> TokenSource.Loaded {
        struct Answer: Decodable {
            var accessToken: String
            var expiresOn: Int64?
        }
        guard let answer: Answer = try? decode(ask(), namesAreSnakeCase: true) else {
            throw TokenError(
                .badAnswer(service: "'az account get-access-token'", words: "it is no token"),
                advice: service.advice)
        }
        // Old versions only print a local time; a token lasts at least five minutes.
        return TokenSource.Loaded(
            AccessToken(answer.accessToken), end: answer.expiresOn ?? service.now() + 300)
    }
}
