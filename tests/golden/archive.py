# SPDX-License-Identifier: Apache-2.0
"""A golden case in one file: what it is about, a tree, and what it renders to.

    Text, whose first line says what is shown.

    -- base/kustomization.yaml --
    ...
    -- out --
    what is printed, or
    -- err --
    the errors

The directory `top` is rendered; where there is none, the root.  That `out` is
what the real kustomize prints, the peer suite sees to.
"""

import re

SECTION = re.compile(rb"^-- (.+) --\n", re.MULTILINE)
RESULTS = ("out", "err")


def load(path):
    """The text in front, and the sections by name, in order."""
    parts = SECTION.split(path.read_bytes())
    return parts[0], {name.decode(): body
                      for name, body in zip(parts[1::2], parts[2::2])}


def unpack(sections, directory):
    """Write the tree; returns what is to be rendered, relative to it."""
    for name, body in sections.items():
        if name in RESULTS:
            continue
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return "top" if (directory / "top").is_dir() else "."


def save(path, results):
    text, sections = load(path)
    for name in RESULTS:
        sections.pop(name, None)
        if results.get(name):
            sections[name] = results[name]
    path.write_bytes(text + b"".join(
        b"-- %s --\n%s" % (name.encode(), body)
        for name, body in sections.items()))
