internal import Basics
internal import DVC
internal import Digests
internal import Git
internal import Planning

/// The other repositories: where they are, and what they track.
extension RepositoryImports {
    /// What the other repository tracks, with its settings and those that the import has for it.
    func outs(
        of revisions: RevisionSelection, in repository: GitRepository, _ settings: ImportSettings
    ) throws -> [CollectedOut] {
        var sources = session.configurationSources
        let here = session.repository.workTree ?? session.directory
        func override(_ bytes: [UInt8], _ name: String) {
            // It stands in a tracked file, or is named there: no more to be believed than one.
            var source = ConfigSource(level: .repo, bytes: bytes, directory: here, name: name)
            source.isOverride = true
            sources.overrides.append(source)
        }
        if let file = settings.file {
            let path = here.appending(file)
            override(try readFile(path, limit: 1 << 20), path.string)
        }
        if !settings.bytes.isEmpty { override(settings.bytes, "the settings of the import") }
        func collected() throws -> [CollectedOut] {
            try DataCollector(repository, sources: sources).collect(commits: revisions).outs
        }
        let outs = try collected()
        guard !settings.remoteOptions.isEmpty,
            let name = outs.lazy.compactMap(\.configuration.config.defaultRemoteName).first
        else { return outs }
        override(
            ImportSettings.section(.remote(name), settings.remoteOptions),
            "the remote of the import")
        return try collected()
    }

    /// The repository, with the commit in it.
    func open(_ url: String, _ commit: GitOID) throws -> GitRepository {
        // In a hook Git's own variables mean this repository.
        let git = try GitProgram(
            environment: session.environment.outsideOfGit, trace: session.trace)
        let here = (session.repository.workTree ?? session.directory)
        let local = FilePath(url).isAbsolute ? FilePath(url) : here.appending(url)
        if directoryExists(local) {
            let repository = try GitRepository(at: local.normalized, git: git)
            if try has(commit, in: repository) { return repository }
        }
        let name = "\(objectID(of: Array(url.utf8)))"
        let place = session.repository.commonDirectory.appending("dvc/imports").appending(name)
        if !directoryExists(place.appending("objects")) {
            try createDirectories(place)
            _ = try git.command(["init", "--quiet", "--bare", "--", place.string])
                .outputIfSuccessful()
        }
        let repository = try GitRepository(at: place, git: git)
        if try has(commit, in: repository) { return repository }
        let fetch = ["-C", place.string, "fetch", "--quiet", "--no-tags", "--", url]
        // Not every server gives a commit by its name.
        if let exact = try? git.command(fetch + ["\(commit)"]).run(), exact.status.isSuccess {
            return repository
        }
        _ = try git.command(fetch + ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"])
            .outputIfSuccessful()
        return repository
    }

    private func has(_ commit: GitOID, in repository: GitRepository) throws -> Bool {
        let question = repository.git.command([
            "--git-dir=\(repository.gitDirectory)", "cat-file", "-e", "\(commit)^{commit}",
        ])
        return try question.run().status.isSuccess
    }
}
