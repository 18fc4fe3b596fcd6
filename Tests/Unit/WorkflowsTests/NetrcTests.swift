import TestSupport
import Testing

@testable import Workflows

@Suite struct NetrcTests {
    @Test func `logins are found by the host`() throws {
        let file = try #require(
            Netrc(
                Array(
                    """
                    # mine
                    machine a.example login me password s3cret # and more
                    machine b.example
                      user you
                      password "with blank\\" and # mark"
                    macdef init
                    machine evil login x password y

                    machine c.example account third password back\\\\slash
                    default login anonymous password guest
                    """.utf8)))
        #expect(file.login(for: "a.example") == Netrc.Login(user: "me", password: "s3cret"))
        #expect(
            file.login(for: "b.example")
                == Netrc.Login(user: "you", password: "with blank\" and # mark"))
        #expect(file.login(for: "c.example") == Netrc.Login(user: "third", password: "back\\slash"))
        #expect(file.login(for: "evil")?.user == "anonymous")
    }

    @Test func `without a default other hosts have no login`() {
        #expect(Netrc(Array("machine a login b password c".utf8))?.login(for: "x") == nil)
        #expect(Netrc([])?.login(for: "x") == nil)
    }

    @Test(arguments: ["machin a login b", "machine a logon b", "machine", "login a"])
    func `what Python cannot read counts for nothing`(text: String) {
        #expect(Netrc(Array(text.utf8)) == nil)
    }

    @Test func `no text traps it`() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            _ = Netrc(
                random.mutated(
                    Array("machine a login b password \"c\" macdef x\n\ndefault".utf8),
                    pieces: ["\"", "\\", "#", "\n\n", "machine ", "macdef "]))
        }
    }
}
