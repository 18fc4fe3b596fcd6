#if canImport(Darwin)
internal import Darwin
#else
internal import Glibc
#endif

/// Writes text to a standard stream; a reader that went away is no error (EPIPE).
package func write(_ text: String, to descriptor: CInt) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { buffer in
            retryingInterrupts { write(descriptor, buffer.baseAddress, buffer.count) }
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

/// Writes a line to stdout: a command's result.
package func printResult(_ line: String) { write(line + "\n", to: 1) }

/// Writes a line to stderr, made safe for a terminal: `error: …`, `warning: …`, `hint: …`.
package func printMessage(_ kind: String, _ text: String) {
    write("\(kind): \(printable(text))\n", to: 2)
}

/// Shows errors or warnings, then each piece of advice once.
///
/// Of each kind the first ten and the count of the rest; the same text only once.
package func printMessages(_ kind: String, _ errors: [any UserFacingError]) {
    let shownPerKind = 10
    var advice: [String] = []
    var seen: Set<String> = []
    var counts: [ObjectIdentifier: Int] = [:]
    var further = 0
    for error in errors where seen.insert(error.summary).inserted {
        let count = counts[ObjectIdentifier(type(of: error)), default: 0] + 1
        counts[ObjectIdentifier(type(of: error))] = count
        if count > shownPerKind {
            further += 1
            continue
        }
        printMessage(kind, error.summary)
        if let text = error.advice, !advice.contains(text) { advice.append(text) }
    }
    if further > 0 { printMessage(kind, "\(further) more like these") }
    for text in advice { printMessage("hint", text) }
}

/// Shows any error as the reason why a command ends.
package func printError(_ error: any Error) {
    printMessage("error", summary(of: error))
    if let advice = (error as? any UserFacingError)?.advice { printMessage("hint", advice) }
}
