import Testing

@testable import DVC

/// What is read without a YAML parser means what the parser says.
struct PlainMetafileTests {
    @Test func whatDVCWritesForOneOutIsRead() throws {
        let bytes = Array(metafile().utf8)
        let plain = try #require(PlainMetafile(bytes))
        #expect(try Metafile(parsing: bytes).outs == [plain.out])
        #expect(try Metafile(parsing: bytes) == Metafile(bytes))
    }

    @Test(arguments: [
        // The name decides.
        metafile(path: "data"), metafile(path: "data.v2-x_1"), metafile(path: "nulls"),
        metafile(path: "null"), metafile(path: "True"), metafile(path: "FALSE"),
        metafile(path: "no"), metafile(path: "y"), metafile(path: "1e5"), metafile(path: "0x1f"),
        metafile(path: ".nan"), metafile(path: "a: b"), metafile(path: "a #b"),
        metafile(path: "a b"), metafile(path: "a/b"), metafile(path: "a/../b"),
        metafile(path: "'a'"), metafile(path: "\"a\\n\""), metafile(path: "&a b"),
        metafile(path: "*a"), metafile(path: "ä"), metafile(path: "a\u{0}b"), metafile(path: ""),
        metafile(path: "a "), metafile(path: "a\r"), metafile(path: "a:"), metafile(path: "f12"),
        metafile(path: String(repeating: "a", count: 4096)),
        metafile(path: String(repeating: "a", count: 4097)),
        // The id does.
        metafile(md5: "12345678901234567890123456789012"),
        metafile(md5: "1234567890123456789e123456789012"),
        metafile(md5: "e2345678901234567890123456789012"),
        metafile(md5: "1234567890123456789012345678901f"),
        metafile(md5: "D41D8CD98F00B204E9800998ECF8427E"),
        metafile(md5: "d41d8cd98f00b204e9800998ecf8427"), metafile(md5: "abc"),
        metafile(md5: "d41d8cd98f00b204e9800998ecf8427e.dir"),
        metafile(md5: "d41d8cd98f00b204e9800998ecf8427e.di"),
        metafile(md5: "12345678901234567890123456789012.dir"),
        metafile(md5: "'d41d8cd98f00b204e9800998ecf8427e'"),
        // Numbers.
        metafile(size: "0"), metafile(size: "00"), metafile(size: "012"), metafile(size: "-1"),
        metafile(size: "1_000"), metafile(size: "999999999999999999"),
        metafile(size: "9223372036854775807"), metafile(size: "9223372036854775808"),
        metafile(size: "1.5"), metafile(size: "''"), metafile(size: "null"),
        metafile(size: "1\n  nfiles: 0"), metafile(size: "1\n  nfiles: 7"),
        metafile(size: "1\n  isexec: true"), metafile(size: "1\n  size: 1"),
        // The form.
        metafile() + "# comment\n", metafile() + "\n", metafile() + "desc: x\n",
        metafile() + "- md5: d41d8cd98f00b204e9800998ecf8427e\n  path: b\n",
        "\u{FEFF}" + metafile(), "# first\n" + metafile(), "---\n" + metafile(),
        String(metafile().dropLast()), metafile() + "  cache: false\n", metafile() + "  md5: a\n",
        metafile().replacingLineFeeds, "outs:\n- md5: ", "outs:\n", "outs: []\n", "",
    ])
    func theAnswerIsTheParsers(_ text: String) {
        let bytes = Array(text.utf8)
        #expect(outcome { try Metafile(bytes) } == outcome { try Metafile(parsing: bytes) })
        if let plain = PlainMetafile(bytes) {
            #expect(outcome { try Metafile(parsing: bytes) } == .init(outs: [plain.out]))
        }
    }

    @Test func everyChangeOfOneByteHasTheParsersAnswer() {
        let bytes = Array(metafile(size: "12\n  nfiles: 3").utf8)
        for index in bytes.indices {
            for byte in [0, 9, 10, 13, 32, 35, 45, 46, 48, 57, 58, 65, 97, 101, 110, 126, 195] {
                var changed = bytes
                changed[index] = UInt8(byte)
                #expect(
                    outcome { try Metafile(changed) } == outcome { try Metafile(parsing: changed) })
                changed = bytes
                changed.insert(UInt8(byte), at: index)
                #expect(
                    outcome { try Metafile(changed) } == outcome { try Metafile(parsing: changed) })
            }
            var changed = bytes
            changed.remove(at: index)
            #expect(outcome { try Metafile(changed) } == outcome { try Metafile(parsing: changed) })
        }
    }

    /// What came of reading, to be compared.
    private struct Outcome: Equatable {
        var stage: Metafile?
        var outs: [Out]?
        var error: String?

        init(outs: [Out]) { self.outs = outs }

        init(_ result: Result<Metafile, any Error>) {
            switch result {
            case .success(let metafile):
                stage = metafile
                outs = metafile.outs
            case .failure(let failure): error = "\(failure)"
            }
        }

        static func == (left: Outcome, right: Outcome) -> Bool {
            // An outcome made of outs alone stands for any file that has them.
            left.outs == right.outs && left.error == right.error
                && (left.stage == nil || right.stage == nil || left.stage == right.stage)
        }
    }

    private func outcome(_ read: () throws -> Metafile) -> Outcome {
        Outcome(Result { try read() })
    }
}

private func metafile(
    md5: String = "d41d8cd98f00b204e9800998ecf8427e", size: String = "12",
    path: String = "model.pkl"
) -> String {
    "outs:\n- md5: \(md5)\n  size: \(size)\n  hash: md5\n  path: \(path)\n"
}

extension String {
    fileprivate var replacingLineFeeds: String {
        split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    }
}
