/// What is at the other end of a session, for messages about it.
package enum SFTPPeer: Sendable {
    /// A server, logged in to by ssh.
    case server(SSHLogin)
    /// The user's rclone; `place` is what it was given, without a secret.
    case rclone(place: String)
    /// A program that needs no advice.
    case program

    var name: String {
        switch self {
        case .server, .program: "ssh"
        case .rclone: "rclone"
        }
    }
}
