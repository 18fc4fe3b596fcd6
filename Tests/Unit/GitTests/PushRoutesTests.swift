import Testing

@testable import Git

/// Whether pushes come to the remote helper, by Git's rules for addresses.
@Suite struct PushRoutesTests {
    private static let ours = [
        "url.dvc::/.pushinsteadof": ["/"], "url.dvc+https://.pushinsteadof": ["https://"],
    ]

    @Test(
        arguments: [
            ([:], true),
            (["remote.origin.url": ["/srv/x"]], true),
            (["remote.origin.url": ["https://h/x"], "remote.b.c.url": ["/srv/y"]], true),
            (["remote.origin.url": ["/srv/x"], "remote.pushdefault": ["origin"]], true),
            (["remote.origin.url": ["dvc::../x"]], true),
            (["remote.origin.url": ["/srv/x"], "remote.b.url": ["s3://x"]], false),
            (["remote.origin.url": ["relative"]], false),
            (["remote.origin.url": ["relative"], "remote.origin.vcs": ["dvc"]], true),
            (["remote.origin.url": ["/srv/x"], "remote.origin.vcs": ["hg"]], false),
            (["remote.origin.url": ["/srv/x"], "remote.origin.pushurl": ["/srv/y"]], false),
            (["remote.origin.url": ["x"], "remote.origin.pushurl": ["dvc::/srv/y"]], true),
            (
                [
                    "remote.origin.url": ["https://h/x"],
                    "url.git@h:.pushinsteadof": ["https://h/"],
                ], false
            ),
            // The rule for pushes wins over a longer one for everything.
            (["remote.origin.url": ["/srv/x"], "url.git@h:.insteadof": ["/srv/"]], true),
            // Two as long: which of them Git takes depends on their order.
            (["remote.origin.url": ["/srv/x"], "url.git@h:.pushinsteadof": ["/"]], false),
        ] as [([String: [String]], Bool)])
    func `each remote counts`(settings: [String: [String]], expected: Bool) {
        let config = GitConfig(values: settings.merging(Self.ours) { own, _ in own })
        #expect(config.leadsPushesToHelper == expected)
    }

    @Test func `without our settings no push does`() {
        #expect(!GitConfig(values: [:]).leadsPushesToHelper)
        #expect(!GitConfig(values: ["remote.origin.url": ["/srv/x"]]).leadsPushesToHelper)
    }
}
