"""Asks real DVC what it ignores; run it with the Python of a DVC 3.67.1 (.build/venv/bin/python).

check    judges the cases written in IgnoreRulesTests.swift
capture  writes CapturedIgnoreVerdicts.swift: the verdicts on the random cases of
         IgnoreRulesRandomTests.swift, which makes the same ones from the same seeds
"""
import os, shutil, sys, tempfile, urllib.parse, warnings

warnings.simplefilter("ignore")
from dvc.fs import LocalFileSystem
from dvc.ignore import DvcIgnoreFilter

HERE = os.path.dirname(os.path.abspath(__file__))
FS = LocalFileSystem()


def judge(files, paths):
    """files: bytes by directory; paths: ending in a slash for directories. None: DVC fails."""
    root = tempfile.mkdtemp()
    try:
        for directory, content in files.items():
            where = os.path.join(os.fsencode(root), directory)
            os.makedirs(where, exist_ok=True)
            with open(os.path.join(where, b".dvcignore"), "wb") as file:
                file.write(content)
        ignore = DvcIgnoreFilter(FS, root)
        verdicts = []
        for path in paths:
            full = os.path.join(root, os.fsdecode(path.rstrip(b"/")))
            is_dir = path.endswith(b"/")
            verdicts.append(ignore.is_ignored_dir(full) if is_dir else ignore.is_ignored_file(full))
        return verdicts
    except Exception as error:
        return None
    finally:
        shutil.rmtree(root)


def check():
    table = open(os.path.join(HERE, "IgnoreRulesTests.swift"), encoding="utf-8").read()
    cases = paths = 0
    for block in table.split('#"""\n')[1].split('"""#')[0].split("\n\n"):
        files, expected, fails = {}, {}, False
        for line in map(str.strip, block.splitlines()):
            word, _, rest = line.partition(" ")
            if word == "rule":
                directory, _, text = rest.partition(" ")
                key = urllib.parse.unquote_to_bytes("" if directory == "." else directory)
                files[key] = files.get(key, b"") + urllib.parse.unquote_to_bytes(text) + b"\n"
            elif word in ("hidden", "seen"):
                for path in rest.split():
                    expected[urllib.parse.unquote_to_bytes(path)] = word == "hidden"
            elif word == "fails":
                fails = True
        found = judge(files, list(expected))
        wanted = None if fails else list(expected.values())
        if found != wanted:
            print("DIFFERENT:", block, found)
        cases, paths = cases + 1, paths + len(expected)
    print(f"{cases} cases, {paths} paths")


class Generator:
    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed * 0x9E3779B97F4A7C15 & self.MASK

    def below(self, bound):
        self.state = self.state + 0x9E3779B97F4A7C15 & self.MASK
        mixed = (self.state ^ self.state >> 30) * 0xBF58476D1CE4E5B9 & self.MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & self.MASK
        return (mixed ^ mixed >> 31) % bound

    def pick(self, choices):
        return choices[self.below(len(choices))]


NAMES = "a b c ab foo é !a #b a* [ab] x".split(" ") + ["a b", " a", "b\n", "a\nb"]
PIECES = (
    "a a b foo ba * * ** ? / / / [ab] [!a] [^b] [a-c] []x] [!]-] \\* \\b \\! # ! . é [à-ý] [\\] "
    "[[:alpha:]] [+-z] [a-] **/ /** */ [a \\"
).split(" ") + [" "]


def random_case(seed):
    random = Generator(seed)
    directories = [""]
    for _ in range(random.below(3)):
        base, name = random.pick(directories), random.pick(NAMES)
        directory = base + "/" + name if base else name
        if directory not in directories:
            directories.append(directory)
    files = {}
    for directory in directories:
        lines = []
        for _ in range(random.below(4)):
            line = "!" if random.below(6) == 0 else ""
            line += "".join(random.pick(PIECES) for _ in range(1 + random.below(4)))
            lines.append(line + ("/" if random.below(5) == 0 else ""))
        end = "\r\n" if random.below(4) == 0 else "\n"
        files[directory.encode()] = end.join(lines).encode()
    paths = []
    for _ in range(16):
        path = random.pick(directories)
        for _ in range(1 + random.below(3)):
            name = random.pick(NAMES)
            path = path + "/" + name if path else name
        paths.append((path + ("/" if random.below(2) == 0 else "")).encode())
    return files, paths


def capture(count):
    text = ""
    for seed in range(count):
        verdicts = judge(*random_case(seed))
        bits = "".join("1" if verdict else "0" for verdict in verdicts or [])
        text += f"{int(bits, 2):04x}" if bits else "fail"
    rows = "\n".join("    " + text[start : start + 92] for start in range(0, len(text), 92))
    with open(os.path.join(HERE, "CapturedIgnoreVerdicts.swift"), "w") as file:
        file.write(
            "/// What DVC 3.67.1 with pathspec 1.1.1 says on the random cases, made by\n"
            "/// `capture-dvcignore.py capture`.\n///\n"
            "/// Four hex digits for each seed from 0 on: a bit for each path, the first path's on "
            "the left, set\n/// when it is ignored; `fail` where DVC fails.\n"
            f'let capturedIgnoreVerdicts = """\n{rows}\n    """\n'
        )
    print(f"{count} cases, {text.count('fail')} fail")


if __name__ == "__main__":
    check() if sys.argv[1:] == ["check"] else capture(2000)
