import Basics
import TestSupport
import Testing

/// Signed pushes: the server gets a certificate of what the user pushes, and checks it.
@Suite struct HelperSignedTests {
    let pair: HelperPair
    var certificates: FilePath { pair.sandbox.path("certificates") }

    init() throws { pair = try HelperPair() }

    /// `key`: whether the user has the key that is configured.
    private func prepare(_ pair: HelperPair, key: Bool = true) throws {
        try pair.sandbox.run(
            "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", pair.sandbox.path("key").string
        ).checked()
        let line = try readFile(pair.sandbox.path("key.pub"))
        try pair.sandbox.write(
            Array("test@example.org ".utf8) + line, to: pair.sandbox.path("signers"))
        for side in HelperPair.Side.allCases {
            for (name, value) in [
                ("receive.certNonceSeed", "seed"), ("receive.certNonceSlop", "600"),
                ("gpg.format", "ssh"),
                ("gpg.ssh.allowedSignersFile", pair.sandbox.path("signers").string),
            ] { try pair.sandbox.git("config", name, value, in: pair.bare(side)) }
        }
        for (name, value) in [
            ("gpg.format", "ssh"),
            ("user.signingKey", pair.sandbox.path(key ? "key.pub" : "no-key.pub").string),
        ] { try pair.git("config", name, value) }
        try pair.writeHook(
            "pre-receive",
            """
            { echo "status $GIT_PUSH_CERT_STATUS"; echo "nonce $GIT_PUSH_CERT_NONCE_STATUS"
            echo "by $GIT_PUSH_CERT_SIGNER"; git cat-file blob "$GIT_PUSH_CERT"
            } >>'\(pair.sandbox.path("certificates"))'
            """)
    }

    private func received(_ pair: HelperPair) throws -> [String] {
        let bytes = try readFileIfPresent(pair.sandbox.path("certificates")) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(arguments: [GitWay.path, .ssh, .daemon, .http])
    func `the server gets a certificate of every ref`(way: GitWay) throws {
        let pair = try HelperPair(way)
        try prepare(pair)
        try pair.compare(["push", "--porcelain", "--signed", "origin", "main", "new", ":old"])
        let lines = try received(pair)
        // One of each side.
        for line in ["status G", "by test@example.org"] {
            #expect(lines.count { $0 == line } == 2, "\(lines)")
        }
        #expect(lines.count { $0 == "nonce OK" || $0 == "nonce SLOP" } == 2, "\(lines)")
        for ref in ["main", "new", "old"] {
            #expect(lines.count { $0.hasSuffix(" refs/heads/\(ref)") } == 2, "\(lines)")
        }
        try pair.compare(["push", "--porcelain", "--signed=if-asked", "origin", "main:more"])
        #expect(try received(pair).count { $0 == "status G" } == 4)
    }

    /// Git ends with 128 then, and through any remote helper with 1.
    @Test(arguments: [true, false])
    func `what cannot be signed, or is not wanted so, moves no ref`(hasKey: Bool) throws {
        try prepare(pair, key: hasKey)
        if hasKey {
            for side in HelperPair.Side.allCases {
                try pair.sandbox.git(
                    "config", "--unset", "receive.certNonceSeed", in: pair.bare(side))
            }
        }
        let before = try pair.sandbox.git("for-each-ref", in: pair.bare(.helper)).output
        for side in HelperPair.Side.allCases {
            let result = try pair.sandbox.run(
                "git", "push", "--signed", "origin", "main", "new", in: pair.work(side))
            #expect(!result.succeeded)
            #expect(
                result.errorOutput.contains(
                    hasKey
                        ? "fatal: the receiving end does not support --signed push"
                        : "no-key.pub"), "\(result)")
            #expect(!result.errorOutput.contains("up-to-date"))
            #expect(try pair.sandbox.git("for-each-ref", in: pair.bare(side)).output == before)
        }
        #expect(try received(pair) == [])
    }
}
