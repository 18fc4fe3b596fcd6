package import CloudStorage

/// A connection string of a storage account: where it is, and what opens it.
///
/// Source: Azure Storage, "Configure connection strings".
package struct AzureConnectionString: Sendable {
    package let endpoint: ServiceEndpoint
    package let access: AzureAccess

    /// Why a text is no connection string; says nothing of its content.
    package struct Problem: Error, Equatable {
        package let words: String
    }

    package init(_ text: String) throws(Problem) {
        var fields: [String: String] = [:]
        for part in text.split(separator: ";") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { throw Problem(words: "has a part without '='") }
            fields[pair[0].lowercased().filter { !$0.isWhitespace }] = String(pair[1])
        }
        if fields["usedevelopmentstorage"]?.lowercased() == "true" {
            // The account of every emulator. Source: "Use the Azurite emulator".
            fields = [
                "accountname": "devstoreaccount1",
                "accountkey": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq"
                    + "/K1SZFPTOtr/KBHBeksoGMGw==",
                "blobendpoint": "http://127.0.0.1:10000/devstoreaccount1",
            ]
        }
        let account = fields["accountname"]
        if let account, !Self.isAccount(account) {
            throw Problem(words: "has an 'AccountName' that is none")
        }
        endpoint = try Self.endpoint(fields, account)
        if let account, let text = fields["accountkey"] {
            guard let key = SharedKey(account: account, key: text) else {
                throw Problem(words: "has an 'AccountKey' that is not in base64")
            }
            access = .sharedKey(key)
        } else if let signature = fields["sharedaccesssignature"] {
            access = .signature(AzureAccess.query(ofSignature: signature))
        } else {
            access = .anonymous
        }
    }

    private static func endpoint(
        _ fields: [String: String], _ account: String?
    ) throws(Problem) -> ServiceEndpoint {
        let text: String
        if let endpoint = fields["blobendpoint"] {
            text = endpoint
        } else {
            guard let account else {
                throw Problem(words: "has neither 'AccountName' nor 'BlobEndpoint'")
            }
            let scheme = fields["defaultendpointsprotocol"] ?? "https"
            let suffix = fields["endpointsuffix"] ?? "core.windows.net"
            text = "\(scheme)://\(account).blob.\(suffix)"
        }
        guard let endpoint = ServiceEndpoint(text) else {
            throw Problem(words: "has an endpoint that is not a URL of HTTP")
        }
        return endpoint
    }

    /// Whether it can be the name of an account, and so a part of a host's; those of emulators may be
    /// longer than Azure's.
    package static func isAccount(_ name: String) -> Bool {
        (1...63).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
    }
}

/// What opens a container.
package enum AzureAccess: Sendable {
    case sharedKey(SharedKey)
    /// A shared access signature: a query that goes with every request; see ``query(ofSignature:)``.
    case signature(String)
    case token(TokenSource)
    case anonymous

    /// A signature as it is sent: without the question mark that some tools put before it.
    package static func query(ofSignature text: String) -> String {
        String(text.drop { $0 == "?" || $0 == "&" || $0.isWhitespace }.filter { !$0.isWhitespace })
    }
}
