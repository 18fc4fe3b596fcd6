internal import Basics
internal import DVC
internal import HTTPClient

extension Trace {
    /// One line for each request.
    var httpSettings: TransferLoop.Settings {
        var settings = TransferLoop.Settings()
        if isOn { settings.trace = { [self] line in log(line) } }
        return settings
    }
}

extension ProxySettings {
    /// What the usual variables say.
    ///
    /// `HTTP_PROXY` in upper case counts for nothing: in a CGI program it is a header that a client
    /// sent. Source: curl(1), "ENVIRONMENT".
    init(_ environment: Environment) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment.nonEmpty($0) }.first
        }
        self.init(
            http: value("http_proxy", "all_proxy", "ALL_PROXY"),
            https: value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
            exceptions: value("no_proxy", "NO_PROXY"))
    }
}

extension Peer {
    /// What a remote's options say, and where they are silent, the environment.
    ///
    /// `authorities`: the variables that name a file of certificate authorities, in their order.
    init(_ remote: DVCRemote, _ environment: Environment, authorities variables: [String]) {
        self.init()
        proxy = ProxySettings(environment)
        connectTimeout = remote.seconds("connect_timeout") ?? .seconds(60)
        activityTimeout = remote.seconds("read_timeout") ?? .seconds(60)
        let path = variables.lazy.compactMap { environment.nonEmpty($0) }.first
        if let path { verification = .authorities(path: path) }
        switch (remote.boolean("ssl_verify"), remote.text(of: "ssl_verify")) {
        case (false?, _): verification = .none
        case (nil, let path?): verification = .authorities(path: path)
        case (true?, _), (nil, nil): break
        }
    }
}

extension DVCRemote {
    /// A time limit; without one that can be kept there is none.
    fileprivate func seconds(_ option: String) -> Duration? {
        number(option).flatMap { $0 > 0 ? .seconds(min($0, 86_400)) : nil }
    }
}
