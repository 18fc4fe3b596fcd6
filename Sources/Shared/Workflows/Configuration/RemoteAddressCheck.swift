internal import AzureBackend
internal import Basics
internal import DVC
internal import GCSBackend
internal import HTTPBackend
internal import SSHBackend

/// Refuses the URL of a remote that no remote can have, before it is written.
///
/// What DVC takes for a path is left to it. Credentials and options are looked at when it is used.
///
/// Throws ``ConfigurationCommandError``.
func checkRemoteAddress(_ url: String, remote: String) throws(ConfigurationCommandError) {
    guard let marks = url.firstRange(of: "://"), url[marks.upperBound...].first != "/",
        !url[marks.upperBound...].isEmpty
    else { return }
    let scheme = url[..<marks.lowerBound].lowercased()
    let rest = String(url[marks.upperBound...])
    func refuse(_ form: String) -> ConfigurationCommandError {
        ConfigurationCommandError(
            "the url of remote '\(remote)' is not '\(form)'", advice: "write it like that")
    }
    switch scheme {
    case "ssh":
        do throws(SSHAddressError) {
            _ = try SSHAddress(url: url)
        } catch {
            throw ConfigurationCommandError(
                error.summary, advice: "write it like 'ssh://user@host:port/path'")
        }
    case "http", "https", "webdav", "webdavs":
        let isSecure = scheme.last == "s"
        guard WebAddress((isSecure ? "https://" : "http://") + rest) != nil else {
            throw refuse("\(scheme)://[user@]host[:port]/path")
        }
    case "webhdfs":
        let authority = rest.prefix { $0 != "/" }
        guard
            WebHDFSConfiguration(
                name: remote, scheme: "http", authority: String(authority), root: "/") != nil
        else { throw refuse("webhdfs://[user@]host[:port]/path") }
    case "gs":
        guard GCSConfiguration.isPlace(url) else { throw refuse("gs://bucket/path") }
    case "azure":
        guard AzureConfiguration.isContainer(AzureConfiguration.place(ofURL: url).container) else {
            throw refuse("azure://container/path")
        }
    case "s3", "oss", "hdfs", "gdrive":
        // Their names have many forms, but none is an option of a program.
        guard rest.first != "-", rest.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
            throw refuse("\(scheme)://name/path")
        }
    case "rclone":
        do throws(RcloneAddressError) {
            _ = try RcloneConnection(url: url)
        } catch {
            throw ConfigurationCommandError(error.summary, advice: error.advice)
        }
    default: break
    }
}

/// What a user should know of a URL that is good, but not for everybody.
package func remoteAddressWarning(_ url: String) -> String? {
    guard url.lowercased().hasPrefix("rclone://") else { return nil }
    return "real DVC knows no 'rclone://' and refuses a configuration that has one; with '--local' "
        + "it is for this working copy alone"
}
