# SPDX-License-Identifier: Apache-2.0
"""Where gitops reads or prints YAML in another way than kustomize, on
purpose.  The list is sorted and only shrinks: an entry that differs no more
fails."""

import pytest

from kustomize import build, kustomize, print_again

HEAD = "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: x\n"

# What, the document, what gitops prints of `spec` (None: refuses).
KNOWN = [
    ("a key of two letters that looks like a merge is kept, and quoted",
     'spec: {"<<": 1}\n', 'spec:\n  "<<": 1\n'),
    ("a null that is merged twice, once from a sequence, stays one",
     "a: &a\n  k:\nb: &b\n  <<: [*a]\n  c: 1\nspec:\n  <<: *b\n",
     "spec:\n  c: 1\n  k: null\n"),
    ("an escaped apostrophe is no YAML",
     'spec: "it\\\'s"\n', None),
    ("an integer above 2^63 is a double, as in the API server",
     "spec: 12345678901234567890\n", "spec: 12345678901234567000\n"),
    ("key of more than 1024 bytes can be printed",
     "spec:\n  ? " + "k" * 1100 + "\n  : 1\n",
     "spec:\n  ? " + "k" * 1100 + "\n  : 1\n"),
    ("what stands behind '...' is not dropped without a word",
     "spec: 1\n...\nmore: 2\n", None),
]


def test_the_list_is_sorted():
    assert [k[0] for k in KNOWN] == sorted(k[0] for k in KNOWN)


@pytest.mark.parametrize("what,text,ours", KNOWN, ids=[k[0] for k in KNOWN])
def test_known_difference(what, text, ours, tmp_path):
    path = tmp_path / "r.yaml"
    path.write_text(HEAD + text)
    (tmp_path / "kustomization.yaml").write_text("resources: [r.yaml]\n")
    status, out, err = print_again(path)
    if ours is None:
        assert status != 0 and err
    else:
        assert status == 0, err.decode()
        assert out.decode().endswith("\n" + ours)
    if not kustomize():
        pytest.skip("needs Go, to build kustomize")
    assert build(tmp_path)[1] != out
