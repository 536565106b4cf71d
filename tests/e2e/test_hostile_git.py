# SPDX-License-Identifier: Apache-2.0
"""Repositories that no honest git would make, and URLs that are commands."""

import pytest

from bed import objects

MEMORY = 256 << 20


@pytest.fixture
def good(repo):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    return repo


def blob(repo, name="a"):
    return repo.blob(objects.config_map(name, {"x": "1"}))


def crafted(repo, *names):
    """Names that git's own porcelain refuses."""
    entries = [("100644", "blob", blob(repo), "a.yaml")]
    for i, name in enumerate(names):
        entries.append(("100644", "blob", blob(repo, f"b{i}"), name))
    repo.commit_tree(sorted(entries, key=lambda e: e[3]))
    return repo


@pytest.mark.parametrize("url", [
    "ext::sh -c touch% PWNED", "-upload-pack=touch PWNED",
    "--upload-pack=touch PWNED", "ssh://-oProxyCommand=touch PWNED/x",
    "ssh://host/-x'y", "git@-oProxyCommand=x:repo", "https://host\n/x",
    "https://host/a%0ab", "https://host%00/x", "fd::17", "http://example.com/",
    "https://user:CANARY-pw@127.0.0.1:1/x", "ssh://a'b@host/x",
    "git://127.0.0.1/x", "gopher://127.0.0.1/x", "ssh://host:22!x/y"],
    ids=repr)
def test_urls_that_are_commands(gitops, tmp_path, url):
    args = ["--", url] if url.startswith("-") else [url]
    result = gitops("render", *args, expect=2, cwd=tmp_path, timeout=20)
    assert not list(tmp_path.rglob("PWNED"))
    assert "\n/x" not in result.err


@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", ".g\u200cit",
                                  "a.YAML", "\u00e9.yaml", "e\u0301.yaml"])
def test_row_84_strange_names_are_harmless(plain, repo, name):
    result = plain("render", crafted(repo, name), expect=(0, 2),
                   memory=MEMORY)
    assert result.cpu < 1


def test_dotdot_as_an_entry(plain, repo, tmp_path):
    """A tree whose entry is called "..": mktree makes it, git refuses it."""
    inner = repo.git("mktree", "-z", stdin=(
        f"100644 blob {blob(repo)}\tescape.yaml\0"))
    repo.commit_tree([("040000", "tree", inner, ".."),
                      ("100644", "blob", blob(repo, "b"), "b.yaml")])
    result = plain("render", repo, expect=(0, 2), memory=MEMORY)
    assert result.status == 2 or "name: a\n" not in result.out


def test_a_submodule_in_a_rendered_path(plain, good):
    commit = good.git("rev-parse", "HEAD")
    good.commit_tree([
        ("100644", "blob", blob(good), "a.yaml"),
        ("100644", "blob", good.blob(
            "[submodule \"x\"]\n\tpath = vendor\n"
            "\turl = ext::sh -c 'touch PWNED'\n"), ".gitmodules"),
        ("160000", "commit", commit, "vendor")])
    result = plain("render", good, expect=2)
    assert "vendor" in result.err and "submodule" in result.err


def test_a_submodule_beside_the_rendered_path(plain, good):
    commit = good.git("rev-parse", "HEAD")
    inner = good.git("mktree", "-z", stdin=(
        f"100644 blob {blob(good)}\ta.yaml\0"))
    good.commit_tree([("040000", "tree", inner, "deploy"),
                      ("160000", "commit", commit, "vendor")])
    assert "name: a" in plain("render", "--path", "deploy", good).out


def test_an_lfs_pointer(plain, repo):
    repo.commit({"a.yaml": "version https://git-lfs.github.com/spec/v1\n"
                 "oid sha256:" + "4d" * 32 + "\nsize 12345\n"})
    result = plain("render", repo, expect=2)
    assert "a.yaml" in result.err and "LFS" in result.err


def test_a_missing_blob_is_named(plain, repo):
    oid = "4d" * 20
    repo.commit_tree([("100644", "blob", oid, "a.yaml")])
    result = plain("render", repo, expect=2)
    assert oid[:7] in result.err or "a.yaml" in result.err


def test_a_corrupt_object_is_no_empty_wish(plain, good):
    import os
    oid = good.git("rev-parse", "HEAD:a.yaml")
    path = good.path / ".git" / "objects" / oid[:2] / oid[2:]
    os.chmod(path, 0o600)
    path.write_bytes(path.read_bytes()[:-4] + b"rubb")
    result = plain("render", good, expect=2)
    assert "a.yaml" in result.err


def test_row_83_deep_and_wide_trees(plain, repo):
    tree = repo.git("mktree", "-z", stdin=(
        f"100644 blob {blob(repo)}\ta.yaml\0"))
    for _ in range(3000):
        tree = repo.git("mktree", "-z", stdin=f"040000 tree {tree}\td\0")
    repo.git("update-ref", "refs/heads/main",
             repo.git("commit-tree", "-m", "deep", tree))
    result = plain("render", repo, expect=2, memory=MEMORY)
    assert result.cpu < 2


def test_a_tree_bomb(plain, repo):
    """Ten levels of ten entries that are all the same tree."""
    tree = repo.git("mktree", "-z", stdin=(
        f"100644 blob {blob(repo)}\ta.yaml\0"))
    for _ in range(10):
        tree = repo.git("mktree", "-z", stdin="".join(
            f"040000 tree {tree}\td{i}\0" for i in range(10)))
    repo.git("update-ref", "refs/heads/main",
             repo.git("commit-tree", "-m", "bomb", tree))
    result = plain("render", repo, expect=2, memory=MEMORY, timeout=30)
    assert result.cpu < 2


def test_row_83_a_huge_blob_beside_the_manifests_is_not_read(plain, repo):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}),
                 "video.bin": b"\0" * (64 << 20)})
    result = plain("render", repo, measure=True)
    assert result.maxrss_kb < 64 * 1024


@pytest.mark.parametrize("rev", [
    "--upload-pack=x", "-x", "main..x", "a b", "", "@{-1", "main^{", ":a.yaml",
    "main:a.yaml", "refs/../x", "a\nb", "HEAD~999999999"], ids=repr)
def test_revisions_that_are_none(plain, good, rev):
    result = plain("render", f"--rev={rev}", good, expect=2)
    assert "a\nb" not in result.err


def test_an_empty_repository_is_no_empty_wish(plain, repo):
    result = plain("render", repo, expect=2)
    assert result.err


def test_a_tag_of_a_blob(plain, good):
    good.git("tag", "odd", blob(good))
    result = plain("render", "--rev", "odd", good, expect=2)
    assert "odd" in result.err


def test_nothing_is_run_and_nothing_outside_is_opened(plain, good, tmp_path):
    """strace sees what the whole program does."""
    import shutil
    import subprocess
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("needs strace")
    (good.path / ".git" / "hooks" / "post-checkout").write_text("#!/bin/sh\n")
    log = tmp_path / "trace"
    subprocess.run([strace, "-f", "-e", "trace=execve,execveat", "-o",
                    str(log), str(plain.path), "sync", "--cluster",
                    f"dir:{tmp_path / 'c'}", str(good)],
                   env=plain.environment(None), check=True,
                   capture_output=True)
    assert log.read_text().count("execve") == 1
