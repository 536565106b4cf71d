# SPDX-License-Identifier: Apache-2.0
"""rollback takes apps back to what they were, by a commit, and no other."""

import random
import shutil
import subprocess

import pytest

from bed import objects
from bed.gitservers import repositories
from bed.process import wait_until

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
    assert "was changed since its last sync" in on(
        "rollback", "--to", "HEAD~2", repo, expect=2).err
    on("rollback", "--to", "HEAD~2", "--ours", repo)
    assert repo.git("diff", "HEAD~3", "HEAD") == ""


def two_syncs(on, repo):
    for value in "12":
        repo.commit(apps_file("web", "api") | {
            "apps/web/c.yaml": objects.config_map("c", {"a": value}),
            "apps/api/d.yaml": objects.config_map("d", {"a": "1"})})
        on("sync", "-q", repo)


def test_later_edits_are_shown_and_stay(on, repo):
    two_syncs(on, repo)
    repo.commit({"apps/web/e.yaml": objects.config_map("e", {"a": "1"}),
                 "apps/api/d.yaml": objects.config_map("d", {"a": "2"})},
                "the remedy")
    made = head(repo)
    for to in ([], ["--to", "1"]):
        err = on("rollback", "--app", "web", *to, repo, expect=2).err
        assert (f'{made[:7]} "the remedy" by '
                f'{repo.git("log", "-1", "--format=%an <%ae>")}: '
                "apps/web/e.yaml\n") in err
        assert "apps/api/d.yaml" not in err
        assert "undo it as well with --ours" in err
    assert head(repo) == made
    # What goes forward to them undoes none of them.
    on("rollback", "--app", "web", "--to", made, repo)
    assert head(repo) == made
    on("rollback", "--app", "web", "--to", "1", "--ours", repo)
    assert trailers(repo, "Gitops-Rolled-Back")[0] == made
    assert repo.git("diff", "HEAD~3", "HEAD", "--", "apps/web") == ""
    assert '"2"' in repo.git("show", "HEAD:apps/api/d.yaml")


def test_a_rollback_that_nobody_synced_is_a_later_edit(on, repo):
    two_syncs(on, repo)
    repo.commit({"apps/web/c.yaml": objects.config_map("c", {"a": "3"})})
    on("sync", "-q", repo)
    on("rollback", "--app", "web", "--no-sync", repo)
    back = ["--app", "web", "--steps", "2", "--no-sync"]
    err = on("rollback", *back, repo, expect=2).err
    assert f'{head(repo)[:7]} "Roll back web to ' in err
    on("rollback", *back, "--ours", repo)
    assert repo.git("diff", "HEAD~4", "HEAD") == ""


def test_a_detached_head_names_the_branch_of_the_job(on, repo):
    two_syncs(on, repo)
    repo.git("checkout", "-q", "--detach")
    for env, branch in (({}, "BRANCH"), ({"CI_COMMIT_BRANCH": "main"},
                                         "-C main"),
                        ({"GITHUB_REF_TYPE": "branch",
                          "GITHUB_REF_NAME": "main"}, "-C main"),
                        ({"GITHUB_REF_TYPE": "tag",
                          "GITHUB_REF_NAME": "v1"}, "BRANCH")):
        err = on("rollback", repo, env=env, expect=2).err
        assert "HEAD is detached: a commit would be on no branch\n" in err
        assert f"git switch {branch}\n" in err
    repo.git("switch", "-q", "-C", "main")
    on("rollback", repo)


def test_pushed_from_a_local_repository(on, repo, tmp_path):
    two_syncs(on, repo)
    bare = tmp_path / "up.git"
    repo.git("clone", "-q", "--bare", repo.path, bare)
    repo.git("remote", "add", "origin", bare)
    repo.git("fetch", "-q")
    repo.git("branch", "-q", "-u", "origin/main")
    was = head(repo)
    upstream = ["--git-dir", bare, "rev-parse", "main"]
    on("rollback", "--no-sync", repo)
    assert head(repo) != was == repo.git(*upstream)
    repo.git("reset", "-q", "--hard", was)
    on("rollback", "--push", "--signoff", "--no-sync", repo)
    assert head(repo) == repo.git(*upstream)
    assert trailers(repo, "Signed-off-by")[0] == "Bob <bob@example.com>"


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


