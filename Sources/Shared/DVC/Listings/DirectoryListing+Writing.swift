package import Digests

extension DirectoryListing {
    /// The content of the `.dir` object, byte for byte as DVC writes it.
    ///
    /// One line of ASCII without a newline; keys in alphabetical order.
    /// Source: Python's `json.dumps(…, sort_keys=True)`, observed (dvc-compat 2.3).
    package func encoded() -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(count * 60 + pathBytes.count + 2)
        output.append(UInt8(ascii: "["))
        for index in indices {
            output.append(contentsOf: (index == 0 ? #"{"md5": ""# : #", {"md5": ""#).utf8)
            output.append(contentsOf: oid(at: index).hexDigits)
            output.append(contentsOf: #"", "relpath": ""#.utf8)
            Self.appendEscaped(pathBytes[pathRange(at: index)], to: &output)
            output.append(contentsOf: #""}"#.utf8)
        }
        output.append(UInt8(ascii: "]"))
        return output
    }

    /// The name of the `.dir` object that ``encoded()`` is the content of.
    package func objectID() -> ObjectID {
        Digests.objectID(of: encoded(), isDirectory: true, scheme: scheme)
    }

    static func appendEscaped(_ text: ArraySlice<UInt8>, to output: inout [UInt8]) {
        let isPlain = text.allSatisfy { byte in
            (0x20..<0x7f).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        if isPlain {
            output.append(contentsOf: text)
            return
        }
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\"": output.append(contentsOf: #"\""#.utf8)
            case "\\": output.append(contentsOf: #"\\"#.utf8)
            case "\n": output.append(contentsOf: #"\n"#.utf8)
            case "\r": output.append(contentsOf: #"\r"#.utf8)
            case "\t": output.append(contentsOf: #"\t"#.utf8)
            case "\u{8}": output.append(contentsOf: #"\b"#.utf8)
            case "\u{c}": output.append(contentsOf: #"\f"#.utf8)
            case " "..."~": output.append(UInt8(truncatingIfNeeded: scalar.value))
            default:
                for unit in UTF16.encode(scalar) ?? .init() { appendEscape(unit, to: &output) }
            }
        }
    }

    private static func appendEscape(_ unit: UInt16, to output: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        output.append(contentsOf: #"\u"#.utf8)
        for shift in [12, 8, 4, 0] { output.append(digits[Int(unit >> UInt16(shift)) & 15]) }
    }
}
