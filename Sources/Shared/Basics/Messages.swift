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

/// Shows errors or warnings one by one, then each piece of advice once.
package func printMessages(_ kind: String, _ errors: [any UserFacingError]) {
    var advice: [String] = []
    for error in errors {
        printMessage(kind, error.summary)
        if let text = error.advice, !advice.contains(text) { advice.append(text) }
    }
    for text in advice { printMessage("hint", text) }
}

/// Shows any error as the reason why a command ends.
package func printError(_ error: any Error) {
    printMessage("error", summary(of: error))
    if let advice = (error as? any UserFacingError)?.advice { printMessage("hint", advice) }
}
