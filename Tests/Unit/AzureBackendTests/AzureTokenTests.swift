import AzureBackend
import Basics
import CloudStorage
import StoreConformance
import TestSupport
import Testing

/// Who requests to Azure come from, without a key or a signature.
@Suite struct AzureTokenTests {
    let fixture: AzureFixture
    private var server: FaultProxy { fixture.server }

    init() throws { fixture = try AzureFixture() }

    private func tokens(
        _ variables: [String: String] = [:],
        _ change: (inout AzureIdentitySettings) -> Void = { _ in }
    ) -> TokenSource {
        var settings = AzureIdentitySettings(Environment(variables))
        settings.usesMachine = false
        change(&settings)
        return AzureTokens(settings, requester: fixture.requester, now: { AzureFixture.now }).source
    }

    private func answer(_ text: String, to path: String, header: (String, String)? = nil) {
        server.add(.answer(200, body: #"{"access_token":"\#(text)","expires_in":"3599"}"#)) {
            guard $0.target.hasPrefix(path) else { return false }
            guard let header else { return true }
            return $0.headers[header.0] == header.1
        }
    }

    @Test func `an application gets a token with its secret`() async throws {
        answer("app", to: "/tenant%2Fx/oauth2/v2.0/token")
        let authority = ["AZURE_AUTHORITY_HOST": server.url + "/"]
        let option = tokens(authority) {
            $0.application = .init(tenant: "tenant/x", client: "id", secret: "s&t")
        }
        #expect(try await option.value()?.text == "app")
        let variables = [
            "AZURE_TENANT_ID": "tenant/x", "AZURE_CLIENT_ID": "id", "AZURE_CLIENT_SECRET": "s",
        ].merging(authority) { $1 }
        #expect(try await tokens(variables).value()?.text == "app")
        #expect(try await tokens(variables) { $0.usesEnvironment = false }.value() == nil)
    }

    @Test func `a workload shows the token of its file`() async throws {
        answer("workload", to: "/t/oauth2/v2.0/token")
        let path = try fixture.scratch.write(Array("jwt\n".utf8), to: "token")
        let source = tokens([
            "AZURE_AUTHORITY_HOST": server.url, "AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "id",
            "AZURE_FEDERATED_TOKEN_FILE": path.string,
        ])
        #expect(try await source.value()?.text == "workload")
    }

    @Test func `a machine of Azure's gives a token, in either way`() async throws {
        answer(
            "vm",
            to:
                "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage",
            header: ("metadata", "true"))
        let machine = tokens(["AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url]) {
            $0.usesMachine = true
        }
        #expect(try await machine.value()?.text == "vm")
        answer("app-service", to: "/msi?api-version=2019-08-01", header: ("x-identity-header", "h"))
        let service = tokens(["IDENTITY_ENDPOINT": server.url + "/msi", "IDENTITY_HEADER": "h"]) {
            $0.usesMachine = true
        }
        #expect(try await service.value()?.text == "app-service")
    }

    @Test func `a machine without an identity is passed over`() async throws {
        server.add(.answer(400, body: #"{"error":"invalid_request"}"#))
        let source = tokens(["AZURE_POD_IDENTITY_AUTHORITY_HOST": server.url]) {
            $0.usesMachine = true
            $0.askCommandLine = { Array(#"{"accessToken":"cli","expires_on":1790003600}"#.utf8) }
        }
        #expect(try await source.value()?.text == "cli")
    }

    @Test func `what the command line says is used when nothing else is`() async throws {
        #expect(try await tokens().value() == nil)
        let bad = tokens { $0.askCommandLine = { Array("<html>".utf8) } }
        await #expect(throws: TokenError.self) { _ = try await bad.value() }
    }

    @Test func `a secret that is wrong is named as such, and not shown`() async throws {
        server.add(
            .answer(
                401,
                body:
                    #"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.\r\nTrace ID: 1"}"#
            ))
        let source = tokens(["AZURE_AUTHORITY_HOST": server.url]) {
            $0.application = .init(tenant: "t", client: "id", secret: "hush")
        }
        do {
            _ = try await source.value()
            Issue.record("nothing was thrown")
        } catch let error as TokenError {
            #expect(
                error.summary.hasSuffix(
                    "gives no access token: HTTP 401: invalid_client: AADSTS7000215: Invalid client secret."
                ), "\(error.summary)")
            #expect(error.advice?.contains("az login") == true)
            #expect(!"\(error)".contains("hush"))
        }
    }
}
