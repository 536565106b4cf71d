# SPDX-License-Identifier: Apache-2.0
"""release and rollback, killed at every step and outrun by others: a rerun
ends in one commit, and in the cluster that it wants."""

import os
import signal
import subprocess

import pytest

from bed import objects
from bed.driver import dying, named
from bed.gitservers import PASSWORD, USER, https_git, repositories
from bed.program import Program, plain_binary
from bed.proxy import Call, Proxy

__all__ = ["dying", "https_git", "repositories"]

KILLED = -signal.SIGKILL


@pytest.fixture
def mortal(tmp_path, dying):
    """The installed program: mortal(N, ...) kills it at its N-th change of a
    name in the file system, and says whether it came to that."""
    if not plain_binary():
        pytest.skip("needs a build without sanitizers: make")
    program = named(Program(tmp_path / "mortal", plain_binary()))

    def run(n, *args):
        done = program(*args, env={"LD_PRELOAD": dying, "DIE_AT": n},
                       expect=(0, KILLED))
        return done.status == KILLED

    run.program = program
    return run


def use_https(program, server):
    program.env |= {"GITOPS_GIT_CA_FILE": str(server.ca),
                    "GITOPS_GIT_USERNAME": USER, "GITOPS_GIT_TOKEN": PASSWORD}
    program.hide(PASSWORD)


def git(repo, *args):
    where = getattr(repo, "bare", repo.path / ".git")
    return subprocess.run(["git", "--git-dir", where, *args], check=True,
                          capture_output=True).stdout.decode().strip()


def trailers(repo, key):
    """Of main, oldest first."""
    return git(repo, "log", "--reverse", "--format="
               f"%(trailers:key={key},valueonly)", "main").split("\n\n")


def unlock(repo):
    """git itself would ask for the same."""
    where = getattr(repo, "bare", repo.path / ".git")
    for lock in where.rglob("*.lock"):
        lock.unlink()


def hook(repo, text):
    path = repo.bare / "hooks" / "pre-receive"
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\nunset GIT_QUARANTINE_PATH\n" + text)
    path.chmod(0o755)


# ---- release ----

@pytest.mark.parametrize("kind", ["here", "https"])
def test_a_release_killed_at_every_step(request, mortal, repo, repositories,
                                        kind):
    """One commit for each image, wherever it was killed."""
    del mortal.program.env["GITOPS_APP"]
    where = repo
    if kind == "https":
        server = request.getfixturevalue("https_git")
        repo = repositories.make("killed")
        where = server.url(repo, "private")
        use_https(mortal.program, server)
    repo.commit({"web.yaml": objects.deployment("x", image="acme/web:0")})
    if kind == "https":
        repo.push()
    for n in range(1, 300):
        args = ("release", "--image", f"acme/web:{n}", where)
        killed = mortal(n, *args)
        unlock(repo)
        mortal.program(*args)
        assert trailers(repo, "Gitops-Image") == [
            f"acme/web {m - 1} -> {m}" for m in range(1, n + 1)]
        assert f"acme/web:{n}" in git(repo, "show", "main:web.yaml")
        if kind == "here":
            assert repo.git("status", "--porcelain") == ""
        if not killed:
            assert n > 5
            return
    raise AssertionError("it never came through")


def test_row_78_somebody_makes_the_same_move(gitops, https_git, repositories):
    """Right before ours is judged: then there is nothing left to do."""
    del named(gitops).env["GITOPS_APP"]
    use_https(gitops, https_git)
    repo = repositories.make("same")
    repo.commit({"web.yaml": objects.deployment("x", image="acme/web:1")})
    repo.push()
    theirs = repo.commit({"web.yaml": objects.deployment(
        "x", image="acme/web:2")}, "theirs")
    repo.git("push", "-q", "origin", f"{theirs}:refs/heads/other")
    hook(repo, f"rm $0\ngit update-ref refs/heads/main {theirs}\n")
    done = gitops("release", "--image", "acme/web:2",
                  https_git.url(repo, "private"))
    assert git(repo, "rev-parse", "main") == theirs
    assert "nothing to move" in done.out


# ---- rollback ----

def config(ns, text):
    return {"a.yaml": objects.config_map("a", {"k": text}, ns),
            f"only-{text}.yaml": objects.config_map(f"only-{text}", {}, ns)}


