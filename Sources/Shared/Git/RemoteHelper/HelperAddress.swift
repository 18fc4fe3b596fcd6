/// An address that makes Git ask our remote helper: `dvc::<address>`, or `dvc+https://...`.
///
/// The second form is what web addresses are led to for pushes: Git cuts name and password out of a URL
/// before it shows it, but takes `dvc::https://name:password@host` for no URL and shows all of it.
/// Source: Git 2.39 `transport.c`, `transport_anonymize_url` and `transport_get`; observed.
package struct HelperAddress: Equatable, Sendable {
    /// The address as it is without us.
    package let inner: String

    private static let prefix = "dvc::"
    private static let schemes = ["https://", "http://"]

    /// `nil` for an address of which our helper is not asked.
    package init?(_ text: String) {
        if text.hasPrefix(Self.prefix) {
            inner = String(text.dropFirst(Self.prefix.count))
        } else if Self.schemes.contains(where: { text.hasPrefix("dvc+\($0)") }) {
            inner = String(text.dropFirst("dvc+".count))
        } else {
            return nil
        }
    }

    /// The program that Git runs for an address of ours.
    package static func program(for address: String) -> String {
        let isWeb = schemes.contains { address.hasPrefix("dvc+\($0)") }
        return "git-remote-\(isWeb ? String(address.prefix { $0 != ":" }) : "dvc")"
    }

    /// What an address that begins like this must begin with for our helper to be asked.
    package static func leading(to start: String) -> String {
        schemes.contains(start) ? "dvc+\(start)" : prefix + start
    }
}
