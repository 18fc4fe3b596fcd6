extension JSONCursor {
    /// Steps over the rest of a string, after its opening quote.
    mutating func skipString() throws(Failure) {
        while true {
            _ = try skipPlainRun()
            if skip("\"") { return }
            _ = try escape()
        }
    }

    /// Steps over characters that stand for themselves, up to a quote or backslash, and returns them.
    @inline(__always)
    mutating func skipPlainRun() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        let start = position
        while true {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                return UnsafeBufferPointer(rebasing: input[start..<position])
            case 0x20...0x7f: position += 1
            case 0x80...: try skipMultibyte()
            default: throw failure(expected: "a character of a string")
            }
        }
    }

    /// What an escape stands for.
    enum Escaped: Equatable {
        case scalar(Unicode.Scalar)
        /// `\ud800` to `\udfff` without its other half, which is JSON but no text.
        case loneSurrogate
    }

    /// Steps over an escape, which starts here.
    mutating func escape() throws(Failure) -> Escaped {
        try expect("\\", "a character of a string")
        let letter = byte
        guard letter != UInt8(ascii: "u") else { return try unicodeEscape() }
        let scalar: Unicode.Scalar
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            scalar = Unicode.Scalar(letter)
        case UInt8(ascii: "b"): scalar = "\u{8}"
        case UInt8(ascii: "f"): scalar = "\u{c}"
        case UInt8(ascii: "n"): scalar = "\n"
        case UInt8(ascii: "r"): scalar = "\r"
        case UInt8(ascii: "t"): scalar = "\t"
        default: throw failure(expected: "an escape")
        }
        position += 1
        return .scalar(scalar)
    }

    /// Steps over `u` and four digits, and over a second escape that completes a surrogate pair.
    private mutating func unicodeEscape() throws(Failure) -> Escaped {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(UInt32(unit)) { return .scalar(scalar) }
        guard UTF16.isLeadSurrogate(unit), byte == UInt8(ascii: "\\") else { return .loneSurrogate }
        let next = position
        position += 1
        if byte == UInt8(ascii: "u") {
            let trail = try codeUnit()
            if UTF16.isTrailSurrogate(trail) {
                let value = 0x10000 + (UInt32(unit) & 0x3ff) << 10 + (UInt32(trail) & 0x3ff)
                if let scalar = Unicode.Scalar(value) { return .scalar(scalar) }
            }
        }
        position = next  // the second escape stands for itself
        return .loneSurrogate
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        position += 1
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw failure(expected: "four hex digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    /// Steps over one character of two to four bytes of well-formed UTF-8.
    ///
    /// Source: The Unicode Standard, table 3-7.
    private mutating func skipMultibyte() throws(Failure) {
        let (second, length): (ClosedRange<UInt8>, Int)
        switch byte {
        case 0xc2...0xdf: (second, length) = (0x80...0xbf, 2)
        case 0xe0: (second, length) = (0xa0...0xbf, 3)
        case 0xed: (second, length) = (0x80...0x9f, 3)
        case 0xe1...0xef: (second, length) = (0x80...0xbf, 3)
        case 0xf0: (second, length) = (0x90...0xbf, 4)
        case 0xf1...0xf3: (second, length) = (0x80...0xbf, 4)
        case 0xf4: (second, length) = (0x80...0x8f, 4)
        default: throw failure(expected: "UTF-8")
        }
        position += 1
        for index in 1..<length {
            guard (index == 1 ? second : 0x80...0xbf).contains(byte) else {
                throw failure(expected: "UTF-8")
            }
            position += 1
        }
    }
}
