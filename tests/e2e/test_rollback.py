# SPDX-License-Identifier: Apache-2.0
"""rollback takes apps back to what they were, by a commit, and no other."""

import random
import shutil
import subprocess

import pytest

from bed import objects
from bed.gitservers import repositories

__all__ = ["repositories"]

SECONDS = 60
ME = {"GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com",
      "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.com"}


@pytest.fixture
def on(gitops, tmp_path):
    """With a directory for a cluster, and an identity to commit as."""
    del gitops.env["GITOPS_APP"]
    gitops.env |= ME | {"GITOPS_CLUSTER": f"dir:{tmp_path / 'cluster'}"}
    return gitops


def apps_file(*names):
    lines = "".join(f"- {{name: {n}, path: apps/{n}}}\n" for n in names)
    return {"gitops.yaml": f"apiVersion: gitops/v1\napps:\n{lines}"}


def overlay(base, name, tag):
    return (f"resources: [../../bases/{base}]\n"
            f"namePrefix: {name}-\n"
            f"images:\n- {{name: web, newTag: '{tag}'}}\n")


def base(name, replicas):
    deploy = objects.deployment("default", image="web")
    deploy = deploy.replace("replicas: 2", f"replicas: {replicas}")
    return {f"bases/{name}/kustomization.yaml": "resources: [deploy.yaml]\n",
            f"bases/{name}/deploy.yaml": deploy}


def renders(gitops, repo, names, rev="HEAD"):
    return {n: gitops("render", "--app", n, "--rev", rev, repo).out
            for n in names}


def head(repo):
    return repo.git("rev-parse", "HEAD")


def trailers(repo, key):
    return repo.git("log", "-1",
                    f"--format=%(trailers:key={key},valueonly)").split("\n")


# ---- random histories ----

class History:
    """Three apps that share two bases, changed at random."""

    names = ("web", "api", "jobs")

    def __init__(self, repo, seed):
        self.repo = repo
        self.random = random.Random(seed)
        repo.write(apps_file(*self.names) | base("a", 1) | base("b", 1))
        self.uses = {}
        for name in self.names:
            self.point(name)
        repo.commit(message="the first")

    def point(self, name):
        """An app renders from one of the bases, or from none."""
        self.uses[name] = self.random.choice("ab-")
        tag = self.random.randrange(1000)
        text = overlay(self.uses[name], name, tag)
        files = {f"apps/{name}/kustomization.yaml": text}
        if self.uses[name] == "-":
            files = {f"apps/{name}/kustomization.yaml":
                     "resources: [own.yaml]\n",
                     f"apps/{name}/own.yaml":
                     objects.config_map(f"{name}{tag}", {"a": "b"})}
        self.repo.write(files)

    def change(self):
        what = self.random.randrange(4)
        if what == 0:
            self.repo.write(base(self.random.choice("ab"),
                                 self.random.randrange(1000)))
        elif what == 1:
            self.repo.write({"README": str(self.random.random())})
        else:
            self.point(self.random.choice(self.names))
        self.repo.commit(message=f"change {what}")


@pytest.mark.parametrize("seed", range(6))
def test_random_histories(on, repo, seed):
    history = History(repo, seed)
    names = history.names
    commits = [head(repo)]
    on("sync", "-q", repo)
    for _ in range(7):
        history.change()
        commits.append(head(repo))
        on("sync", "-q", repo)
        name = history.random.choice(names)
        steps = history.random.choice("112")
        before = renders(on, repo, names)
        files = repo.git("ls-tree", "-r", "HEAD")
        result = on("rollback", "--app", name, "--steps", steps, "--no-sync",
                    "-o", "json", repo, expect=None)
        if result.status == 2:
            assert ", would be changed, too" in result.out.replace(
                ", which has some of the same files", ",")
            assert repo.git("ls-tree", "-r", "HEAD") == files
            continue
        assert result.status == 0, result
        after = renders(on, repo, names)
        made = result.json["rollback"]
        for other in set(names) - {name}:
            assert after[other] == before[other]
        if made["apps"]:
            target = made["apps"][0]["commit"]
            assert after[name] == renders(on, repo, [name], target)[name]
            assert target in commits
        if not made["commit"]:
            assert after == before
            continue
        assert repo.git("status", "--porcelain") == ""
        assert trailers(repo, "Gitops-Rollback")[0] == f"{name} {target}"
        commits.append(head(repo))
        on("sync", "-q", repo)


# ---- what it refuses ----

def test_a_base_that_another_app_has_too(on, repo):
    repo.commit(apps_file("web", "api") | base("a", 1) | {
        "apps/web/kustomization.yaml": overlay("a", "web", "1"),
        "apps/api/kustomization.yaml": overlay("a", "api", "1")})
    on("sync", "-q", repo)
    repo.commit(base("a", 2))
    on("sync", "-q", repo)
    was = head(repo)
    err = on("rollback", "--app", "web", repo, expect=2).err
    assert "app api, which has some of the same files, would be changed" in err
    assert head(repo) == was
    # Both together may.
    on("rollback", repo)
    assert repo.git("diff", "HEAD~2", "HEAD") == ""