# ---- one image ----

def test_one_image_of_a_base_that_another_app_has_too(on, repo):
    shared = objects.deployment("default", image="web:1.0")
    repo.commit(apps_file("web", "api") | {
        "base/kustomization.yaml": "resources: [deploy.yaml]\n",
        "base/deploy.yaml": shared,
        "apps/web/kustomization.yaml":
            "resources: [../../base]\nnamePrefix: web-\n",
        "apps/api/kustomization.yaml":
            "resources: [../../base]\nnamePrefix: api-\n"})
    on("sync", "-q", repo)
    repo.commit({"base/deploy.yaml": shared.replace("web:1.0", "web:1.1")})
    on("sync", "-q", repo)
    was = head(repo)
    err = on("rollback", "--image", "web", "--app", "web", repo, expect=2).err
    assert "app api, which has some of the same files, would be changed" in err
    assert head(repo) == was
    # Both together may.
    on("rollback", "--image", "web", repo)
    assert repo.git("diff", "HEAD~2", "HEAD") == ""
    assert len(trailers(repo, "Gitops-Rollback")) == 2


def test_one_image_with_its_digest_and_again(on, repo):
    """Each time further back, where that is said; never to and fro."""
    def commit(tag, digit):
        repo.commit({"web.yaml": objects.deployment(
            "default", image=f"web:{tag}@sha256:{digit * 64}")})
        on("sync", "-q", repo)

    for tag, digit in (("1.0", "a"), ("1.0", "b"), ("1.1", "c")):
        commit(tag, digit)
    on("rollback", "--image", "web", repo)
    assert "1.0@sha256:bbb" in (repo.path / "web.yaml").read_text()
    assert trailers(repo, "Gitops-Reject")[0] == f"web:1.1@sha256:{'c' * 64}"
    assert "nothing to roll back" in on("rollback", "--image", "web", repo).out
    on("rollback", "--image", "web", "--steps", "2", repo)
    assert "1.0@sha256:aaa" in (repo.path / "web.yaml").read_text()


def test_the_whole_app_goes_on_where_its_image_went(on, repo):
    """What lies between has the image that was just taken back."""
    def commit(tag, value):
        repo.commit({"web.yaml": objects.deployment("default",
                                                    image=f"web:{tag}"),
                     "c.yaml": objects.config_map("c", {"a": value})})
        on("sync", "-q", repo)
        return head(repo)

    commit("0.9", "0")
    first = commit("1.0", "1")
    commit("1.1", "1")
    commit("1.1", "2")
    on("rollback", "--image", "web", repo)
    assert "back to " + first[:7] in on("rollback", repo).out
    assert repo.git("diff", first, "HEAD") == ""
    assert "nothing to roll back" in on("rollback", repo).out


def test_what_comes_after_a_rollback_does_not_undo_it(on, repo):
    """It is passed over also where something else was synced with it."""
    for tag in ("1.0", "1.1"):
        repo.commit({"apps/web/web.yaml": objects.deployment(
            "default", image=f"web:{tag}")} | apps_file("web"))
        on("sync", "-q", repo)
    on("rollback", "--no-sync", repo)
    repo.commit({"README": "new\n"})
    on("sync", "-q", repo)
    was = head(repo)
    assert "nothing to roll back" in on("rollback", repo).out
    assert head(repo) == was
    # A release that follows is a step of its own, and behind it what was.
    repo.commit({"apps/web/web.yaml": objects.deployment(
        "default", image="web:1.2")})
    on("sync", "-q", repo)
    on("rollback", repo)
    assert repo.git("diff", was, "HEAD") == ""


