import Basics
import TestSupport
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The options of a remote that say how, and as whom, it is reached; with the built program.
@Suite struct S3ConnectionTests {
    /// Pushes one file of a world whose remote has these options and nothing else.
    private func push(
        _ world: S3World, local: String = "", _ options: String,
        environment: [String: String?] = [:]
    ) throws -> ProcessResult {
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = s3://\(world.bucket.name)/p
            \(options)

            """)
        try world.repository.setConfig("['remote \"storage\"']\n\(local)\n", local: true)
        return try world.sandbox.start(
            "git", ["dvc", "push", "weights.bin.dvc"], in: world.path, environment: environment
        ).wait()
    }

    private static let keys = """
            access_key_id = \(S3Server.accessKey)
            secret_access_key = \(S3Server.secretKey)
        """

    @Test func `read_timeout is how long nothing may come`() throws {
        let proxy = try FaultProxy(to: S3Server.shared(.moto).port)
        let world = try S3World(.moto, through: proxy)
        proxy.add(.stall, times: 1)
        let result = try push(
            world, local: Self.keys, "    endpointurl = \(proxy.url)\n    read_timeout = 1",
            environment: ["GIT_DVC_TRACE": "1"])
        #expect(result.succeeded, "\(result)")
        #expect(
            result.errorOutput.contains("nothing came from '127.0.0.1:\(proxy.port)' for 1 seconds")
        )
        #expect(!result.errorOutput.contains(S3Server.secretKey))
    }

    @Test func `connect_timeout is how long a connection may take`() throws {
        let world = try S3World(.moto)
        let silent = try SilentListener()
        let result = try push(
            world, local: Self.keys,
            "    endpointurl = http://127.0.0.1:\(silent.port)\n    connect_timeout = 1")
        #expect(result.status == 1)
        #expect(
            result.errorOutput.contains(
                "cannot connect to '127.0.0.1:\(silent.port)': no answer in time"),
            "\(result)")
    }

    @Test(arguments: [(false, "GET http://", 80), (true, "CONNECT ", 443)])
    func `use_ssl decides how AWS itself is asked`(
        isOn: Bool, start: String, port: Int
    ) throws {
        let world = try S3World(.moto)
        let proxy = try FaultProxy()
        proxy.add(.answer(503))
        let result = try push(
            world, local: Self.keys, "    region = eu-west-3\n    use_ssl = \(isOn)",
            environment: [
                "http_proxy": proxy.url, "https_proxy": proxy.url, "no_proxy": "",
                "GIT_DVC_TRACE": "1",
            ])
        #expect(result.status == 1)
        let host = "\(world.bucket.name).s3.eu-west-3.amazonaws.com"
        let target = try #require(proxy.requests.first)
        #expect("\(target.method) \(target.target)".hasPrefix(start + host), "\(target.target)")
    }

    @Test func `ssl_verify is an authority, or none, or the system's`() throws {
        let server = try S3Server(.rcloneWithKeys, speaksTLS: true)
        let certificate = try #require(server.certificate)
        let world = try S3World(.moto)
        _ = try server.makeBucket()
        func push(_ line: String) throws -> ProcessResult {
            try self.push(
                world, local: Self.keys + "\n    url = s3://bucket-1/p",
                "    endpointurl = \(server.url)\n\(line)")
        }
        for line in ["", "    ssl_verify = true"] {
            let refused = try push(line)
            #expect(refused.status == 1)
            #expect(
                refused.errorOutput.contains("no secure connection to '127.0.0.1:\(server.port)'"),
                "\(refused)")
            #expect(refused.errorOutput.contains("hint: check the certificate authority"))
        }
        #expect(try push("    ssl_verify = \(certificate)").succeeded)
        #expect(try push("    ssl_verify = false").succeeded)
    }

    @Test func `profile and credentialpath say whose keys are used`() throws {
        let world = try S3World(.rcloneWithKeys)
        let file = world.sandbox.path("keys")
        try world.sandbox.write(
            """
            [default]
            aws_access_key_id = \(S3Server.accessKey)
            aws_secret_access_key = wrong
            [work]
            aws_access_key_id = \(S3Server.accessKey)
            aws_secret_access_key = \(S3Server.secretKey)

            """, to: "keys")
        let endpoint = "    endpointurl = \(world.bucket.url)"
        let nobody = try push(world, endpoint)
        #expect(nobody.status == 1)
        #expect(nobody.errorOutput.contains("no AWS credentials found"), "\(nobody)")
        let wrong = try push(world, local: "    credentialpath = \(file)", endpoint)
        #expect(wrong.status == 1)
        #expect(
            wrong.errorOutput.contains("the secret key is not the one of the access key"),
            "\(wrong)")
        let unknown = try push(
            world, local: "    credentialpath = \(file)\n    profile = nobody", endpoint)
        #expect(unknown.errorOutput.contains("there is no AWS profile 'nobody' in"), "\(unknown)")
        // The variable wins over the option, as for DVC.
        let variable = try push(
            world, local: "    credentialpath = \(file)\n    profile = work", endpoint,
            environment: ["AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"])
        #expect(variable.errorOutput.contains("there is no AWS profile 'work' in"), "\(variable)")
        let right = try push(
            world, local: "    credentialpath = \(file)\n    profile = work", endpoint)
        #expect(right.succeeded, "\(right)")
    }

    @Test func `a program that gives keys is run once, however many remotes and parts need them`()
        throws
    {
        let world = try S3World(.rcloneWithKeys)
        try world.sandbox.write(
            """
            echo run >>runs
            echo '{"Version": 1, "AccessKeyId": "\(S3Server.accessKey)",
              "SecretAccessKey": "\(S3Server.secretKey)"}'

            """, to: "give-keys")
        try world.sandbox.write(
            "[default]\ncredential_process = sh \(world.sandbox.path("give-keys"))\n",
            to: "home/.aws/config")
        let second = try S3Bucket(.rcloneWithKeys)
        try world.repository.setConfig(
            """
            [core]
                remote = storage
            ['remote "storage"']
                url = s3://\(world.bucket.name)/p
                endpointurl = \(world.bucket.url)
            ['remote "second"']
                url = s3://\(second.name)/p
                endpointurl = \(second.url)

            """)
        try world.repository.setConfig("", local: true)
        try world.repository.tryOurs(
            "push", "--run-cache", "-r", "storage", "-r", "second"
        ).checked()
        #expect(try readFile(world.path.appending("runs")) == Array("run\n".utf8))
    }

    @Test func `configpath says where the endpoint is`() throws {
        let world = try S3World(.rcloneWithKeys)
        try world.sandbox.write(
            """
            [profile work]
            endpoint_url = \(world.bucket.url)
            region = eu-west-1
            aws_access_key_id = \(S3Server.accessKey)
            aws_secret_access_key = \(S3Server.secretKey)

            """, to: "config-of-aws")
        let result = try push(
            world, local: "    configpath = \(world.sandbox.path("config-of-aws"))",
            "    profile = work")
        #expect(result.succeeded, "\(result)")
    }
}