def live(control, ns):
    return {item["metadata"]["name"]: item.get("data") for item in
            control.api.items(objects.config_maps(ns))
            if item["metadata"]["name"] != "kube-root-ca.crt"}


class Story:
    """Two commits that were synced, and a rollback that is killed and then
    run again: what must be true in the end, in an app of its own."""

    def __init__(self, program, control, repo, ns, app):
        self.program = program
        self.control = control
        self.repo = repo
        self.ns = ns
        control.api.namespace(ns)
        program.env |= {"GITOPS_APP": app}
        program.kubeconfig = control.kubeconfig
        there = list(repo.path.glob("*.yaml"))
        repo.commit(dict.fromkeys(path.name for path in there) |
                    config(ns, "1"))
        program("sync", repo)
        repo.commit({"only-1.yaml": None, **config(ns, "2")})
        program("sync", repo)
        self.before = repo.git("rev-parse", "HEAD")

    def rerun(self, told):
        unlock(self.repo)
        self.program("rollback", self.repo)
        assert live(self.control, self.ns) == {
            "a": {"k": "1"}, "only-1": None}, told
        assert self.repo.git("rev-list", "--count",
                             f"{self.before}..HEAD") == "1", told
        assert self.repo.git("diff", "HEAD~2", "HEAD") == "", told
        assert self.repo.git("status", "--porcelain") == "", told
        syncs = self.program("history", "-o", "json",
                             self.repo).json["apps"][0]["syncs"]
        numbers = [sync["number"] for sync in syncs]
        commits = [sync["commit"] for sync in syncs]
        assert len(set(numbers)) == len(numbers) == len(set(commits)) == 3, \
            f"{told}: {syncs}"
        self.program("diff", self.repo)


def test_a_rollback_killed_at_every_request(gitops, control, repo, prefix,
                                            tmp_path):
    named(gitops)
    app = gitops.env["GITOPS_APP"]
    for n in range(1, 100):
        story = Story(gitops, control, repo, f"{prefix}-{n}", f"{app}-{n}")
        pid, struck = [], []

        def decide(request):
            if request.n == n:
                struck.append(request)
                return Call(lambda: os.killpg(pid[0], signal.SIGKILL),
                            after=True)

        with Proxy(control, decide) as proxy:
            gitops.kubeconfig = proxy.kubeconfig(tmp_path)
            first = gitops("rollback", repo, expect=None, started=pid.append)
        assert first.status == (KILLED if struck else 0), first
        gitops.kubeconfig = control.kubeconfig
        story.rerun(struck)
        if not struck:
            assert n > 10
            return
    raise AssertionError("it never came through")


def test_a_rollback_killed_at_every_step_of_git(mortal, control, repo,
                                                prefix):
    app = mortal.program.env["GITOPS_APP"]
    for n in range(1, 100):
        story = Story(mortal.program, control, repo, f"{prefix}-{n}",
                      f"{app}-{n}")
        killed = mortal(n, "rollback", repo)
        story.rerun(n)
        if not killed:
            assert n > 5
            return
    raise AssertionError("it never came through")


def test_row_77_a_rollback_that_is_outrun(gitops, https_git, repositories,
                                          tmp_path):
    """Somebody pushes in between: it is made anew on what he has pushed, of
    which nothing is lost."""
    del named(gitops).env["GITOPS_APP"]
    use_https(gitops, https_git)
    gitops.env["GITOPS_CLUSTER"] = f"dir:{tmp_path / 'cluster'}"
    repo = repositories.make("outrun")
    url = https_git.url(repo, "private")
    for text in "12":
        repo.commit({"gitops.yaml": "apiVersion: gitops/v1\napps:\n"
                     "- {name: web, path: web}\n",
                     "web/a.yaml": objects.config_map("a", {"k": text})})
        repo.push()
        gitops("sync", url)
    theirs = repo.commit({"other.txt": "theirs\n"})
    repo.git("push", "-q", "origin", f"{theirs}:refs/heads/other")
    hook(repo, f"rm $0\ngit update-ref refs/heads/main {theirs}\n")
    gitops("rollback", url)
    assert git(repo, "rev-parse", "main~1") == theirs
    assert git(repo, "show", "main:other.txt") == "theirs"
    assert git(repo, "diff", "main~3", "main", "--", "web") == ""
    assert 'k: "1"' in (tmp_path / "cluster").glob("**/*_a.yaml").__next__(
        ).read_text()
