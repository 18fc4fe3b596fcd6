"""Prints what ruamel.yaml writes, as DVC sets it up, for odd texts and values: CapturedYAML.swift.

usage: .build/venv/bin/python Tests/Unit/YAMLTests/capture-ruamel.py > Tests/Unit/YAMLTests/CapturedYAML.swift
"""

import io
import json
import random
import sys
from collections import OrderedDict

from ruamel.yaml import YAML

TEXTS = [
    "", " ", "a", "plain text", "1", "1.0", "1e5", "1234e5678", "12345678901234567890123456789012",
    "0x1f", "0o17", "017", "0b1", "+1", "-", "- a", "-a", "?", "? a", "?a", ":", ": a", ":a", "a:",
    "a: b", "a:b", "a #b", "a#b", "#a", "true", "True", "yes", "no", "null", "~", "Null", ".inf",
    ".nan", "-.inf", "<<", "=", "2020-01-02", "2020-01-02T03:04:05Z", "1_000", "_1", "1_", ".5", "5.",
    ".", "..", "...", "---", "--- a", "...a", "a'b", "'a'", '"a"', 'a"b', "a\\b", "a\tb", "\ta",
    "a\t", "a\nb", "a\n", "\na", "a \nb", "a\n b", "a\rb", "a\x00b", "a\x07b", "a\x1bb", "a\x7fb",
    "a\x85b", "a\xa0b", "a\u2028b", "a\ufeffb", "\u00e9t\u00e9", "e\u0301", "\U0001f600", "\ue000",
    "\ufffd", "[a", "]a", "{a", "}a", "a,b", ",a", "&a", "*a", "!a", "|a", ">a", "%a", "@a", "`a",
    "a ", " a", "a  b", "x" * 70, "x" * 75, "x" * 200, "x " * 60, "word " * 30 + "end",
    "'quoted " * 20, "it's " * 30, "line one\nline two\n", "cmd --a 'b' " * 12, "\n", " \n ",
    "a\nb c " * 20, "\u00e9 " * 90, "python train.py \\\n  --lr 1\n", "y: " * 40, "- " * 50,
]


def random_text(rng):
    kind = rng.random()
    if kind < 0.3:
        return "".join(rng.choice("01234567890e.+-_xbo:") for _ in range(rng.randint(1, 8)))
    alphabet = " abc'\"\\:#-?,[]{}&*!|>%@`~=<\t\n\r\x00\x85\xa0\u2028\ufeff\u00e9\u4e2d\U0001f600" if (
        kind < 0.7
    ) else "abcdefgh      '"
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(1, rng.choice([6, 30, 200]))))


def random_value(rng, depth):
    kind = rng.random()
    if depth > 3 or kind < 0.5:
        return rng.choice([random_text(rng), rng.randint(-5, 10**6), True, False, None, 1.5, "x"])
    if kind < 0.7:
        return [random_value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
    return OrderedDict(
        (random_key(rng), random_value(rng, depth + 1)) for _ in range(rng.randint(0, 3))
    )


def random_key(rng):
    return rng.choice(["a", "b c", "1", "path", "lr.x", "x" * rng.randint(1, 140), random_text(rng)])


def written(value):
    yaml = YAML()
    yaml.default_flow_style = False
    representer = yaml.Representer
    representer.add_representer(OrderedDict, representer.represent_dict)
    stream = io.StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def main(seed, rounds):
    rng = random.Random(seed)
    values = [OrderedDict(outs=[OrderedDict(md5="d41d8", size=0, path=text)]) for text in TEXTS]
    values += [OrderedDict([(text, text)]) for text in TEXTS]
    values += [OrderedDict(p=OrderedDict([("q", random_text(rng))])) for _ in range(rounds)]
    values += [OrderedDict(v=random_value(rng, 0), w=random_value(rng, 1)) for _ in range(rounds)]
    print("// Made by capture-ruamel.py; do not edit.\n")
    print("/// A value and the text that ruamel.yaml writes for it, in a line of JSON each.")
    print('let capturedYAML = #"""')
    for value in values:
        print("    " + json.dumps([tree(value), written(value)]))
    print('    """#')


def tree(value):
    if isinstance(value, dict):
        return {"m": [[k, tree(v)] for k, v in value.items()]}
    if isinstance(value, list):
        return {"l": [tree(v) for v in value]}
    if isinstance(value, str):
        return {"s": value}
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"b": value}
    return {"n": repr(value)}


if __name__ == "__main__":
    main(7, int(sys.argv[1]) if len(sys.argv) > 1 else 40)
