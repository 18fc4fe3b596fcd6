package import CloudStorage
package import HTTPClient
package import Storage

/// Everything about a remote in Azure Blob Storage.
package struct AzureConfiguration: Sendable {
    /// The remote's name, for messages.
    package var name: String
    package var container: String
    /// What comes before `files/md5/…` in names, without slashes at its ends; empty for none.
    package var prefix: String
    /// Of the account.
    package var endpoint: ServiceEndpoint
    package var access: AzureAccess
    package var peer = Peer()
    /// How long the service may work on a request, in seconds; `nil` leaves it to the service.
    package var serviceTimeout: Int?
    /// From how many bytes on an object is sent in blocks.
    package var blockThreshold: Int64 = 16 << 20
    /// In bytes.
    package var blockSize: Int64 = 8 << 20
    /// How many requests are under way at once, of whatever kind; fewer where the service is overloaded.
    package var concurrency = 8
    /// How many blocks of one object are under way at once, as far as ``concurrency`` allows.
    package var blockConcurrency = 4
    /// For the pieces of a large object, which are too many to start anew all of them.
    package var retry = RetryingStore.Policy()

    package init(
        name: String, container: String, prefix: String, endpoint: ServiceEndpoint,
        access: AzureAccess
    ) {
        self.name = name
        self.container = container
        self.prefix = prefix
        self.endpoint = endpoint
        self.access = access
    }

    /// Container and prefix as `azure://container/prefix` spells them; the container may be empty.
    package static func place(ofURL url: String) -> (container: String, prefix: String) {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let rest = url[start...]
        let container = rest.prefix { $0 != "/" }
        var path = rest[container.endIndex...].drop { $0 == "/" }
        while path.hasSuffix("/") { path.removeLast() }
        return (String(container), String(path))
    }

    /// Source: "Naming and referencing containers"; `$root` and `$web` are special ones.
    package static func isContainer(_ name: String) -> Bool {
        if ["$root", "$web", "$logs"].contains(name) { return true }
        return (3...63).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || byte == UInt8(ascii: "-")
            }
    }
}
