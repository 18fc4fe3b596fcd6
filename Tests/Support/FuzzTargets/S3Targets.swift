internal import Basics
internal import CloudStorage
internal import Digests
internal import S3Backend

/// What a service says, or whoever answers in its place: lists, refusals, ranges, names.
func readAnswers(_ bytes: [UInt8]) {
    _ = S3Refusal(bytes)
    if let listing = try? S3Listing(bytes) {
        for key in listing.keys {
            guard let oid = ObjectID(storagePath: key.utf8) else { continue }
            precondition(oid.storagePath.string == key)
        }
    }
    _ = try? S3PendingUpload.page(bytes)
    if let (parts, _) = try? S3Part.page(bytes) {
        for part in parts { precondition(part.size >= -1) }
    }
    _ = try? firstText(of: "UploadId", in: bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    precondition(percentDecoded(percentEncoded(text)) == Array(text.utf8))
    _ = percentDecoded(text, plusIsBlank: true)
    if let range = ContentRange(text) {
        precondition(0 <= range.start && range.start < range.end && range.end <= range.total)
    }
}

/// Files of AWS's settings: an error names a line that the file has.
func readSettings(_ bytes: [UInt8]) {
    let lineCount = bytes.count(where: { $0 == 10 || $0 == 13 }) + 1
    do throws(AWSConfigError) {
        let file = try AWSConfigFile(parsing: bytes, path: "/config")
        for (header, section) in file.sections {
            _ = try? shellWords(header)
            for setting in section.values {
                precondition((1...lineCount).contains(setting.line))
                _ = try? shellWords(setting.text)
                _ = setting.nested
            }
        }
    } catch {
        precondition((1...lineCount).contains(error.line))
        precondition(!error.summary.isEmpty)
    }
}

/// What programs, servers and files give for credentials; a token that is kept is found again.
func readCredentials(_ bytes: [UInt8]) {
    _ = try? credentials(fromProcess: bytes, source: "")
    _ = try? credentials(fromMetadata: bytes, source: "")
    _ = try? credentials(fromSSO: bytes, source: "")
    _ = try? credentials(fromLogin: bytes, source: "")
    guard let token = try? SSOToken(bytes) else { return }
    guard let again = try? SSOToken(token.encoded) else {
        preconditionFailure("what was written cannot be read")
    }
    precondition(again.text == token.text && again.end == token.end)
    _ = token.renewalRequest(at: AWSTime(secondsSince1970: 0))
}
