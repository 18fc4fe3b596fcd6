import Testing

@testable import DVC

@Suite struct RunCacheEntryTests {
    /// An entry that DVC 3.67.1 wrote.
    static let entry = """
        cmd:
        - cp in.txt model
        - mkdir -p od && cp dd/a dd/b od/ && cp in.txt m.json
        deps:
        - path: dd
          hash: md5
          md5: c37f8bc8917fdf64a45bb6010380cdab.dir
          size: 4
          nfiles: 2
        - path: in.txt
          hash: md5
          md5: a01637863c1f9585c3e38cde6ce20940
          size: 9
        params:
          params.yaml:
            big: 100000000000000000000
            d:
              b: 1
              a:
              - 1
              - 2.5
              - x
            f: 1e-05
            g: 0.1
            inf: .inf
            lr: 3
            n:
            s: ü 😀
            t: true
          other.yaml:
            x: 1
        outs:
        - path: m.json
          hash: md5
          md5: a01637863c1f9585c3e38cde6ce20940
          size: 9
        - path: model
          hash: md5
          md5: a01637863c1f9585c3e38cde6ce20940
          size: 9
        - path: od
          hash: md5
          md5: c37f8bc8917fdf64a45bb6010380cdab.dir
          size: 4
          nfiles: 2
        """
    static let key = "1cb50f0946f9f9b2dff41a92c7399d21b505cdf64941809dc4837c190b1d7a6d"
    static let value = "76e32612086a674ee59056964d1f2b2a10e54b247cc32ea82bbab59c1c20c226"

    @Test func `computes the names that DVC gave`() throws {
        let entry = try RunCacheEntry(parsing: Array(Self.entry.utf8))
        #expect(entry.key == Self.key)
        #expect(entry.value == Self.value)
    }

    @Test func `sizes are no part of the names`() throws {
        let other = Self.entry.replacing("size: 9", with: "size: 10")
            .replacing("  nfiles: 2\n", with: "")
        try RunCacheEntry.verify(Array(other.utf8), key: Self.key, value: Self.value)
    }

    @Test(arguments: [
        ("md5: a0", "md5: b0"), ("lr: 3", "lr: 3.0"), ("path: model", "path: model2"),
        ("t: true", "t: 'true'"), ("- cp in.txt model\n", ""), ("x: 1", "y: 1"),
    ])
    func `anything else is`(old: String, new: String) throws {
        let other = Array(Self.entry.replacing(old, with: new).utf8)
        #expect(throws: RunCacheFault.wrongName) {
            try RunCacheEntry.verify(other, key: Self.key, value: Self.value)
        }
    }

    @Test(arguments: [
        "", "x", "[]", "{", "cmd: a", "outs: []", "cmd: a\nouts:\n- x\n",
        "cmd: a\nouts:\n- path: 1\n", "cmd: a\nouts: []\nfoo: 1\n",
        "cmd: a\nouts: []\nparams: {a: 2020-01-01}\n", "cmd: a\nouts: []\nparams: {1: 2}\n",
        "cmd: a\n---\ncmd: b\n", "cmd: a\ncmd: b\nouts: []\n",
    ])
    func `what is no record of a run is refused`(text: String) {
        #expect(throws: RunCacheFault.unreadable) {
            try RunCacheEntry(parsing: Array(text.utf8))
        }
    }
}
