"""Runs real DVC and another program by turns on the same directory, each time from the same state.

Reads {"lines": [{"words": [word, ...], "directory": path}, ...], "ours": [word, ...], "reset": script,
"watched": path} from standard input, where both programs get the words. `reset` is for `sh` and run
before each. Writes a list with one {"theirs": outcome, "ours": outcome} for each line to standard
output, with {"status", "output", "errors", "files"} as an outcome: `files` are the paths below `watched`.

DVC is loaded once and runs in a fork for each line: starting it takes ten times as long as what it does.
"""

import json
import os
import subprocess
import sys
import tempfile

import dvc.api  # noqa: F401
import dvc.commands.data_sync  # noqa: F401
import dvc.commands.status  # noqa: F401
import dvc.repo.push  # noqa: F401
import dvc.repo.status  # noqa: F401
import dvc_data.index.fetch  # noqa: F401
from dvc.cli import main


def run_dvc(words, directory):
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            status = 70
            try:
                os.chdir(directory)
                os.dup2(output.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                status = main(words)
                sys.stdout.flush()
                sys.stderr.flush()
            finally:
                os._exit(status)
        _, state = os.waitpid(child, 0)
        output.seek(0)
        errors.seek(0)
        return os.waitstatus_to_exitcode(state), output.read(), errors.read()


def run_ours(words, directory):
    result = subprocess.run(
        task["ours"] + words, cwd=directory, stdin=subprocess.DEVNULL, capture_output=True
    )
    return result.returncode, result.stdout, result.stderr


def outcome(run, line):
    subprocess.run(["sh", "-ec", task["reset"]], check=True)
    status, output, errors = run(line["words"], line["directory"])
    watched = task["watched"]
    files = [
        os.path.relpath(os.path.join(folder, name), watched)
        for folder, _, names in os.walk(watched)
        for name in names
    ]
    return {
        "status": status,
        "output": output.decode(errors="replace"),
        "errors": errors.decode(errors="replace"),
        "files": sorted(files),
    }


task = json.load(sys.stdin)
results = [
    {"theirs": outcome(run_dvc, line), "ours": outcome(run_ours, line)}
    for line in task["lines"]
]
json.dump(results, sys.stdout)
