extension String {
    /// Whether DVC would replace a part of this text: `${...}` without a backslash before it.
    ///
    /// Source: dvc-compat 3.6; `KEYCRE` in DVC 3.67 `parsing/interpolate.py`.
    var hasTemplate: Bool {
        var isOpen = false
        // The two bytes before the current one.
        var before: (UInt8, UInt8) = (0, 0)
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "{") where before.1 == UInt8(ascii: "$"):
                if before.0 != UInt8(ascii: "\\") { isOpen = true }
            case UInt8(ascii: "}") where isOpen: return true
            case UInt8(ascii: "\n"): isOpen = false  // where Python's `.` stops
            default: break
            }
            before = (before.1, byte)
        }
        return false
    }

    /// The text with every `\${` turned into the `${` that it stands for.
    var unescapingTemplates: String {
        var result: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\\"), rest.starts(with: "${".utf8) { continue }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}
