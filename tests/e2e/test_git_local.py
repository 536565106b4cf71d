# SPDX-License-Identifier: Apache-2.0
"""Repositories of this machine, in the shapes that git gives them."""

import subprocess

import pytest

from bed import objects

# libgit2 1.5 leaks a little where it looks through a repository's extensions.
NO_LEAKS = {"ASAN_OPTIONS": "exitcode=99:detect_leaks=0"}


@pytest.fixture
def two(repo):
    """A repository with two commits."""
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    repo.commit({"a.yaml": objects.config_map("a", {"x": "2"})})
    return repo


def clone(repo, path, *options):
    subprocess.run(["git", "clone", "-q", *options, f"file://{repo}", path],
                   check=True, capture_output=True)
    return path


def git(path, *args):
    subprocess.run(["git", "-C", path, *args], check=True,
                   capture_output=True)


def test_from_below_and_by_url(gitops, two, tmp_path):
    (two.path / "x/y").mkdir(parents=True)
    for args, cwd in (((), two.path), ((), two.path / "x/y"),
                      (("..",), two.path / "x"), ((two,), None),
                      ((f"file://{two}",), None)):
        assert 'x: "2"' in gitops("render", *args, cwd=cwd).out


def test_uncommitted_files_are_not_read(gitops, two):
    two.write({"a.yaml": "CANARY-not-committed: ["})
    assert 'x: "2"' in gitops("render", two).out


def test_bare(gitops, two, tmp_path):
    path = clone(two, tmp_path / "bare.git", "--bare")
    assert 'x: "1"' in gitops("render", "--rev", "main~1", path).out


def test_shallow(gitops, two, tmp_path):
    path = clone(two, tmp_path / "shallow", "--depth", "1")
    assert 'x: "2"' in gitops("render", path).out
    result = gitops("render", "--rev", "HEAD~1", path, expect=2)
    assert "git fetch --unshallow" in result.err


def test_sparse(gitops, two, tmp_path):
    path = clone(two, tmp_path / "sparse")
    git(path, "sparse-checkout", "set", "nothing")
    assert 'x: "2"' in gitops("render", path, env=NO_LEAKS).out


def test_partial(gitops, two, tmp_path):
    two.git("config", "uploadpack.allowFilter", "true")
    path = clone(two, tmp_path / "partial", "--no-checkout",
                 "--filter=blob:none")
    result = gitops("render", path, expect=2, env=NO_LEAKS)
    assert "is missing" in result.err
    git(path, "checkout", "main")
    assert 'x: "2"' in gitops("render", path, env=NO_LEAKS).out


def test_shared_objects(gitops, two, tmp_path):
    path = clone(two, tmp_path / "shared")
    git(path, "repack", "-ad")
    (path / ".git/objects/info/alternates").write_text(
        f"{two.path}/.git/objects\n")
    for pack in (path / ".git/objects/pack").iterdir():
        pack.unlink()
    assert 'x: "2"' in gitops("render", path).out


def test_linked_worktree(gitops, two, tmp_path):
    git(two.path, "worktree", "add", "-q", tmp_path / "linked", "main~1")
    assert 'x: "1"' in gitops("render", tmp_path / "linked").out
    assert 'x: "1"' in gitops("render", "--worktree",
                              tmp_path / "linked").out


def test_packed_references(gitops, two):
    two.git("tag", "-a", "v1.0.0", "-m", "x", "HEAD~1")
    two.git("gc", "-q")
    assert 'x: "1"' in gitops("render", "--rev", "semver:^1", two).out


def test_sha256(gitops, tmp_path):
    path = tmp_path / "sha256"
    subprocess.run(["git", "init", "-q", "--object-format=sha256", path],
                   check=True)
    result = gitops("render", path, expect=2, env=NO_LEAKS)
    assert "keeps its objects as 'sha256', which is not supported" in \
        result.err


def loose(repo, spec):
    oid = repo.git("rev-parse", spec)
    path = repo.path / ".git/objects" / oid[:2] / oid[2:]
    path.chmod(0o644)
    return oid, path


@pytest.mark.parametrize("spec", ["HEAD", "HEAD^{tree}", "HEAD:a.yaml"])
@pytest.mark.parametrize("left", [0, 1, 5, 15])
def test_an_object_that_was_cut(gitops, two, spec, left):
    """What a loss of power leaves; libgit2 by itself would never return."""
    oid, path = loose(two, spec)
    path.write_bytes(path.read_bytes()[:left])
    result = gitops("render", two, expect=2, timeout=20)
    assert oid in result.err
    assert "damaged" in result.err
    short = gitops("render", "--rev", oid[:8], two, expect=2, timeout=20)
    assert "damaged" in short.err or "names a" in short.err


@pytest.mark.parametrize("spec", ["HEAD", "HEAD^{tree}", "HEAD:a.yaml"])
def test_an_object_that_is_another(gitops, two, spec):
    oid, path = loose(two, spec)
    _, other = loose(two, "HEAD~1:a.yaml")
    path.write_bytes(other.read_bytes())
    result = gitops("render", two, expect=2)
    assert result.out == ""
    assert "object" in result.err or "revision" in result.err


@pytest.mark.parametrize("spec", ["HEAD", "HEAD^{tree}", "HEAD:a.yaml"])
def test_an_object_that_is_gone(gitops, two, spec):
    oid, path = loose(two, spec)
    path.unlink()
    result = gitops("render", two, expect=2)
    assert oid in result.err
    assert result.out == ""
