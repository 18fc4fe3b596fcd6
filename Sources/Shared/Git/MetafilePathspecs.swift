/// Pathspecs for every file that can change what data a commit needs.
///
/// Here rather than with the readers of those files, so that `dvc-hooks`, which asks no more than
/// whether a push touches any of them, links neither YAML nor hashing.
/// `*.dvc` also matches a file called `.dvc`; Git's plain pathspecs let `*` cross slashes.
package let metafilePathspecs =
    pipelinePathspecs + [
        "*.dvc", ":(glob)**/.dvc/config",
        ":(glob)**/.dvcignore",
    ]

/// Pathspecs for the two files of a pipeline.
package let pipelinePathspecs = [":(glob)**/dvc.yaml", ":(glob)**/dvc.lock"]

/// Pathspecs for the files that make a push worth a look: those of ``metafilePathspecs``, and the
/// usual file from which a `dvc.yaml` may take values.
///
/// Other such files have any name, which only that `dvc.yaml` tells: a push that changes nothing else
/// is not looked at.
package let pushPathspecs = metafilePathspecs + [":(glob)**/params.yaml"]
