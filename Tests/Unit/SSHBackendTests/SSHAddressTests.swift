import Basics
import SSHBackend
import Testing

@Suite struct SSHAddressTests {
    /// As DVC's own reader cuts them, observed.
    @Test func `a URL is cut as DVC cuts it`() throws {
        let full = try SSHAddress(url: "ssh://me:se:cret@host.example:2222/data/x%20y/")
        #expect(full.user == "me" && full.password == "se:cret" && full.host == "host.example")
        #expect(full.port == 2222 && full.path == "/data/x%20y")
        let short = try SSHAddress(url: "ssh://host")
        #expect(short.user == nil && short.port == nil && short.path == "/")
        let six = try SSHAddress(url: "ssh://me@[::1]:22/d#1?q")
        #expect(six.host == "::1" && six.port == 22 && six.path == "/d#1")
        #expect(try SSHAddress(url: "ssh://h:/a/../b").path == "/b")
    }

    @Test(arguments: [
        "ssh://-oProxyCommand=x/d", "ssh://me@-x/d", "ssh://-l@host/d", "ssh:///d", "ssh://@/d",
        "ssh://ho st/d", "ssh://host\u{7}/d", "ssh://host:99999/d", "ssh://host:x/d", "host:/d",
    ])
    func `what ssh could take for something else is refused`(url: String) {
        #expect(throws: SSHAddressError.self) { try SSHAddress(url: url) }
    }
}

@Suite struct PasswordPromptTests {
    @Test func `only questions of ssh's own are answered`() {
        #expect(PasswordPrompt("me@host's password: ") == .password)
        #expect(PasswordPrompt("(me@host) Password: ") == .password)
        #expect(
            PasswordPrompt("Enter passphrase for key '/home/me/it's': ")
                == .passphrase(keyFile: "/home/me/it's"))
        for text in [
            "", "(me@host) Verification code: ", "(me@host) Enter passphrase for key '/k': ",
            "The authenticity of host 'h' can't be established.\nAre you sure you want to "
                + "continue connecting (yes/no/[fingerprint])? ",
            "Enter PIN for ECDSA-SK key /home/me/k: ",
        ] { #expect(PasswordPrompt(text) == .other, "\(text)") }
    }
}
