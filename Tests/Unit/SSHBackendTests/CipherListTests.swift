import SSHBackend
import Testing

@Suite struct CipherListTests {
    @Test func `nobody's choice is put in another order, and keeps all its ciphers`() {
        let older =
            "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,"
            + "aes128-gcm@openssh.com,aes256-gcm@openssh.com"
        #expect(
            CipherList(older).quickestFirst?.description
                == "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,"
                + "aes128-ctr,aes192-ctr,aes256-ctr")
        let newer =
            "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,"
            + "aes128-ctr,aes192-ctr,aes256-ctr"
        #expect(
            CipherList(newer).quickestFirst?.description
                == "aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,"
                + "aes128-ctr,aes192-ctr,aes256-ctr")
    }

    @Test(arguments: [
        "", "aes256-ctr", "chacha20-poly1305@openssh.com",
        "aes256-gcm@openssh.com,chacha20-poly1305@openssh.com",
        // The usual ones but for one that somebody took away.
        "chacha20-poly1305@openssh.com,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,"
            + "aes256-gcm@openssh.com",
    ])
    func `somebody's choice stays`(text: String) {
        #expect(CipherList(text).quickestFirst == nil)
    }
}
