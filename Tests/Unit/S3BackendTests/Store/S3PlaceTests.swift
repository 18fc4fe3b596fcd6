import Basics
import Digests
import HTTPClient
import S3Backend
import Storage
import StoreConformance
import TestSupport
import Testing

/// Where requests go and as whom: regions, redirects, clocks, credentials.
@Suite struct S3PlaceTests {
    let fixture: S3Fixture
    var server: FaultProxy { fixture.server }

    init() throws { fixture = try S3Fixture() }

    private func region(of request: FaultProxy.Request) -> String? {
        request.headers["authorization"]?.split(separator: "/").dropFirst(2).first.map(String.init)
    }

    @Test(arguments: [
        (301, ["x-amz-bucket-region": "eu-west-3"], ""),
        (
            400, [:],
            S3Fixture.refusal(
                "AuthorizationHeaderMalformed", more: "<Region>eu-west-3</Region>")
        ),
    ])
    func `the bucket's region is found out once`(
        status: Int, headers: [String: String], body: String
    ) async throws {
        server.add(.answer(status, headers: headers, body: body), times: 1)
        server.add(.answer(200))
        let store = try fixture.store()
        let (path, key) = try fixture.source()
        for _ in 1...2 { _ = try await store.put(fileAt: path, as: key) }
        #expect(server.requests.map(region) == ["us-east-1", "eu-west-3", "eu-west-3"])
    }

    @Test func `a region that leads nowhere is given up`() async throws {
        server.add(.answer(301, headers: ["x-amz-bucket-region": "a-1"]), times: 1)
        server.add(.answer(301, headers: ["x-amz-bucket-region": "b-2"]), times: 1)
        server.add(.answer(301, headers: ["x-amz-bucket-region": "c-3"]))
        let store = try fixture.store()
        let (path, key) = try fixture.source()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("bucket 'data' is somewhere else (HTTP 301)"))
        #expect(error.advice == "set 'region' or 'endpointurl' of remote 'r'")
        #expect(server.requests.count == 3)
    }

    @Test(arguments: [301, 302, 307, 308])
    func `no other host gets what is signed for this one`(status: Int) async throws {
        let other = try FaultProxy()
        other.add(.answer(200))
        server.add(.answer(status, headers: ["Location": "\(other.url)/data/x"]))
        let store = try fixture.store()
        let (path, key) = try fixture.source()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(
            error.summary.contains("is said to be at '127.0.0.1:\(other.port)', which is not"))
        #expect(other.requests.isEmpty)
    }

    @Test func `a clock that is an hour off is corrected once`() async throws {
        let date = "Tue, 22 Sep 2026 00:00:00 GMT"
        server.add(
            .answer(403, headers: ["Date": date], body: S3Fixture.refusal("RequestTimeTooSkewed")),
            times: 1)
        server.add(.answer(200))
        let store = try fixture.store()
        let (path, key) = try fixture.source()
        for _ in 1...2 { _ = try await store.put(fileAt: path, as: key) }
        #expect(
            server.requests.map { $0.headers["x-amz-date"]?.prefix(9) }
                == ["20260921T", "20260922T", "20260922T"])
    }

    @Test func `a clock that cannot be corrected is named`() async throws {
        server.add(.answer(403, body: S3Fixture.refusal("RequestTimeTooSkewed")))
        let store = try fixture.store()
        let (path, key) = try fixture.source()
        let error = try await fixture.failure { _ = try await store.put(fileAt: path, as: key) }
        #expect(error.summary.contains("the clock of this machine differs too much"))
        #expect(error.advice == "set the clock")
    }

    /// Credentials that can be had anew once.
    private actor Renewable: S3Identity {
        private(set) var renewals = 0

        func credentials() -> AWSCredentials? {
            AWSCredentials(accessKeyID: "AKID\(renewals)", secretAccessKey: "secret")
        }

        func renew(_ refused: AWSCredentials) -> Bool {
            renewals += 1
            return renewals == 1
        }
    }

    @Test func `credentials that expired are renewed once`() async throws {
        server.add(.answer(400, body: S3Fixture.refusal("ExpiredToken")), times: 1)
        server.add(.answer(200))
        let store = try fixture.store(as: Renewable())
        let (path, key) = try fixture.source()
        _ = try await store.put(fileAt: path, as: key)
        let users = server.requests.map { $0.headers["authorization"]?.contains("AKID1/") == true }
        #expect(users == [false, true])
    }

    @Test func `without credentials nothing is signed`() async throws {
        server.add(.answer(200))
        let store = try fixture.store(as: FixedIdentity(nil))
        let (path, key) = try fixture.source()
        _ = try await store.put(fileAt: path, as: key)
        #expect(server.requests.first?.headers["authorization"] == nil)
    }

    private struct Broken: S3Identity {
        struct NoCredentials: UserFacingError {
            var summary: String { "no credentials were found" }
            var advice: String? { "run 'aws configure'" }
        }

        func credentials() throws -> AWSCredentials? { throw NoCredentials() }
        func renew(_ refused: AWSCredentials) -> Bool { false }
    }

    @Test func `missing credentials stop everything`() async throws {
        let store = try fixture.store(as: Broken())
        let (_, key) = try fixture.source()
        let error = try await fixture.failure { _ = try await store.size(of: key) }
        #expect(error.reason == .denied("no credentials were found"))
        #expect(error.advice == "run 'aws configure'")
        #expect(error.affectsWholeStore)
        #expect(server.requests.isEmpty)
    }
}
