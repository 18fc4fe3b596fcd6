import Testing

@testable import Git

@Suite struct PushCommandLineTests {
    @Test(arguments: [
        "git push -n", "git push --dry-run origin main", "git push --dry origin",
        "git -C /tmp -c a=b --no-pager push -fn", "/usr/lib/git-core/git-push -vn x",
        "git push --no-dry-run -n",
    ])
    func `sees a dry run`(line: String) {
        #expect(PushCommandLine(line.split(separator: " ").map(String.init))?.isDryRun == true)
    }

    @Test(arguments: [
        "git push", "git push origin -- -n", "git push -o -n", "git push --push-option --dry-run x",
        "git push -on", "git push -n --no-dry-run", "git push -fo n", "git push --delete n",
        "git push --d x", "git push --receive-pack -n",
    ])
    func `sees a real push`(line: String) {
        #expect(PushCommandLine(line.split(separator: " ").map(String.init))?.isDryRun == false)
    }

    @Test(arguments: [
        ("git push -q", true), ("git push --quiet x", true), ("git push -fq", true),
        ("git push -o q", false), ("git push -oq", false), ("git push x -- -q", false),
    ])
    func `sees whether Git is to be quiet`(line: String, isQuiet: Bool) {
        let words = line.split(separator: " ").map(String.init)
        #expect(PushCommandLine(words)?.isQuiet == isQuiet)
    }

    @Test(arguments: [
        ("git push", []), ("git push -o a -ob -fo c -fod", ["a", "b", "c", "d"]),
        ("git push --push-option a --push-option=b=c x", ["a", "b=c"]), ("git push -- -o a", []),
        ("git push --repo -o a", []), ("git push -o", []),
    ])
    func `sees push options`(line: String, options: [String]) {
        let words = line.split(separator: " ").map(String.init)
        #expect(PushCommandLine(words)?.pushOptions == options)
    }

    @Test(arguments: ["", "git", "git -C push", "git p -n", "sh -c git", "git fetch push"])
    func `is silent about anything else`(line: String) {
        #expect(PushCommandLine(line.split(separator: " ").map(String.init)) == nil)
    }
}
