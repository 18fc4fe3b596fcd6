internal import Basics

extension Environment {
    /// The same without what Git sets for hooks, where it means the repository that the hook is run in.
    var outsideOfGit: Environment {
        var environment = self
        for name in Self.repositoryVariables { environment[name] = nil }
        return environment
    }

    /// Source: `git rev-parse --local-env-vars`.
    private static let repositoryVariables = [
        "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS",
        "GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
        "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_QUARANTINE_PATH",
        "GIT_REPLACE_REF_BASE",
    ]
}