def test_two_tags_of_one_image_are_not_mixed_up(on, repo):
    def commit(first, second):
        repo.commit({
            "a.yaml": objects.deployment("default", "a", image=first),
            "b.yaml": objects.deployment("default", "b", image=second)})
        on("sync", "-q", repo)

    commit("web:1.0", "web:0.1")
    commit("web:1.1", "web:0.1")
    on("rollback", "--image", "web", repo)
    assert repo.git("diff", "HEAD~2", "HEAD") == ""
    commit("web:2.0", "web:2.0")
    err = on("rollback", "--image", "web", repo, expect=2).err
    assert "web is 2.0 now and was 1.0, 0.1 at " in err


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


def test_one_image_and_nothing_else(gitops, nodes, repo, prefix):
    gitops.kubeconfig = nodes.kubeconfig
    gitops.env |= ME | {"GITOPS_WAIT": "60s"}
    nodes.api.namespace(prefix)
    for tag, key in (("1.0", "old"), ("1.1", "new")):
        repo.commit(release(prefix, tag) | {
            "c.yaml": objects.config_map("c", {"key": key}, prefix)})
        gitops("sync", "-q", repo)
    result = gitops("rollback", "--image", "nginx", "-o", "json", repo)
    assert images(nodes, prefix) == ["nginx:1.0"]
    live = nodes.api.get(f"/api/v1/namespaces/{prefix}/configmaps/c")
    assert live["data"] == {"key": "new"}
    assert result.json["rollback"]["rejected"] == ["nginx:1.1"]
    assert result.json["rollback"]["restored"] == ["web.yaml"]
    assert repo.git("diff", "--numstat", "HEAD~1") == "1\t1\tweb.yaml"
    (app,) = gitops("history", "-o", "json", repo).json["apps"]
    assert [c["kind"] for c in app["commits"]] == ["rollback"]
    made = head(repo)
    assert "nothing to roll back" in gitops("rollback", "--image", "nginx",
                                            repo).out
    assert head(repo) == made


def test_rollback_on_failure(cluster, nodes, repo, prefix):
    bad = head(repo)
    result = cluster("sync", "--wait", "5s", "--rollback-on-failure", repo,
                     expect=5)
    assert "applied, but 1 of 1 objects are not healthy in time" in result.err
    assert images(nodes, prefix) == ["nginx:1.0"]
    assert repo.git("rev-list", "--count", f"{bad}..HEAD") == "1"
    assert repo.git("diff", "HEAD~2", "HEAD") == ""
    body = repo.git("log", "-1", "--format=%b")
    assert f"The sync of {bad[:7]} did not become healthy.\n" in body
    made = head(repo)
    cluster("sync", "--rollback-on-failure", repo)
    assert head(repo) == made


def test_a_rollback_that_fails_is_not_rolled_back(cluster, repo):
    repo.commit(message="again\n\nGitops-Rollback: web 1234567")
    made = head(repo)
    result = cluster("sync", "--wait", "5s", "--rollback-on-failure", repo,
                     expect=5)
    assert (f"{made[:7]} is a rollback itself: it is not rolled back"
            in result.err)
    assert head(repo) == made


def test_what_came_meanwhile_is_not_undone(cluster, nodes, repo, prefix):
    """Somebody commits the remedy while the sync of the fault waits."""
    run = cluster.start("sync", "--wait", "8s", "--rollback-on-failure", repo,
                        text=True, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE)
    path = f"/apis/apps/v1/namespaces/{prefix}/deployments/web"
    wait_until(lambda: "nginx:1.1" in str(nodes.api.get(path)["spec"]),
               SECONDS, "the fault is applied")
    repo.commit(release(prefix, "1.2"), "release 1.2")
    made = head(repo)
    _, err = run.communicate(timeout=SECONDS)
    assert run.returncode == 5
    assert "was changed since its last sync" in err
    assert head(repo) == made
