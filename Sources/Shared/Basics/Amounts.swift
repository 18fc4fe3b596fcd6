/// A number of bytes as Git's progress meter writes it: `812 bytes`, `3.10 KiB`, `2.00 GiB`.
///
/// Source: git's `strbuf_humanise_bytes`.
package func byteCountText(_ bytes: Int64) -> String {
    for (limit, shift, unit) in [(30, 30, "GiB"), (20, 20, "MiB"), (10, 10, "KiB")]
        as [(Int, Int, String)]
    where bytes > 1 << limit {
        let hundredths = (bytes >> max(0, shift - 10)) * 100 >> 10
        let rest = "\(100 + hundredths % 100)".dropFirst()
        return "\(hundredths / 100).\(rest) \(unit)"
    }
    return bytes == 1 ? "1 byte" : "\(bytes) bytes"
}

/// A count with its noun: `1 object`, `2 objects`.
package func counted(_ count: Int, _ noun: String, plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
}
