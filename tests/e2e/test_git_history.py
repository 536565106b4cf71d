# SPDX-License-Identifier: Apache-2.0
"""Commits behind a commit: as git log lists them."""

import random
import subprocess

import pytest

from bed.driver import driver, driver_path
from bed.gitservers import https_git, repositories

__all__ = ["driver", "driver_path", "https_git", "repositories"]

FORMAT = "%H|%an <%ae>|%cn <%ce>|%ct|%s|%P|"


def log(driver, repo, rev="HEAD", until="-", limit=0, paths=()):
    """(entries up to their trailers, whether there may be more)"""
    lines = driver("log", repo, rev, until, limit, *paths).out.splitlines()
    return [line.rsplit("|", 2)[0] + "|" for line in lines[:-1]], \
        lines[-1] == "cut"


def git_log(repo, *args):
    return repo.git("log", f"--format={FORMAT}", *args).splitlines()


def commit_at(repo, when, files=None, message="change", parents=None):
    repo.write(files or {})
    repo.git("add", "-A")
    tree = repo.git("write-tree")
    head = repo.git("rev-parse", "-q", "--verify", "HEAD", check=False)
    parents = parents if parents is not None else [head] if head else []
    args = [arg for parent in parents for arg in ("-p", parent)]
    raw = subprocess.run(
        ["git", "-C", repo.path, "commit-tree", *args, tree], check=True,
        input=message.encode(), capture_output=True, env={
            "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
            "GIT_AUTHOR_DATE": f"@{when} +0000", "GIT_COMMITTER_NAME": "Bot",
            "GIT_COMMITTER_EMAIL": "bot@example.com",
            "GIT_COMMITTER_DATE": f"@{when} +0000"})
    oid = raw.stdout.decode().strip()
    repo.git("reset", "-q", "--hard", oid)
    return oid


@pytest.fixture
def history(repo):
    """Files of two apps, branches that are merged, in 60 commits."""
    chance = random.Random(7)
    when = 1700000000
    tips = [commit_at(repo, when, {"a/x": "0", "b/x": "0", "c": "0"})]
    for n in range(60):
        when += chance.randrange(1, 100)
        parent = chance.choice(tips[-3:])
        repo.git("reset", "-q", "--hard", parent)
        parents = [parent]
        if n % 7 == 6:
            other = chance.choice(tips[-6:])
            if other != parent:
                parents.append(other)
        files = {chance.choice(["a/x", "a/y/z", "b/x", "c"]): str(n)}
        if len(parents) > 1:
            files = {}
        tips.append(commit_at(repo, when, files, f"commit {n}", parents))
    return repo


def test_all_of_it(driver, history):
    entries, cut = log(driver, history)
    assert entries == git_log(history) and not cut


@pytest.mark.parametrize("limit", [1, 5, 1000])
def test_limit(driver, history, limit):
    entries, cut = log(driver, history, limit=limit)
    everything = git_log(history)
    assert entries == everything[:limit]
    assert cut == (limit < len(everything))


def test_between_two(driver, history):
    oids = history.git("rev-list", "HEAD").split()
    for until in (oids[0], oids[3], oids[10], oids[-1]):
        entries, cut = log(driver, history, until=until)
        assert sorted(entries) == sorted(git_log(history, f"{until}..HEAD"))
        assert not cut


@pytest.mark.parametrize("paths", [["a"], ["a/y"], ["b/x", "c"], ["none"],
                                   [""]])
def test_commits_that_change_a_path(driver, history, paths):
    """Those that differ from each of their parents there."""
    def ids(commit):
        return [history.git("rev-parse", "-q", "--verify",
                            f"{commit}:{path}", check=False)
                for path in paths]

    want = []
    for line in git_log(history):
        oid, parents = line.split("|")[0], line.split("|")[5].split()
        # Zero is what was there before the first.
        were = [ids(parent) for parent in parents] or [["" for _ in paths]]
        if all(ids(oid) != was for was in were):
            want.append(line)
    entries, cut = log(driver, history, paths=paths)
    assert entries == want and not cut


def test_trailers(driver, repo):
    repo.commit({"a": "1"}, message="""release: move

Some words: of the body.

Gitops-Image: web 1.0 -> 1.1
gitops-image: api 2 -> 3
Signed-off-by: Ann <ann@example.com>
""")
    line = driver("log", repo, "HEAD", "-", 0).out.splitlines()[0]
    assert line.endswith("|3|web 1.0 -> 1.1")
    repo.commit({"a": "2"}, message="Gitops-Image: only a subject")
    line = driver("log", repo, "HEAD", "-", 1).out.splitlines()[0]
    assert line.endswith("|0|")


@pytest.mark.parametrize("below", [
    "\nReviewed-on: https://example.com/1\n",
    "---------\n\nCo-authored-by: Ann <ann@example.com>\n",
    "\n* another commit\n\nwith words\n"])
