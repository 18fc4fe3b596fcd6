package import Basics

/// Everything from outside that decides which credentials and which region are used.
///
/// Shows no secret.
package struct CredentialSettings: Sendable {
    // The options of the DVC remote.
    package var accessKeyID: String?
    package var secretAccessKey: String?
    package var sessionToken: String?
    package var profile: String?
    package var region: String?
    /// `allow_anonymous_login`.
    package var isAnonymous = false
    /// `credentialpath` and `configpath`, absolute; the variables that say the same win.
    package var credentialPath: FilePath?
    package var configPath: FilePath?
    /// Whether the repository's own tracked configuration named that file.
    ///
    /// Such a file comes from a stranger: it may name keys and roles, but nothing that runs a
    /// program, reads another file or sends a secret somewhere.
    package var credentialPathIsTracked = false
    package var configPathIsTracked = false

    package var environment: Environment
    package var now: @Sendable () -> AWSTime
    /// Asks the user for the code of the MFA device with that serial number; `nil` without a terminal.
    package var askForCode: (@Sendable (_ serialNumber: String) async throws -> String)?
    /// How long a `credential_process` may take: it may wait for a browser or a key to be touched.
    package var processLimit = Duration.seconds(120)
    /// Between two questions to a container's server.
    package var retryPause = Duration.seconds(1)

    package init(environment: Environment, now: @escaping @Sendable () -> AWSTime) {
        self.environment = environment
        self.now = now
    }
}

extension CredentialSettings: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package var description: String { "CredentialSettings" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What was found, until when it is valid (for ever when `nil`), and where, for a trace.
package struct LoadedCredentials: Equatable, Sendable {
    package var credentials: AWSCredentials
    package var expiration: AWSTime?
    package var source: String

    package init(_ credentials: AWSCredentials, expiration: AWSTime? = nil, source: String) {
        self.credentials = credentials
        self.expiration = expiration
        self.source = source
    }
}
