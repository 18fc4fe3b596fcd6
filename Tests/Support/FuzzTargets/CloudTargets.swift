internal import AzureBackend
internal import CloudStorage
internal import GCSBackend

/// What Cloud Storage says, or whoever answers in its place.
func readGoogleAnswers(_ bytes: [UInt8]) {
    if let object = try? GCSObject(bytes) { precondition(object.size ?? 0 >= 0) }
    _ = try? GCSListing(bytes)
    let refusal = GCSRefusal(bytes)
    _ = (refusal.isAboutBucket, refusal.isAboutObject, refusal.isSlowDown)
    let text = String(decoding: bytes, as: UTF8.self)
    _ = GCSHashes(text).checksum
    if let endpoint = ServiceEndpoint(text) {
        precondition(ServiceEndpoint(endpoint.url)?.host == endpoint.host)
        _ = GCSConfiguration(name: "", url: text, endpoint: endpoint)
    }
}

/// Files of credentials for Google, and the answers of services of tokens.
func readTokens(_ bytes: [UInt8]) {
    if case .serviceAccount(let key)? = try? GoogleCredentialFile(bytes) {
        _ = key.assertion(scope: "s", now: 0)
    }
    if let answer = try? TokenAnswer(bytes) { precondition(answer.lifetime > 0) }
    precondition(refusalWords(ofTokenService: bytes).count <= 300)
}

/// What Blob Storage says, or whoever answers in its place, and connection strings.
func readAzureAnswers(_ bytes: [UInt8]) {
    _ = AzureRefusal(bytes)
    _ = try? AzureListing(bytes)
    if let blocks = try? AzureBlock.list(bytes) {
        for block in blocks { precondition(block.size >= 0 && !block.id.isEmpty) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? AzureConnectionString(text)
    _ = AzureConfiguration.isContainer(AzureConfiguration.place(ofURL: text).container)
}