def test_trailers_of_what_a_forge_has_squashed(driver, repo, below):
    """It adds to the message what git takes for the only trailers."""
    repo.commit({"a": "1"}, message=f"""move (#1)

Some words.

Gitops-Reject: web:1.1\r
Gitops-Image: web 1.0 -> 1.1
{below}""")
    line = driver("log", repo, "HEAD", "-", 1).out.splitlines()[0]
    assert line.split("|")[-1] == "web 1.0 -> 1.1"
    assert int(line.split("|")[-2]) >= 2
    # What is among other words is none.
    repo.commit({"a": "2"}, message=f"""why

It says
Gitops-Image: web 1.0 -> 1.1

Gitops-Image: web 1.0 -> 1.1
and more
{below}""")
    line = driver("log", repo, "HEAD", "-", 1).out.splitlines()[0]
    assert line.split("|")[-1] == ""


def test_relations(driver, history):
    oids = history.git("rev-list", "HEAD").split()
    chance = random.Random(1)
    for _ in range(12):
        a, b = chance.choice(oids), chance.choice(oids)
        behind, base = driver("relation", history, a, b).out.split()
        done = subprocess.run(["git", "-C", history.path, "merge-base",
                               "--is-ancestor", a, b])
        assert (behind == "behind") == (done.returncode == 0)
        assert base in history.git("merge-base", "--all", a, b).split()
    history.git("checkout", "-q", "--orphan", "alone")
    other = history.commit({"a/x": "alone"})
    assert driver("relation", history, oids[0], other).out == "not -\n"


@pytest.mark.parametrize("old, found", [(99, 2), (100, 1)])
def test_since_ends_after_many_that_are_older(driver, repo, old, found):
    """A clock that was wrong for a while hides nothing; but the walk does not
    go on through all there ever was."""
    now, then = 1700000000, 1600000000
    stream = []
    for n, when in enumerate([now] + [then] * old + [now + 1]):
        stream.append(f"commit refs/heads/main\nmark :{n + 1}\n"
                      f"committer Ann <ann@example.com> {when} +0000\n"
                      f"data 1\nx\n" + (f"from :{n}\n" if n else ""))
    repo.git("fast-import", "--quiet", "--force", stdin="".join(stream))
    lines = driver("log", repo, "main", "-", 0,
                   env={"LOG_SINCE": str(now)}).out.splitlines()
    assert [line.split("|")[3] for line in lines[:-1]] == [
        str(now + 1), str(now)][:found]


def test_shallow_clone_ends_early(driver, history, tmp_path):
    clone = tmp_path / "shallow"
    history.git("clone", "-q", "--depth", "4", f"file://{history.path}",
                str(clone))
    want = history.git("-C", str(clone), "log", "--format=%H").split()
    entries, cut = log(driver, clone)
    assert [entry.split("|")[0] for entry in entries] == want and cut
    # What is cut there is not guessed at.
    first = history.git("rev-list", "--max-parents=0", "HEAD").split()[0]
    result = driver("log", clone, "HEAD", first, 0, expect=2)
    assert first in result.err
    entries, cut = log(driver, clone, paths=["a"])
    assert cut


def test_fetched_history_is_whole(driver, history, https_git, repositories):
    server = repositories.make("history")
    server.git("pull", "-q", str(history.path), "HEAD:main")
    server.push()
    driver.env["GITOPS_GIT_CA_FILE"] = str(https_git.ca)
    entries, cut = log(driver, https_git.url(server), rev="main")
    assert entries == git_log(server, "main") and not cut
    assert len(entries) > 10


def test_damaged_history_is_named(driver, history):
    oid = history.git("rev-list", "--skip=5", "-1", "HEAD")
    path = history.path / ".git/objects" / oid[:2] / oid[2:]
    path.unlink()
    result = driver("log", history, "HEAD", "-", 0, expect=2)
    assert oid in result.err


def test_row_85_crafted_commits(driver, repo):
    """Without an author, with NUL and control characters, ten megabytes."""
    good = repo.commit({"a": "1"})
    tree = repo.git("rev-parse", "HEAD^{tree}")
    who = "A <a@b> 1700000000 +0000"
    texts = [
        f"tree {tree}\nparent {good}\n\nx\n",
        f"tree {tree}\nparent {good}\nauthor {who}\n\nx\n",
        f"tree {tree}\nparent {good}\nauthor x\ncommitter {who}\n\nx\n",
        f"tree {tree}\nparent {good}\nauthor {who}\ncommitter {who}\n\n"
        "a\0b\x1b[31m\r\n\nTrailer: \0\n",
        f"tree {tree}\nparent {good}\nauthor {who}\ncommitter {who}\n\n" +
        "x" * (10 << 20),
        f"tree {tree}\nparent {good}\nauthor {who}\ncommitter "
        "A <a@b> 99999999999999999999 +9999\n\nx\n",
    ]
    for text in texts:
        oid = repo.git("hash-object", "--literally", "-t", "commit", "-w",
                       "--stdin", stdin=text)
        result = driver("log", repo, oid, "-", 0, expect=(0, 2))
        if result.status == 0:
            assert oid in result.out and good in result.out
        else:
            assert oid in result.err
