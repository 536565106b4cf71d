# SPDX-License-Identifier: Apache-2.0
"""Generated documents through gitops and through the real kustomize: the same
bytes, or refused by both."""

import pytest

from kustomize import build, kustomize, print_again
from yaml_documents import document

BATCHES = 16
EACH = 50


def write(directory, seeds):
    names = []
    for seed in seeds:
        name = f"d{seed}.yaml"
        (directory / name).write_text(document(seed, f"n{seed}"),
                                      newline="")
        names.append(name)
    (directory / "kustomization.yaml").write_text(
        "sortOptions: {order: fifo}\nresources: [" + ", ".join(names) + "]\n")
    return [directory / name for name in names]


def compare(directory, seeds):
    """One build for all; where it fails, halves, down to the document that
    kustomize refuses."""
    paths = write(directory, seeds)
    status, want, why = build(directory)
    ours = [print_again(path) for path in paths]
    if status == 0:
        for seed, (failed, _, err) in zip(seeds, ours):
            assert not failed, (seed, err.decode())
        assert b"---\n".join(out for _, out, _ in ours) == want, seeds
    elif len(seeds) == 1:
        assert ours[0][0] != 0, (seeds, why.decode(errors="replace")[-300:])
    else:
        half = len(seeds) // 2
        compare(directory, seeds[:half])
        compare(directory, seeds[half:])


@pytest.mark.skipif(not kustomize(), reason="needs Go, to build kustomize")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_generated_documents_print_the_same(batch, tmp_path):
    compare(tmp_path, list(range(batch * EACH, (batch + 1) * EACH)))
