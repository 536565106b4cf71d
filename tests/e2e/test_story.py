# SPDX-License-Identifier: Apache-2.0
"""A release that never becomes ready, the way back, and the next one: on a
real cluster, a real git server and a real registry."""

import subprocess

import pytest

from bed import objects
from bed.gitservers import PASSWORD as GIT_PASSWORD
from bed.gitservers import USER as GIT_USER
from bed.gitservers import https_git, repositories
from bed.registry import PASSWORD, Registry, basic

__all__ = ["https_git", "repositories"]

ME = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
      "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}


@pytest.fixture
def registry(tmp_path):
    one = Registry(tmp_path / "registry")
    yield one
    one.stop()


@pytest.fixture
def story(gitops, nodes, registry, https_git, prefix):
    gitops.kubeconfig = nodes.kubeconfig
    path = gitops.home / ".docker" / "config.json"
    path.parent.mkdir()
    path.write_text('{"auths": {"%s": {"auth": "%s"}}}'
                    % (registry.host, basic()))
    gitops.env.pop("GITOPS_APP")
    gitops.env |= ME | {"GITOPS_GIT_CA_FILE": str(https_git.ca),
                        "GITOPS_GIT_USERNAME": GIT_USER,
                        "GITOPS_GIT_TOKEN": GIT_PASSWORD}
    gitops.hide(GIT_PASSWORD, PASSWORD)
    nodes.api.namespace(prefix)
    yield gitops
    path.unlink()


def live(nodes, namespace):
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    return nodes.api.get(path)


def test_the_story(story, nodes, registry, https_git, repositories, prefix):
    """A quota lets no pod of 1.1 start, so that after the first commit there
    are only those of gitops."""
    image = f"{registry.host}/web"
    registry.push("web", "1.0.0", unique="1.0.0")
    repo = repositories.make("story")
    text = objects.deployment(prefix, image=f"{image}:0.9.0")
    repo.commit({
        "gitops.yaml":
            f"apiVersion: gitops/v1\napps:\n- name: {prefix}\n  path: deploy\n"
            f"  images:\n  - {{image: {image}, policy: semver ^1}}\n",
        "deploy/web.yaml": text}, "a web server")
    repo.push()
    url = https_git.url(repo, "private")

    def git(*args):
        return subprocess.run(["git", "--git-dir", repo.bare, *args],
                              check=True, capture_output=True,
                              text=True).stdout.strip()

    def runs(tag):
        status = live(nodes, prefix)["status"]
        assert status["updatedReplicas"] == status["availableReplicas"] == 2
        assert f"{image}:{tag}" in str(live(nodes, prefix)["spec"])

    # 1.0, and all is well.
    assert f"{image} 0.9.0 -> 1.0.0" in story("release", "--all", url).out
    story("sync", "--wait", "60s", url)
    runs("1.0.0")

    # 1.1 never becomes ready: no quota for one more pod is left.
    nodes.api.call("POST", f"/api/v1/namespaces/{prefix}/resourcequotas", {
        "apiVersion": "v1", "kind": "ResourceQuota",
        "metadata": {"name": "few"}, "spec": {"hard": {"pods": "2"}}})
    registry.push("web", "1.1.0", unique="1.1.0")
    story("release", "--all", url)
    bad = git("rev-parse", "main")
    err = story("sync", "--wait", "15s", url, expect=5).err
    assert f"Deployment {prefix}/web" in err

    # Back: one commit, and the cluster is healthy.
    told = story("rollback", "--wait", "60s", "--reason", "it never starts",
                 url).out
    assert f"rejected  {image}:1.1.0" in told
    assert git("rev-list", "--count", f"{bad}..main") == "1"
    assert git("diff", f"{bad}~1", "main") == ""
    runs("1.0.0")

    # 1.1 is not proposed again; 1.2 is.
    again = story("release", "--all", "-o", "json", url).json["release"]
    assert again["commit"] is None
    nodes.api.call("DELETE",
                   f"/api/v1/namespaces/{prefix}/resourcequotas/few")
    registry.push("web", "1.2.0", unique="1.2.0")
    assert f"{image} 1.0.0 -> 1.2.0" in story("release", "--all", url).out
    story("sync", "--wait", "60s", url)
    runs("1.2.0")

    (app,) = story("history", "-o", "json", url).json["apps"]
    assert [s["result"] for s in app["syncs"]] == [
        "done", "done", "unhealthy", "done"]
    assert [c["kind"] for c in app["commits"]] == [
        "release", "rollback", "release", "release"]
    assert [s["images"] for s in app["syncs"][:3]] == [
        [f"{image} 1.0.0 -> 1.2.0"], [f"{image} 1.1.0 -> 1.0.0"],
        [f"{image} 1.0.0 -> 1.1.0"]]
    lines = story("history", url).out.splitlines()[1:]
    assert "".join(line[0] for line in lines if line[7] != " "
                   and " 20" in line and "Z  " in line) == " + <!+ +"
