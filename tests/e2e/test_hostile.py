# SPDX-License-Identifier: Apache-2.0
"""Hostile input: each is refused in little time and memory, names its place,
and nothing outside the tree is read.  No cluster takes part."""

import json
import os

import pytest

from bed import objects

MEMORY = 256 << 20
SENTINEL = "CANARY-outside-the-tree"


@pytest.fixture
def out(tmp_path):
    """A directory cluster."""
    return f"dir:{tmp_path / 'cluster'}"


@pytest.fixture
def outside(tmp_path):
    """A file beside the repository that nobody may read."""
    path = tmp_path / "outside.yaml"
    path.write_text(objects.config_map("stolen", {"x": SENTINEL}))
    return path


def refused(plain, out, repo, *says, path=None, timeout=10):
    """In under a second, under 256 MiB, status 2."""
    where = ["--path", path] if path is not None else []
    for command in (["render"], ["diff", "--cluster", out],
                    ["sync", "--cluster", out]):
        result = plain(*command, *where, repo, expect=2, memory=MEMORY,
                       timeout=timeout)
        assert result.cpu < 1, str(result)
        for word in says:
            assert word in result.err, str(result)
        if plain.checked:
            plain.checked(*command, *where, repo, expect=2)
    assert not os.path.exists(out[4:]) or not os.listdir(out[4:])


# ---- links (T1) ----

LINKS = {
    "absolute": lambda outside: {"a.yaml": str(outside)},
    "dotdot": lambda outside: {"a.yaml": "../outside.yaml"},
    "deep": lambda outside: {"d/e/a.yaml": "../../../outside.yaml"},
    "leave-and-return": lambda outside: {"a.yaml": "../repo/real.yaml"},
    "link-to-link": lambda outside: {"a.yaml": "b.link",
                                     "b.link": "../outside.yaml"},
    "loop": lambda outside: {"a.yaml": "b.yaml", "b.yaml": "a.yaml"},
    "itself": lambda outside: {"a.yaml": "a.yaml"},
    "directory": lambda outside: {"up": ".."},
    "directory-absolute": lambda outside: {"etc": "/etc"},
    "through-a-directory": lambda outside: {"up": "../", "a.yaml":
                                            "up/outside.yaml"},
    "dangling": lambda outside: {"a.yaml": "nowhere.yaml"},
    "proc": lambda outside: {"a.yaml": "/proc/self/environ"},
}


@pytest.mark.parametrize("shape", LINKS)
@pytest.mark.parametrize("mode", ["commit", "worktree"])
def test_links_that_leave_the_tree(plain, out, repo, outside, shape, mode):
    repo.write({"real.yaml": objects.config_map("real", {"x": "1"})})
    for name, target in LINKS[shape](outside).items():
        path = repo.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(target)
    repo.commit()
    flags = ["--worktree"] if mode == "worktree" else []
    for command in (["render"], ["sync", "--cluster", out]):
        result = plain(*command, *flags, repo, expect=2, memory=MEMORY)
        assert result.cpu < 1
        assert any(name in result.err for name in LINKS[shape](outside))
        assert "root:" not in result.out + result.err


def test_links_inside_the_tree_work(plain, out, repo):
    repo.write({"base/real.yaml": objects.config_map("real", {"x": "1"})})
    (repo.path / "app").mkdir()
    (repo.path / "app" / "link.yaml").symlink_to("../base/real.yaml")
    repo.commit()
    assert "name: real" in plain("render", "--path", "app", repo).out


# ---- paths (T2, T3) ----

@pytest.mark.parametrize("path", [
    "..", "../outside.yaml", "a/../../outside.yaml", "/etc", "/",
    "a/..//../", "../repo2", "sub/../..", "a\nb", "\x1b]0;x\x07"],
    ids=repr)
def test_paths_that_leave_the_tree(plain, out, repo, outside, path):
    (repo.path.parent / "repo2").mkdir()
    repo.commit({"a/a.yaml": objects.config_map("a", {"x": "1"})})
    for flags in ([], ["--worktree"]):
        result = plain("render", *flags, "--path", path, repo, expect=2)
        assert "\x1b" not in result.err and "a\nb" not in result.err


@pytest.mark.parametrize("path", [".", "./a", "a/", "a/.", "b/../a",
                                  ".//a"])
def test_untidy_paths_inside_the_tree_work(plain, repo, path):
    repo.commit({"a/a.yaml": objects.config_map("a", {"x": "1"}),
                 "b/README.md": "none\n"})
    assert "name: a" in plain("render", "--path", path, repo).out


