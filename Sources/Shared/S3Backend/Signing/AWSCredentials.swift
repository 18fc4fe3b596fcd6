/// What proves to a service of AWS who is asking.
///
/// Shown as the access key's id alone, which is no secret: nothing that prints a value by accident
/// may tell the others.
package struct AWSCredentials: Equatable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: String
    /// Only with keys that expire.
    package let sessionToken: String?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

extension AWSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "AWSCredentials(\(accessKeyID))" }
    package var debugDescription: String { description }
    /// For `dump` and test failures, which look inside.
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
