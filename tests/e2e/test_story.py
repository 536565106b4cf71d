# SPDX-License-Identifier: Apache-2.0
"""A release that never becomes ready, the way back, and the next one: on a
real cluster, a real git server and a real registry.  README.md tells it, in
the very words of this run."""

import difflib
import re
import shlex
import subprocess

import pytest

from bed import objects
from bed.gitservers import PASSWORD as GIT_PASSWORD
from bed.gitservers import USER as GIT_USER
from bed.gitservers import https_git, repositories
from bed.program import ROOT
from bed.registry import PASSWORD, Registry, basic

__all__ = ["https_git", "repositories"]

SHOP = "shop"
ME = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
      "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}


@pytest.fixture
def registry(tmp_path):
    one = Registry(tmp_path / "registry")
    yield one
    one.stop()


@pytest.fixture
def story(gitops, nodes, registry, https_git):
    gitops.kubeconfig = nodes.kubeconfig
    path = gitops.home / ".docker" / "config.json"
    path.parent.mkdir()
    path.write_text('{"auths": {"%s": {"auth": "%s"}}}'
                    % (registry.host, basic()))
    gitops.env.pop("GITOPS_APP")
    gitops.env |= ME | {"LOGNAME": "ada",
                        "GITOPS_GIT_CA_FILE": str(https_git.ca),
                        "GITOPS_GIT_USERNAME": GIT_USER,
                        "GITOPS_GIT_TOKEN": GIT_PASSWORD}
    gitops.hide(GIT_PASSWORD, PASSWORD)
    nodes.api.namespace(SHOP)
    yield gitops
    path.unlink()


# What is not the same in any two runs, and what stands for it.
VARYING = (
    # Lines are filled.
    (r"\n +(?=by |commit |Ada |<)", " "),
    (r"127\.0\.0\.1:\d+|localhost:\d+|registry\.example\.com", "HOST"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"\b[0-9a-f]{7}\b", "COMMIT"),
    (r"(?<=admin) in \d+[ms]\d*s?$", ""),
    (r"\bin \d+[ms]\d*s? by [^;]+;", "in TIME by WHO;"),
    (r'"(\w+)[^"]*\.\.\."', r'"\1..."'),
    # Events: as many as the controller has come to.
    (r"\bweb-[0-9a-z]{8,10}(-[0-9a-z]{5})?\b", "POD"),
    (r"\(combined from similar events\): | \(\d+ times\)$", ""),
    (r"^(  ReplicaSet .*\n)(  ReplicaSet .*\n)+", r"\1"),
    (r" {2,}", "  "),
)


def settled(text):
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text, flags=re.M)
    return text.splitlines()


class Transcript:
    """Commands as the reader would type them, with all that they print."""

    def __init__(self, program, url):
        self.program = program
        self.url = url
        self.text = ""

    def say(self, text):
        self.text += ("\n" if self.text else "") + f"# {text}\n"

    def __call__(self, *args, expect=0):
        result = self.program(*args, self.url, expect=expect)
        self.text += f"$ gitops {shlex.join(args)}\n{result.out}{result.err}"
        if expect:
            self.text += f"# exit status {expect}\n"
        return result

    def check(self):
        """README.md has it, word for word."""
        readme = (ROOT / "README.md").read_text()
        told = re.search(r"^```text\n(.*?)^```$", readme, re.M | re.S)
        told = settled(told[1]) if told else []
        differs = "\n".join(difflib.unified_diff(
            told, settled(self.text), "README.md", "now", lineterm=""))
        assert not differs, f"{differs}\n\nAs it is now:\n{self.text}"


def live(nodes, namespace):
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    return nodes.api.get(path)


def test_the_story(story, nodes, registry, https_git, repositories):
    """A quota lets no pod of 1.1 start, so that after the first commit there
    are only those of gitops."""
    image = f"{registry.host}/web"
    registry.push("web", "1.0.0", unique="1.0.0")
    repo = repositories.make("story")
    text = objects.deployment(SHOP, image=f"{image}:0.9.0")
    repo.commit({
        "gitops.yaml":
            f"apiVersion: gitops/v1\napps:\n- name: {SHOP}\n  path: deploy\n"
            f"  images:\n  - {{image: {image}, policy: semver ^1}}\n",
        "deploy/web.yaml": text}, "a web server")
    repo.push()
    url = https_git.url(repo, "private")
    tell = Transcript(story, url)

    def git(*args):
        return subprocess.run(["git", "--git-dir", repo.bare, *args],
                              check=True, capture_output=True,
                              text=True).stdout.strip()

    def runs(tag):
        status = live(nodes, SHOP)["status"]
        assert status["updatedReplicas"] == status["availableReplicas"] == 2
        assert f"{image}:{tag}" in str(live(nodes, SHOP)["spec"])

    tell.say("Release 1.0.0 is built.")
    assert f"{image} 0.9.0 -> 1.0.0" in tell("release", "--all").out
    tell("sync", "--wait", "60s")
    runs("1.0.0")

    # No quota for one more pod is left.
    nodes.api.call("POST", f"/api/v1/namespaces/{SHOP}/resourcequotas", {
        "apiVersion": "v1", "kind": "ResourceQuota",
        "metadata": {"name": "few"}, "spec": {"hard": {"pods": "2"}}})
    registry.push("web", "1.1.0", unique="1.1.0")
    tell.say("1.1.0 is built, and never becomes ready.")
    tell("release", "--all")
    bad = git("rev-parse", "main")
    err = tell("sync", "--wait", "60s", expect=5).err
    assert f"Deployment {SHOP}/web" in err

    tell.say("Back: one commit, and the cluster is healthy.")
    told = tell("rollback", "--wait", "60s", "--reason", "it never starts").out
    assert f"rejected  {image}:1.1.0" in told
    assert git("rev-list", "--count", f"{bad}..main") == "1"
    assert git("diff", f"{bad}~1", "main") == ""
    runs("1.0.0")

    tell.say("1.1.0 is not proposed again.")
    made = git("rev-parse", "main")
    tell("release", "--all")
    assert git("rev-parse", "main") == made

    nodes.api.call("DELETE",
                   f"/api/v1/namespaces/{SHOP}/resourcequotas/few")
    registry.push("web", "1.2.0", unique="1.2.0")
    tell.say("1.2.0 is.")
    assert f"{image} 1.0.0 -> 1.2.0" in tell("release", "--all").out
    tell("sync", "--wait", "60s")
    runs("1.2.0")

    (app,) = story("history", "-o", "json", url).json["apps"]
    assert [s["result"] for s in app["syncs"]] == [
        "done", "done", "unhealthy", "done"]
    assert [c["kind"] for c in app["commits"]] == [
        "release", "rollback", "release", "release"]
    assert [s["images"] for s in app["syncs"][:3]] == [
        [f"{image} 1.0.0 -> 1.2.0"], [f"{image} 1.1.0 -> 1.0.0"],
        [f"{image} 1.0.0 -> 1.1.0"]]
    tell.say("What was that?")
    lines = tell("history").out.splitlines()[1:]
    assert "".join(line[0] for line in lines if line[7] != " "
                   and " 20" in line and "Z  " in line) == " + <!+ +"
    tell.check()
