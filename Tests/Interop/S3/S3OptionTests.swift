import Basics
import TestSupport
import Testing

/// Options of a remote in S3, as far as a server or its door sees them.
@Suite struct S3OptionTests {
    /// Pushes with these options; the headers of every `PUT`, and what was said.
    private func push(
        _ options: String, environment: [String: String?] = [:]
    ) throws -> (puts: [[String: String]], result: ProcessResult) {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        try world.configure(options)
        let result = try world.sandbox.start(
            "git", ["dvc", "push", "weights.bin.dvc"], in: world.path, environment: environment
        ).wait()
        return (proxy.requests.filter { $0.method == "PUT" }.map(\.headers), result)
    }

    @Test(arguments: [
        ("acl = bucket-owner-full-control", "x-amz-acl", "bucket-owner-full-control"),
        ("grant_read = id=abc", "x-amz-grant-read", "id=abc"),
        ("grant_read_acp = id=abc", "x-amz-grant-read-acp", "id=abc"),
        ("grant_write_acp = id=abc", "x-amz-grant-write-acp", "id=abc"),
        ("grant_full_control = id=abc", "x-amz-grant-full-control", "id=abc"),
        ("sse = AES256", "x-amz-server-side-encryption", "AES256"),
        (
            "sse_kms_key_id = key", "x-amz-server-side-encryption-aws-kms-key-id", "key"
        ),
        (
            "sse_customer_key = MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            "x-amz-server-side-encryption-customer-algorithm", "AES256"
        ),
    ])
    func `an option becomes the header that it stands for`(
        option: String, header: String, value: String
    ) throws {
        let (puts, result) = try push("    \(option)")
        #expect(puts.map { $0[header] } == [value], "\(result)")
    }

    @Test func `the secret of a server's encryption reaches real DVC as well`() throws {
        let world = try S3World(.moto)
        try world.configure(
            "    sse_customer_key = MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
        try world.sandbox.commitAll("key", in: world.path)
        try world.repository.gitPush("origin", "main").checked()
        try world.sandbox.dvc("pull", "--quiet", in: try world.clone())
    }

    @Test(arguments: [
        ("acl = private\n    grant_read = id=a", "'acl' and 'grant_read' exclude each other"),
        (
            "sse_kms_key_id = k\n    sse_customer_key = MDEy",
            "'sse_kms_key_id' and 'sse_customer_key' exclude each other"
        ),
        ("sse_customer_key = no base64!", "'sse_customer_key' is not a key in base64"),
    ])
    func `options that make no sense are refused before anything is asked`(
        options: String, words: String
    ) throws {
        let (puts, result) = try push("    \(options)")
        #expect(result.status == 1)
        #expect(puts.isEmpty)
        #expect(result.errorOutput.contains("error: remote 'storage'"), "\(result)")
        #expect(result.errorOutput.contains(words), "\(result)")
    }

    @Test func `a session token is sent, and nobody is asked for without credentials`() throws {
        let (puts, _) = try push("    session_token = the-token")
        #expect(puts.map { $0["x-amz-security-token"] } == ["the-token"])
        let (unsigned, _) = try push("    allow_anonymous_login = true")
        #expect(unsigned.map { $0["authorization"] } == [nil])
    }

    /// Loading it costs 4 to 6 ms (decision 0009).
    @Test func `libcurl is loaded by a push that asks, and by no other`() throws {
        let world = try S3World(.moto)
        func loadsLibrary() throws -> Bool {
            let push = try world.sandbox.start(
                "git-dvc", ["push"], in: world.path, environment: ["LD_DEBUG": "libs"]
            ).wait().checked()
            return push.errorOutput.contains("libcurl")
        }
        #expect(try loadsLibrary())
        #expect(try !loadsLibrary())
    }
}