def test_uncommitted_changes_stop_it(on, repo):
    repo.commit(apps_file("web") | {
        "apps/web/c.yaml": objects.config_map("c", {"a": "1"})})
    on("sync", "-q", repo)
    repo.commit({"apps/web/c.yaml": objects.config_map("c", {"a": "2"})})
    on("sync", "-q", repo)
    repo.write({"apps/web/c.yaml": objects.config_map("c", {"a": "3"})})
    was = head(repo)
    assert "apps/web/c.yaml" in on("rollback", repo, expect=2).err
    assert head(repo) == was


def test_files_that_came_later_go(on, repo):
    """A base that only this app has, and what was moved out of it."""
    repo.commit(apps_file("web", "api") | {
        "apps/web/c.yaml": objects.config_map("c", {"a": "1"}),
        "apps/api/d.yaml": objects.config_map("d", {"a": "1"})})
    on("sync", "-q", repo)
    repo.commit(base("a", 1) | {
        "apps/web/c.yaml": None,
        "apps/web/kustomization.yaml": overlay("a", "web", "1"), "README": "new\n"})
    on("sync", "-q", repo)
    on("rollback", repo)
    assert repo.git("diff", "--name-only", "HEAD~2", "HEAD") == "README"


def test_head_that_cannot_be_rendered(on, repo):
    repo.commit({"c.yaml": objects.config_map("c", {"a": "1"})})
    on("sync", "-q", repo)
    repo.commit({"c.yaml": objects.config_map("c", {"a": "2"})})
    on("sync", "-q", repo)
    repo.commit({"c.yaml": "a: [\n"})
    assert "was changed since its last sync" in on("rollback", repo,
                                                   expect=2).err
    on("rollback", "--to", "HEAD~2", repo)
    assert repo.git("diff", "HEAD~3", "HEAD") == ""


# ---- a remote repository ----

def test_many_at_once_on_a_remote_branch(on, repositories, tmp_path):
    names = [f"app{i}" for i in range(4)]
    config = repositories.make("rollback")
    one = {f"apps/{n}/c.yaml": objects.config_map(n, {"a": "1"})
           for n in names}
    two = {path: text.replace('"1"', '"2"') for path, text in one.items()}
    url = f"file://{config.bare}"
    config.commit(apps_file(*names) | one)
    config.push()
    on("sync", "-q", url)
    config.commit(two)
    config.push()
    on("sync", "-q", url)
    runs = []
    for name in names:
        # A directory takes one at a time.
        shutil.copytree(tmp_path / "cluster", tmp_path / name)
        runs.append(on.start("rollback", "--app", name, "--no-sync",
                             "--cluster", f"dir:{tmp_path / name}", url,
                             text=True, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE))
    for run in runs:
        out, err = run.communicate(timeout=SECONDS)
        assert run.returncode == 0, err
        assert "committed: " in out
    config.git("fetch", "-q", str(config.bare), "main")
    assert config.git("rev-list", "--count", "HEAD..FETCH_HEAD") == "4"
    assert config.git("diff", "HEAD~1", "FETCH_HEAD") == ""


# ---- on a cluster ----

def release(namespace, tag, held=False):
    text = objects.deployment(namespace, image=f"nginx:{tag}")
    labels = "metadata: {labels: {app: web"
    return {"web.yaml": text.replace(
        labels, labels + (', held: "yes"' if held else ""))}


@pytest.fixture
def cluster(gitops, nodes, repo, prefix):
    """An app of which 1.0 is healthy and 1.1 never will be."""
    gitops.kubeconfig = nodes.kubeconfig
    gitops.env |= ME | {"GITOPS_WAIT": "60s"}
    nodes.api.namespace(prefix)
    repo.commit(release(prefix, "1.0"), "release 1.0")
    gitops("sync", "-q", repo)
    repo.commit(release(prefix, "1.1", held=True), "release 1.1")
    return gitops


def images(nodes, prefix):
    live = nodes.api.get(f"/apis/apps/v1/namespaces/{prefix}/deployments/web")
    status = live["status"]
    assert status["updatedReplicas"] == status["availableReplicas"] == 2
    return [c["image"] for c in live["spec"]["template"]["spec"]["containers"]]


def test_a_release_that_never_becomes_ready(cluster, nodes, repo, prefix):
    cluster("sync", "--wait", "5s", repo, expect=5)
    bad = head(repo)
    result = cluster("rollback", "--reason", "it does not start", "-o", "json",
                     repo)
    assert images(nodes, prefix) == ["nginx:1.0"]
    assert result.json["rollback"]["rejected"] == ["nginx:1.1"]
    assert repo.git("rev-list", "--count", f"{bad}..HEAD") == "1"
    assert repo.git("diff", "HEAD~2", "HEAD") == ""
    assert trailers(repo, "Gitops-Rolled-Back")[0] == bad
    assert trailers(repo, "Gitops-Reject")[0] == "nginx:1.1"
    syncs = cluster("history", "-o", "json", repo).json["apps"][0]["syncs"]
    assert [s["result"] for s in syncs] == ["done", "unhealthy", "done"]
    # A rerun has nothing to do.
    made = head(repo)
    assert "nothing to roll back" in cluster("rollback", repo).out
    assert head(repo) == made
