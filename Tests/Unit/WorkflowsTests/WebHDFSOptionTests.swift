import Basics
import DVC
import HTTPBackend
import HTTPClient
import Testing

@testable import Workflows

/// DVC's options of a `webhdfs://` remote.
@Suite struct WebHDFSOptionTests {
    private func configuration(_ lines: String) throws -> WebHDFSConfiguration {
        let config = try DVCConfig(
            [
                ConfigSource(
                    level: .repo, bytes: Array("['remote \"r\"']\n\(lines)\n".utf8),
                    directory: "/r/.dvc", name: ".dvc/config")
            ], home: nil)
        let remote = try config.remote(named: "r")
        guard case .url("webhdfs", let url) = remote.location else { throw CancellationError() }
        return try WebHDFSConfiguration(remote, url: url, Environment([:]))
    }

    private func parameters(_ lines: String) throws -> [String] {
        try configuration(lines).parameters.map { "\($0.name)=\($0.value)" }
    }

    @Test func `the place`() throws {
        let usual = try configuration("url = webhdfs://node/data/x")
        #expect(usual.web.address.host == "node:50070" && usual.root == "/data/x")
        #expect(usual.web.address.scheme == "http" && usual.parameters.isEmpty)
        let secure = try configuration(
            "url = webhdfs://node:9871\nuse_https = true\nssl_verify = /ca")
        #expect(secure.web.address.host == "node:9871" && secure.web.address.scheme == "https")
        #expect(secure.web.peer.verification == .authorities(path: "/ca"))
        #expect(
            try configuration("url = webhdfs://n/d\nssl_verify = false").web.peer.verification
                == .none)
        #expect(
            try configuration("url = webhdfs://n/d\ndata_proxy_target = http://p/webhdfs/v1")
                .dataProxy
                == "http://p/webhdfs/v1")
    }

    @Test func `who asks`() async throws {
        #expect(try parameters("url = webhdfs://me@node/d") == ["user.name=me"])
        #expect(
            try parameters("url = webhdfs://node/d\nuser = me\nproxy_to = you")
                == ["user.name=me", "doas=you"])
        #expect(try parameters("url = webhdfs://node/d\ntoken = t") == ["delegation=t"])
        let basic = try configuration("url = webhdfs://node/d\nuser = me\npassword = pw")
        #expect(basic.parameters.isEmpty)
        #expect(
            try await basic.web.identity.headers(after: nil)
                == [HTTPHeader("authorization", "Basic bWU6cHc=")])
        let kerberos = try configuration("url = webhdfs://node/d\nkerberos = true")
        #expect(kerberos.web.peer.negotiates && kerberos.parameters.isEmpty)
    }

    @Test(
        arguments: [
            ("url = webhdfs://node:port/d", "is not 'webhdfs://host[:port]/path'"),
            ("url = webhdfs://node/d\ntoken = t\nuser = me", "with 'token'"),
            ("url = webhdfs://node/d\ntoken = t\nproxy_to = me", "with 'token'"),
            ("url = webhdfs://me@node/d\nkerberos = true", "with 'kerberos'"),
            ("url = webhdfs://node/d\npassword = pw", "'password' needs 'user'"),
        ])
    func `what contradicts itself is refused`(lines: String, words: String) {
        let error = #expect(throws: RemoteOptionError.self) { try configuration(lines) }
        #expect(error?.summary.contains(words) == true, "\(error?.summary ?? "")")
    }
}
