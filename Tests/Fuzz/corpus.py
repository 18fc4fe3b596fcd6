#!/usr/bin/env python3
"""The fuzzing corpus: Tests/Fuzz/corpus/<target>.txt, one input per line in base64.

A line that starts with '#' says what the next one is for; such inputs are kept for good.

    corpus.py targets                   names of all targets
    corpus.py unpack <target> <folder>  one file per input, for libFuzzer
    corpus.py add <target> <file> <why> keeps an input that broke something
    corpus.py take <target> <folder>    replaces what was learned by the smallest inputs of a folder
"""

import base64
import hashlib
import pathlib
import sys

CORPUS = pathlib.Path(__file__).parent / "corpus"
LEARNED_LIMIT = 250


def entries(target):
    """Pairs of input and reason, which is None for what a fuzzer learned."""
    path = CORPUS / f"{target}.txt"
    reason = None
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("#"):
            reason = line[1:].strip()
        else:
            yield base64.b64decode(line), reason
            reason = None


def write(target, pairs):
    lines = []
    for data, reason in pairs:
        if reason is not None:
            lines.append(f"# {reason}")
        lines.append(base64.b64encode(data).decode())
    (CORPUS / f"{target}.txt").write_text("".join(line + "\n" for line in lines))


def main(command, *words):
    if command == "targets":
        print(*sorted(path.stem for path in CORPUS.glob("*.txt")), sep="\n")
    elif command == "unpack":
        folder = pathlib.Path(words[1])
        folder.mkdir(parents=True, exist_ok=True)
        for data, _ in entries(words[0]):
            (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)
    elif command == "add":
        data = pathlib.Path(words[1]).read_bytes()
        known = [pair for pair in entries(words[0]) if pair[0] != data]
        kept = [pair for pair in known if pair[1] is not None]
        learned = [pair for pair in known if pair[1] is None]
        write(words[0], kept + [(data, words[2])] + learned)
    elif command == "take":
        kept = [pair for pair in entries(words[0]) if pair[1] is not None]
        files = [path.read_bytes() for path in pathlib.Path(words[1]).iterdir()]
        files.sort(key=lambda data: (len(data), data))
        known = {pair[0] for pair in kept}
        learned = [(data, None) for data in files if data and data not in known]
        write(words[0], kept + learned[:LEARNED_LIMIT])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 1 else sys.exit(__doc__)
