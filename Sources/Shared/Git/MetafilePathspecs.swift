/// Pathspecs for every file that can change what data a commit needs.
///
/// Here rather than with the readers of those files, so that `dvc-hooks`, which asks no more than
/// whether a push touches any of them, links neither YAML nor hashing.
/// `*.dvc` also matches a file called `.dvc`; Git's plain pathspecs let `*` cross slashes.
package let metafilePathspecs = [
    "*.dvc", ":(glob)**/dvc.yaml", ":(glob)**/dvc.lock", ":(glob)**/.dvc/config",
    ":(glob)**/.dvcignore",
]
