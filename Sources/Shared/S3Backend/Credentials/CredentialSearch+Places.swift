internal import Basics

extension CredentialSearch {
    /// The region that somebody set, or `nil`: then the bucket's own must be asked for.
    ///
    /// The remote's `region`, then the variables, then the profile. botocore knows the variable
    /// `AWS_DEFAULT_REGION` alone; all other SDKs know `AWS_REGION`, so both count.
    package func region() throws(CredentialError) -> String? {
        let set =
            settings.region ?? environment.nonEmpty("AWS_DEFAULT_REGION")
            ?? environment.nonEmpty("AWS_REGION")
        let region = if let set { set } else { try profileSection()["region"]?.text }
        guard let region, !region.isEmpty else { return nil }
        // It becomes part of a host's name.
        guard region.utf8.allSatisfy(isLetterDigitOrHyphen) else {
            throw .badProfile(profileName, words: "\(quoted(region)) is not a region")
        }
        return region
    }

    /// Where a service (`s3`, `sts`, `sso`) is, when it is not at AWS; `nil` when nobody set it.
    ///
    /// Source: botocore 1.43, `ConfiguredEndpointProvider`.
    package func endpoint(of service: String) throws(CredentialError) -> String? {
        let section = try profileSection()
        let ignores =
            environment["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]
            ?? section["ignore_configured_endpoint_urls"]?.text
        if ignores?.lowercased() == "true" { return nil }
        if let url = environment.nonEmpty("AWS_ENDPOINT_URL_\(service.uppercased())")
            ?? environment.nonEmpty("AWS_ENDPOINT_URL")
        {
            return url
        }
        // Tokens and signed requests are sent there.
        if let url = try serviceEndpoint(service, in: section), !url.isEmpty {
            if files.configIsTracked {
                throw .notFromRepository(setting: "endpoint_url", file: files.configPath)
            }
            return url
        }
        guard let url = section["endpoint_url"]?.text, !url.isEmpty else { return nil }
        try files.refuseFromRepository("endpoint_url", ofProfile: profileName)
        return url
    }

    private func serviceEndpoint(
        _ service: String, in section: AWSConfigFile.Section
    ) throws(CredentialError) -> String? {
        guard let name = section["services"]?.text else { return nil }
        guard let services = files.section("services", named: name) else {
            throw .badProfile(profileName, words: "there is no '[services \(name)]'")
        }
        return services[service]?.nested?["endpoint_url"]
    }

    /// The settings of `s3 =` in the profile, of the configuration file alone, as DVC reads them.
    package func s3Section() -> [String: String] {
        files.configSection(ofProfile: settings.profile ?? "default")?["s3"]?.nested ?? [:]
    }
}