@pytest.mark.parametrize("where", [
    {"name": "../../evil"}, {"name": ".."}, {"name": "a/b"},
    {"name": "a", "namespace": "../x"}, {"name": "a\0b"},
    {"name": "a%2f"}, {"name": ""},
    {"name": "a", "namespace": "/etc"}, {"name": "."}], ids=repr)
def test_names_that_are_paths(plain, out, repo, where):
    """A directory cluster makes file names of them, a server URLs."""
    repo.commit({"a.json": json.dumps({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": where})})
    refused(plain, out, repo, "a.json:1")


@pytest.mark.parametrize("kind, version", [
    ("../x", "v1"), ("ConfigMap", "../v1"), ("Config/Map", "v1"),
    ("ConfigMap", "a/b/c"), ("", "v1"), ("ConfigMap", "")])
def test_kinds_and_versions_that_are_paths(plain, out, repo, kind, version):
    repo.commit({"a.json": json.dumps({
        "apiVersion": version, "kind": kind, "metadata": {"name": "a"}})})
    result = plain("sync", "--cluster", out, repo, expect=2)
    assert "a.json:1" in result.err


# ---- YAML ----

def bomb(levels, width):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, levels):
        lines.append(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * width)}]")
    return "\n".join(lines) + "\n"


HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"

BOMBS = {
    "alias": HEAD + bomb(9, 10),
    "alias-deep": HEAD + bomb(120, 2),
    "alias-of-an-alias": HEAD + "x: &x [*y]\n",
    "cycle": HEAD + "data: &d\n  x: *d\n",
    "cycle-in-a-list": HEAD + "data: &d [*d]\n",
    "cycle-by-merge": HEAD + "data: &d\n  <<: *d\n",
    "depth-flow": HEAD + "data: " + "[" * 200_000 + "\n",
    "depth-closed": HEAD + "data: " + "[" * 9000 + "]" * 9000 + "\n",
    "depth-mapping": HEAD + "data: " + "{a: " * 50_000 + "\n",
    "depth-block": HEAD + "".join(" " * i + f"a{i}:\n" for i in range(500)),
    "depth-dashes": HEAD + "data:\n" + "- " * 5000 + "x\n",
    "anchors": HEAD + "".join(f"k{i}: &a{i} *a{i - 1}\n"
                              for i in range(1, 50_000)),
    "too-large": HEAD + "data: {x: \"" + "x" * (9 << 20) + "\"}\n",
    "duplicate-key": HEAD + "data: {x: 1}\nmetadata: {name: b}\n",
    "duplicate-deep": HEAD + "data:\n  x: 1\n  y: 2\n  x: 3\n",
    "utf-16": ("\ufeff" + HEAD).encode("utf-16-le"),
    "utf-16-be": ("\ufeff" + HEAD).encode("utf-16-be"),
    "bad-utf-8": HEAD.encode() + b"data: {x: \"\xff\xfe\"}\n",
    "raw-nul": HEAD.encode() + b"data: {x: a\0b}\n",
    "nan": HEAD + "data: {x: .nan}\n",
    "infinity": HEAD + "data: {x: -.inf}\n",
    "tab": HEAD + "data:\n\tx: 1\n",
    "unclosed": HEAD + "data: {x: 1\n",
    "directive": "%YAML 1.2\n---\n" + HEAD,
    "key-no-string": HEAD + "data: {[a, b]: 1}\n",
    "sequence": "- a\n- b\n",
    "scalar": "just text\n",
    "no-kind": "apiVersion: v1\nmetadata: {name: a}\n",
    "no-version": "kind: ConfigMap\nmetadata: {name: a}\n",
    "no-name": "apiVersion: v1\nkind: ConfigMap\n",
    "number-name": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 1}\n",
    "generate-name": "apiVersion: v1\nkind: ConfigMap\n"
                     "metadata: {generateName: a-}\n",
    "managed-fields": "apiVersion: v1\nkind: ConfigMap\n"
                      "metadata: {name: a, managedFields: []}\n",
    "list-of-nonsense": "apiVersion: v1\nkind: List\nitems: [1, x]\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_yaml_that_is_refused(plain, out, repo, name):
    repo.commit({"dir/bad.yaml": BOMBS[name]})
    refused(plain, out, repo, "dir/bad.yaml:")


def test_many_keys_are_read(plain, repo):
    """Large, and nothing wrong with it."""
    text = HEAD + "data:\n" + "".join(f"  k{i}: v\n" for i in range(300_000))
    repo.commit({"a.yaml": text})
    result = plain("render", repo, memory=MEMORY, expect=(0, 2), timeout=30)
    assert result.cpu < 5


def test_quadratic_text_is_read_in_linear_time(plain, repo):
    """A plain scalar of many lines, and comments without end."""
    folded = HEAD + "data:\n  x: >\n" + "    word\n" * 200_000
    comments = HEAD + "# comment\n" * 300_000
    for text in (folded, comments):
        repo.commit({"a.yaml": text})
        result = plain("render", repo, memory=MEMORY, timeout=30)
        assert result.cpu < 3


@pytest.mark.parametrize("text", [
    "\ufeff" + HEAD, HEAD.replace("\n", "\r\n"), "---\n---\n" + HEAD +
    "---\n", HEAD + "...\n", "# only a comment\n---\n" + HEAD],
    ids=["bom", "crlf", "empty", "dots", "comment"])
def test_untidy_yaml_is_read(plain, repo, text):
    repo.commit({"a.yaml": text.encode()})
    assert "name: a" in plain("render", repo).out


def test_unknown_tags_run_nothing(plain, repo, tmp_path):
    """Tags are ignored, as kustomize ignores them."""
    repo.commit({"a.yaml": HEAD + "data: !!python/object/apply:os.system "
                 f"{{x: touch {tmp_path}/PWNED}}\n"})
    plain("render", repo, expect=(0, 2))
    assert not (tmp_path / "PWNED").exists()


def test_large_integers_keep_their_digits(plain, repo):
    repo.commit({"a.yaml": HEAD + "spec: {x: 9223372036854775807, "
                 "y: -9223372036854775808}\n"})
    out = plain("render", repo).out
    assert "9223372036854775807" in out and "-9223372036854775808" in out


def test_a_name_too_long_for_a_file(plain, out, repo):
    repo.commit({"a.yaml": objects.config_map("a" * 300, {"x": "1"})})
    result = plain("sync", "--cluster", out, repo, expect=(0, 2, 3))
    assert result.status == 0 or "a.yaml:1" in result.err


def test_all_bad_files_are_reported_at_once(plain, out, repo):
    repo.commit({"a.yaml": "a: [\n", "b.yaml": HEAD + HEAD,
                 "c.yaml": "just text\n",
                 "d.yaml": objects.config_map("fine", {"x": "1"})})
    refused(plain, out, repo, "a.yaml:", "b.yaml:", "c.yaml:")


def test_a_render_of_too_many_objects(plain, out, repo):
    text = "---\n".join(objects.config_map(f"a{i}", {}) for i in range(20_001))
    half = text[:text.index("---\n", len(text) // 2)]
    rest = text[len(half):]
    repo.commit({"a.yaml": half, "b.yaml": rest})
    result = plain("render", repo, expect=2, memory=MEMORY, timeout=30)
    assert "20000" in result.err.replace(",", "")


# ---- the terminal (T16) ----

ESCAPE = "\x1b]0;owned\x07\x1b[2J\r\u202e\x9b31m"


def test_terminal_escapes_are_shown_harmless(plain, out, repo):
    repo.commit({"a.json": json.dumps({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
        "data": {"x": ESCAPE.replace("\x9b", "")}})},
        message=f"subject {ESCAPE}")
    for command in (["diff", "--cluster", out], ["sync", "--cluster", out],
                    ["diff", "-v", "--cluster", out, "-o", "json"]):
        result = plain(*command, repo, expect=(0, 1))
        for text in (result.out, result.err):
            assert not set("\x1b\x07\r\x9b\u202e") & set(text), repr(text)


@pytest.mark.parametrize("name", ["a\x1b[2J.yaml", "new\nline.yaml",
                                  "car\rriage.yaml", "bi\u202edi.yaml",
                                  b"inv\xffalid.yaml", "q'uote\".yaml"],
                         ids=repr)
def test_row_84_file_names_of_evil(plain, out, repo, name):
    raw = name if isinstance(name, bytes) else name.encode()
    with open(os.path.join(str(repo).encode(), raw), "wb") as file:
        file.write(b"kind: [\n")
    repo.commit()
    result = plain("render", repo, expect=2)
    assert ".yaml" in result.err
    bad = set("\x1b\r\u202e") | ({"\n"} if "\n" in str(name) else set())
    for line in result.err.splitlines():
        assert not (bad - {"\n"}) & set(line)
    assert "new\nline" not in result.err
    result.err.encode("utf-8")
