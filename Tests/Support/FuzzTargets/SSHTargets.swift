internal import Basics
internal import SSHBackend

/// What a server sends means the same however it is cut on its way.
func readSFTP(_ bytes: [UInt8]) {
    let whole = answers(bytes, pieces: max(1, bytes.count))
    precondition(whole == answers(bytes, pieces: 1))
    precondition(whole == answers(bytes, pieces: 7))
    for answer in whole.answers {
        if case .names(let names) = answer.response {
            precondition(names.allSatisfy { !$0.bytes.contains(UInt8(ascii: "/")) })
        }
        if case .data(let data) = answer.response { precondition(data.count <= bytes.count) }
    }
}

private struct Answers: Equatable {
    var answers: [SFTPDecoder.Answer] = []
    var isBroken = false
}

private func answers(_ bytes: [UInt8], pieces size: Int) -> Answers {
    var decoder = SFTPDecoder()
    var found = Answers()
    var start = 0
    do throws(SFTPWireError) {
        while start < bytes.count {
            let end = min(start + size, bytes.count)
            decoder.append(Array(bytes[start..<end]))
            while let answer = try decoder.next() { found.answers.append(answer) }
            start = end
        }
    } catch {
        found.isBroken = true
    }
    return found
}

/// What is given to ssh is never an option, nor two words; a question is never answered twofold.
func readSSHAddress(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = PasswordPrompt(text)
    guard let address = try? SSHAddress(url: text) else { return }
    for name in [address.host, address.user ?? "user"] {
        precondition(!name.isEmpty && !name.hasPrefix("-"))
        precondition(name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f })
    }
    precondition(address.path.isAbsolute)
    precondition(address.port.map { (1...65535).contains($0) } ?? true)
}
