import Testing

@testable import Git

@Suite struct CloneCommandLineTests {
    @Test(arguments: [
        ("git clone dvc::/x", ["--no-single-branch"]),
        ("/usr/bin/git -C a -c b=c clone --recurse-submodules dvc::/x y", ["--no-single-branch"]),
        ("git clone -q --recurse-submodules=mod -b main /x", ["--quiet", "--no-single-branch"]),
        ("git clone --depth 1 -j4", nil),
        ("git clone --depth 1 -j 4 /x", ["--jobs=4", "--single-branch"]),
        ("git clone --jobs=4 --depth=1 --no-single-branch /x", ["--jobs=4", "--no-single-branch"]),
        ("git clone --shallow-submodules /x", ["--depth=1", "--no-single-branch"]),
        ("git clone --remote-submodules /x", ["--remote", "--no-fetch", "--no-single-branch"]),
        ("git clone --origin --quiet -- /x --quiet", ["--no-single-branch"]),
        ("git clone --filter=blob:none --also-filter-submodules /x", nil),
        ("git clone --shallow-sub /x", nil), ("git clone -qv /x", nil), ("git fetch", nil),
        ("git", nil), ("", nil), ("sh clone", nil),
    ])
    func `says how submodules are brought, or that it is not understood`(
        line: String, options: [String]?
    ) {
        let words = line.split(separator: " ").map(String.init)
        #expect(CloneCommandLine(words)?.submoduleOptions == options)
    }
}
