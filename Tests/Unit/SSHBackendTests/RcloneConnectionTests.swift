import Basics
import SSHBackend
import TestSupport
import Testing

@Suite struct RcloneConnectionTests {
    @Test(
        arguments: [
            ("rclone://drive:data/x", "drive:data/x"), ("rclone://drive:", "drive:"),
            ("rclone://my drive@home.1:/abs", "my drive@home.1:/abs"),
            ("rclone://:local:/srv/data", ":local:/srv/data"),
            ("rclone://:memory:b", ":memory:b"), ("RCLONE://größe:a,b:c", "größe:a,b:c"),
        ])
    func `a url names a remote and a path`(url: String, place: String) throws {
        let connection = try RcloneConnection(url: url)
        #expect(connection.place == place)
        #expect(connection.options == nil)
    }

    @Test(
        arguments: [
            ("rclone://drive/data", .noColon), ("rclone://", .noColon),
            ("rclone://:local", .noColon),
            ("rclone://-o:x", .name("-o")), ("rclone://--config=x:y", .name("--config=x")),
            ("rclone:// a:x", .name(" a")), ("rclone://a :x", .name("a ")),
            ("rclone:///abs:x", .name("/abs")), ("rclone://::x", .name("")),
            ("rclone://:-x:y", .name("-x")), ("rclone://:lo.cal:y", .name("lo.cal")),
            ("rclone://:sftp,ssh=touch canary:x", .options), ("rclone://a,b=c:x", .options),
            ("rclone://a:x\ny", .controlCharacter), ("rclone://a\0:x", .controlCharacter),
        ] as [(String, RcloneAddressError)])
    func `what rclone could take for something else never reaches it`(
        url: String, error: RcloneAddressError
    ) {
        #expect(throws: error) { try RcloneConnection(url: url) }
        #expect(error.advice != nil)
    }

    @Test func `random urls never trap, and what is taken starts with no option`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<2000 {
            let bytes = random.mutated(
                Array("rclone://:local:/a".utf8), pieces: [":", ",", "-", "\u{301}", "\0", " "])
            let url = String(decoding: bytes, as: UTF8.self)
            guard let connection = try? RcloneConnection(url: url) else { continue }
            #expect(!connection.place.hasPrefix("-") && !connection.place.contains("\0"))
        }
    }

    @Test func `options of a connection go into the environment, and never on the command line`()
        throws
    {
        let directory = try TemporaryDirectory()
        let program = directory.path.appending("rclone")
        try writeFile(program, Array("#!/bin/sh\n".utf8), mode: 0o755)
        var connection = RcloneConnection(
            options: ["type": "s3", "secret_access_key": "secret-1"], path: "bucket/x")
        connection.variables["KRB5CCNAME"] = "/ticket"
        let connector = try RcloneConnector(
            connection, Environment(["PATH": directory.path.string]), remote: "r", scheme: "oss")
        let command = connector.transport().command
        #expect(command.arguments.suffix(2) == ["--", "gitdvc:bucket/x"])
        #expect(command.arguments.contains("--config"))
        #expect(!command.line.contains("secret-1"))
        let environment = command.environment
        #expect(environment["RCLONE_CONFIG_GITDVC_TYPE"] == "s3")
        #expect(environment["RCLONE_CONFIG_GITDVC_SECRET_ACCESS_KEY"] == "secret-1")
        #expect(environment["KRB5CCNAME"] == "/ticket")
    }

    @Test func `without rclone the message says what to install`() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: RcloneMissingError.self) {
            try RcloneConnector(
                try RcloneConnection(url: "rclone://a:b"),
                // What lies in the working copy is not run.
                Environment(["PATH": ".:\(directory.path)"]), remote: "store", scheme: "rclone")
        }
        #expect(error?.summary.contains("'store' is reached by 'rclone://'") == true)
        #expect(error?.advice?.contains("apt install rclone") == true)
    }
}
