import Basics
import Testing

@Suite struct PasswordsTests {
    @Test(arguments: [
        ("https://joe:secret@host/x.git", "https://joe:***@host/x.git"),
        ("https://joe:p@ss:word@host:80/x", "https://joe:***@host:80/x"),
        // A setting that leads one address to another.
        (
            "url.http://joe:secret@host/a.pushInsteadOf=http://joe:secret@host/a",
            "url.http://joe:***@host/a.pushInsteadOf=http://joe:***@host/a"
        ),
        (
            "url.http://host.pushInsteadOf=dvc://a:b@c",
            "url.http://host.pushInsteadOf=dvc://a:***@c"
        ),
        // Nothing to hide: no password, and what only looks like one.
        ("https://joe@host/x", "https://joe@host/x"), ("https://host/a:b@c", "https://host/a:b@c"),
        ("git@host:x.git", "git@host:x.git"), ("://", "://"), ("", ""),
    ])
    func `no password of any URL is shown`(text: String, shown: String) {
        #expect(withoutPassword(text) == shown)
    }
}
