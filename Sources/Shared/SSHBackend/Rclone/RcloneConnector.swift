package import Basics

/// Starts the user's own rclone for each session.
package struct RcloneConnector: Sendable {
    /// How many sessions at most, unless the user says otherwise: each is a process of some 40 MiB,
    /// and does one thing at a time on the service.
    package static let usualSessions = 4
    /// How many of them a user can ask for.
    package static let mostSessions = 16

    private let program: FilePath
    private let connection: RcloneConnection
    private let environment: Environment

    /// Throws ``RcloneMissingError``.
    ///
    /// `scheme`: of the remote's URL, for the message.
    package init(
        _ connection: RcloneConnection, _ environment: Environment, remote: String, scheme: String
    ) throws(RcloneMissingError) {
        guard let program = environment.program(named: "rclone") else {
            throw RcloneMissingError(remote: remote, scheme: scheme)
        }
        self.program = program
        self.connection = connection
        self.environment = environment
    }

    /// How to open a session.
    package func transport() -> SFTPTransport {
        var transport = SFTPTransport(connection.command(program, environment))
        // rclone has time limits of its own for the service, and keeps to them by ending a request.
        // Meanwhile it says nothing: what it holds back until a file is closed takes its time.
        transport.openTimeout = .seconds(120)
        transport.activityTimeout = .seconds(3600)
        transport.movesPiecesInTurn = true
        return transport
    }
}

/// There is no rclone.
package struct RcloneMissingError: UserFacingError, Equatable {
    let remote: String
    let scheme: String

    package var summary: String {
        "remote '\(remote)' is reached by '\(scheme)://', which takes the program rclone, and that is "
            + "not on PATH"
    }
    package var advice: String? {
        "install it ('apt install rclone', 'brew install rclone', or https://rclone.org/install), "
            + "then try again"
    }
}
