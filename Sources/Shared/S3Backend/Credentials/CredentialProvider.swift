package import CloudStorage

/// The credentials of one remote for one run: fetched once, however many requests need them, and
/// again before they expire.
package struct CredentialProvider: Sendable {
    private let renewed: Renewed<AWSCredentials?>

    /// New ones are fetched when less than this is left, in seconds.
    ///
    /// Source: botocore 1.43, advisory and mandatory refresh: with less than the second, a failure
    /// to fetch is an error.
    private static let margins = Renewed<AWSCredentials?>.Margins(
        advisory: 15 * 60, mandatory: 10 * 60)

    /// Nothing is read or asked for before the first call of ``credentials()``.
    package init(_ settings: CredentialSettings, requester: any ServiceRequester) {
        let now: @Sendable () -> Int64 = { settings.now().secondsSince1970 }
        renewed = Renewed(Self.margins, now: now) {
            let loaded = try await CredentialSearch(settings, requester: requester).load()
            let end = loaded?.expiration?.secondsSince1970
            if let end, end <= now() {
                throw CredentialError.expired(source: loaded?.source ?? "")
            }
            return Renewed.Loaded(loaded?.credentials, end: end)
        }
    }

    /// What to sign with, or `nil` for requests without a signature.
    ///
    /// Throws ``CredentialError``, ``AWSConfigError`` or `CancellationError`.
    package func credentials() async throws -> AWSCredentials? { try await renewed.value() }

    /// A service said that these have expired: whether others can be had.
    ///
    /// Keys without an end stay as they are wherever they come from, so there are no others.
    package func renew(_ refused: AWSCredentials) async throws -> Bool {
        await renewed.renew { $0 == refused }
    }
}
