/// A number of bytes as Git's progress meter writes it: `812 bytes`, `3.10 KiB`, `2.00 GiB`.
///
/// Source: git's `strbuf_humanise`, with its rounding.
package func byteCountText(_ bytes: Int64) -> String {
    func text(_ whole: Int64, _ hundredths: Int64, _ unit: String) -> String {
        "\(whole).\("\(100 + hundredths)".dropFirst()) \(unit)"
    }
    if bytes > 1 << 30 {
        return text(bytes >> 30, (bytes & ((1 << 30) - 1)) / 10_737_419, "GiB")
    }
    for (shift, rounding, unit) in [(20, 5243, "MiB"), (10, 5, "KiB")] as [(Int64, Int64, String)]
    where bytes > 1 << shift {
        let rounded = bytes + rounding
        return text(rounded >> shift, ((rounded & ((1 << shift) - 1)) * 100) >> shift, unit)
    }
    return bytes == 1 ? "1 byte" : "\(bytes) bytes"
}

/// A count with its noun: `1 object`, `2 objects`.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
