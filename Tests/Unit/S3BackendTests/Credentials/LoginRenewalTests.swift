import Basics
import Digests
import FoundationEssentials
import S3Backend
import TestSupport
import Testing

/// Keys of `aws login` that are about to end, or have ended.
@Suite struct LoginRenewalTests {
    private static let now = CredentialWorld.time.secondsSince1970

    private let world: CredentialWorld
    /// A key of this test's own.
    private let pem: String
    private let cache = ".aws/login/cache/\(sha256(Array("arn:me".utf8))).json"

    init() throws {
        world = try CredentialWorld(
            config: "[default]\nlogin_session = arn:me\nregion = eu-west-1\n")
        pem = try Self.openssl(
            in: world, "ecparam", "-name", "prime256v1", "-genkey", "-noout"
        ).checked().output
    }

    private static func openssl(
        in world: CredentialWorld, _ words: String...
    ) throws -> ProcessResult {
        try RunningProcess(
            "openssl", words, in: world.directory.path, environment: ["PATH": "/usr/bin:/bin"],
            input: [], scratch: world.directory.path
        ).wait()
    }

    private func logIn(lasting seconds: Int64, key: String? = nil) throws {
        let end = AWSTime(secondsSince1970: Self.now + seconds).extendedFormat
        try world.write(
            """
            {"accessToken": {"accessKeyId": "OLD", "secretAccessKey": "hush-s", "sessionToken": "hush-t",
             "accountId": "1", "expiresAt": "\(end)"}, "tokenType": "aws_sigv4", "clientId": "client",
             "refreshToken": "hush-refresh", "idToken": "hush-id", "n": [1, 2.5, true, null],
             "dpopKey": "\((key ?? pem).replacing("\n", with: "\\n"))"}
            """, to: cache)
    }

    private func id() async throws -> String? {
        try await world.id(["AWS_ENDPOINT_URL_SIGNIN": world.server.url])
    }

    private func gives(_ body: String, status: Int = 200) {
        world.server.add(.answer(status, body: body)) { $0.target == "/v1/token" }
    }

    private static let answer =
        "{\"accessToken\": {\"accessKeyId\": \"NEW\", \"secretAccessKey\": \"hush\", \"sessionToken\": \"hush\"},"
        + "\"tokenType\": \"aws_sigv4\", \"expiresIn\": 900, \"refreshToken\": \"hush-2\"}"

    @Test(arguments: [Int64(5 * 60), 0, -86400])
    func `keys that end are renewed and kept, with all else in the file`(
        lasting seconds: Int64
    ) async throws {
        try logIn(lasting: seconds)
        gives(Self.answer)
        #expect(try await id() == "NEW")
        let kept = String(
            decoding: try readFile(world.directory.path.appending(FilePath(cache))), as: UTF8.self)
        for piece in [
            "\"accountId\":\"1\"", "\"idToken\":\"hush-id\"", "\"n\":[1,2.5,true,null]", "hush-2",
        ] {
            #expect(kept.contains(piece), "\(piece)")
        }
        #expect(try await id() == "NEW")
        #expect(world.server.requests.count == 1)
    }

    @Test func `the key proves that it is ours, as RFC 9449 says`() async throws {
        try logIn(lasting: 0)
        gives(Self.answer)
        _ = try await id()
        let proof = try #require(world.server.requests.first?.headers["dpop"])
        let parts = proof.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        let header = String(decoding: try decoded(parts[0]), as: UTF8.self)
        for piece in ["\"typ\":\"dpop+jwt\"", "\"alg\":\"ES256\"", "\"crv\":\"P-256\""] {
            #expect(header.contains(piece), "\(header)")
        }
        let claims = String(decoding: try decoded(parts[1]), as: UTF8.self)
        #expect(claims.contains("\"htm\":\"POST\""))
        #expect(claims.contains("\"htu\":\"\(world.server.url)/v1/token\""))
        #expect(claims.contains("\"iat\":\(Self.now)"))
        // And openssl agrees with the signature.
        let signature = try decoded(parts[2])
        #expect(signature.count == 64)
        try world.write("\(parts[0]).\(parts[1])", to: "signed")
        try writeFile(world.directory.path.appending("signature"), der(signature))
        try world.write(pem, to: "key.pem")
        for form in ["DER", "PEM"] {
            try Self.openssl(
                in: world, "ec", "-in", "key.pem", "-pubout", "-outform", form, "-out",
                "public.\(form)"
            ).checked()
        }
        // The public key of the header is that of the private one.
        let point = try readFile(world.directory.path.appending("public.DER")).suffix(64)
        struct Header: Decodable {
            let jwk: [String: String]
        }
        let jwk = try JSONDecoder().decode(Header.self, from: Data(try decoded(parts[0]))).jwk
        #expect(try decoded(#require(jwk["x"])) + decoded(#require(jwk["y"])) == Array(point))
        let verdict = try Self.openssl(
            in: world, "dgst", "-sha256", "-verify", "public.PEM", "-signature", "signature",
            "signed")
        #expect(verdict.output.contains("Verified OK"), "\(verdict)")
    }

    private func decoded(_ text: String) throws -> [UInt8] {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.count % 4) % 4)
        return Array(try #require(Data(base64Encoded: plain + padding)))
    }

    /// Both numbers as openssl wants them.
    private func der(_ signature: [UInt8]) -> [UInt8] {
        let numbers = [signature[..<32], signature[32...]].map { half -> [UInt8] in
            let digits = Array(half.drop { $0 == 0 })
            return (digits.first ?? 0) >= 0x80 ? [0] + digits : digits
        }
        let body = numbers.flatMap { number -> [UInt8] in [2, UInt8(number.count)] + number }
        return [0x30, UInt8(body.count)] + body
    }

    @Test func `keys that last are left alone`() async throws {
        try logIn(lasting: 5 * 60 + 1)
        #expect(try await id() == "OLD")
        #expect(world.server.requests.isEmpty)
    }

    @Test(arguments: [
        (401, "{\"error\": \"TOKEN_EXPIRED\", \"message\": \"m\"}"), (200, "nonsense"), (200, "{}"),
    ])
    func `what is still good is used when there is nothing better`(
        status: Int, body: String
    ) async throws {
        gives(body, status: status)
        try logIn(lasting: 60)
        #expect(try await id() == "OLD")
        try logIn(lasting: -1)
        let error = await #expect(throws: CredentialError.self) { _ = try await id() }
        #expect(
            error
                == .loginNeeded(
                    profile: "default", words: "the login has expired", command: "aws login"))
    }

    @Test(arguments: [
        "", "AAAA", "-----BEGIN EC PRIVATE KEY-----\nno\n-----END EC PRIVATE KEY-----",
    ])
    func `a key that is none renews nothing`(key: String) async throws {
        try logIn(lasting: 60, key: key)
        #expect(try await id() == "OLD")
        #expect(world.server.requests.isEmpty)
    }
}
