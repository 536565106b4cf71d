# SPDX-License-Identifier: Apache-2.0
"""A strict reader of Prometheus' text format, version 0.0.4, as its manual
has it: what it takes, node_exporter and Prometheus take."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
VALUE = r"(?:[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|[+-]Inf|NaN)"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ({VALUE})")
TYPES = ("counter", "gauge", "histogram", "summary", "untyped")
ESCAPE = {"n": "\n", "\\": "\\", '"': '"'}


def labels_of(text):
    labels = {}
    for name, value in re.findall(LABEL, text or ""):
        assert name not in labels and not name.startswith("__"), text
        labels[name] = re.sub(r"\\(.)", lambda m: ESCAPE[m[1]], value)
    return labels


def read(text):
    """{name: {((label, value), ...): number}}."""
    assert text.endswith("\n"), "the last line has no end"
    families, types, helps, current = {}, {}, set(), None
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            current, _, words = line[7:].partition(" ")
            assert words and current not in helps | families.keys(), line
            helps.add(current)
            continue
        if line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            assert kind in TYPES and name == current, line
            assert name not in types and name not in families, line
            types[name] = kind
            continue
        match = SAMPLE.fullmatch(line)
        assert match, f"no sample: {line!r}"
        name = match[1]
        # All of a family stand together.
        assert name == current and name in types, line
        assert not name.endswith("_total") or types[name] == "counter", line
        key = tuple(sorted(labels_of(match[2]).items()))
        samples = families.setdefault(name, {})
        assert key not in samples, f"twice: {line}"
        samples[key] = float(match[match.lastindex])
    return families
