# SPDX-License-Identifier: Apache-2.0
"""gitops diff --comment and --commit-status: on a real Gitea, and as other
forges are asked."""

import pytest

from bed.forges import SHA, TOKEN, Forge
from bed.gitea import PASSWORD, USER, gitea

__all__ = ["gitea"]

GITOPS = """
apiVersion: gitops/v1
apps:
- {name: web, path: web}
- {name: api, path: api}
"""
FLEET = GITOPS + """
clusters:
- {name: east, context: one}
- {name: west, context: two, apps: [web]}
"""


def config_map(name, value):
    return (f"apiVersion: v1\nkind: ConfigMap\n"
            f"metadata: {{name: {name}, namespace: shop}}\n"
            f"data: {{key: {value}}}\n")


def secret(value):
    return ("apiVersion: v1\nkind: Secret\n"
            "metadata: {name: keys, namespace: shop}\n"
            f"stringData: {{key: {value}}}\n")


class Change:
    """A pull request, and the job of a CI that is for it."""

    def __init__(self, repo, gitops, gitea):
        self.repo, self.gitops = repo, gitops
        repo.git("checkout", "-q", "-b", "change")
        self.push({"web/web.yaml": config_map("web", "two")})
        self.number = repo.api("POST", "/pulls", {
            "title": "a change", "head": "change", "base": "main"})["number"]
        self.job = {
            "GITHUB_ACTIONS": "true", "GITEA_ACTIONS": "true",
            "GITHUB_SERVER_URL": gitea.url, "GITHUB_REPOSITORY": repo.name,
            "GITHUB_REF": f"refs/pull/{self.number}/head",
            "GITHUB_RUN_ID": "7", "GITHUB_SHA": "f" * 40}

    def push(self, files):
        self.commit = self.repo.commit(files)
        self.repo.git("push", "-q", "origin", "change")

    def diff(self, *args, expect=1, env=None, **more):
        return self.gitops("diff", self.repo.url, "--rev", "change", *args,
                           "--comment", "--commit-status", expect=expect,
                           env=self.job | (env or {}), **more)

    def comments(self):
        found = self.repo.api("GET", f"/issues/{self.number}/comments")
        for one in found:
            self.gitops.look_for_secrets(one["body"], "in a comment")
        return [one["body"] for one in found]

    def statuses(self, commit=None):
        """The newest of each name, by that: state and description."""
        found = self.repo.api(
            "GET", f"/commits/{commit or self.commit}/status")["statuses"]
        return {one["context"]: (one["status"], one["description"])
                for one in found or []}


@pytest.fixture
def change(gitops, gitea, tmp_path):
    repo = gitea.make(tmp_path)
    repo.commit({"gitops.yaml": GITOPS,
                 "web/web.yaml": config_map("web", "one"),
                 "api/api.yaml": config_map("api", "one"),
                 "web/keys.yaml": secret("CANARY-before")})
    repo.push()
    gitops.hide(gitea.token, PASSWORD)
    gitops.env |= {"GITOPS_GIT_TOKEN": PASSWORD, "GITOPS_GIT_USERNAME": USER,
                   "GITOPS_FORGE_TOKEN": gitea.token}
    gitops.env.pop("GITOPS_APP")
    return Change(repo, gitops, gitea)


def test_a_comment_follows_the_pull_request(change):
    change.diff("--from", "main")
    (said,) = change.comments()
    assert said.startswith("### gitops/diff commits: <code>main&#64;")
    assert "\n1 to change, 1 unchanged\n" in said
    assert "-  key: one" in said and "+  key: two" in said
    assert said.endswith("\n\n<!-- gitops:diff_commits -->")
    assert change.statuses() == {
        "gitops/diff commits": ("success", "1 to change, 1 unchanged")}
    # It is the head that has it, and not what the CI has checked out.
    page = change.repo.api("GET", f"/commits/{change.commit}/status")
    assert page["statuses"][0]["target_url"].endswith("/actions/runs/7")

    # The same again changes nothing; what is printed is another matter.
    before = change.repo.api("GET", f"/issues/{change.number}/comments")
    quiet = change.diff("--from", "main", "-q", "--exit-zero", expect=0)
    assert "key: one" not in quiet.out
    assert change.repo.api(
        "GET", f"/issues/{change.number}/comments") == before

    # A newer commit, and a Secret in it.
    change.push({"web/keys.yaml": secret("CANARY-after")})
    change.diff("--from", "main", "-o", "json")
    (said,) = change.comments()
    assert "\n2 to change\n" in said and "*** (12 bytes, #2)" in said
    assert change.statuses()["gitops/diff commits"] == ("success",
                                                        "2 to change")

    # Nothing differs any more.
    change.push({"web/keys.yaml": secret("CANARY-before"),
                 "web/web.yaml": config_map("web", "one")})
    change.diff("--from", "main", expect=0)
    assert change.comments() == []
    assert change.statuses() == {
        "gitops/diff commits": ("success", "no difference")}
    change.diff("--from", "main", expect=0)


def test_each_choice_has_its_own(change, tmp_path):
    cluster = f"dir:{tmp_path}/cluster"
    change.push({"api/api.yaml": config_map("api", "two")})
    change.diff("--from", "main", "--app", "web")
    change.diff("--from", "main", "--app", "api")
    change.diff("--cluster", cluster, "--app", "web")
    assert len(change.comments()) == 3
    assert sorted(change.statuses()) == [
        f"gitops/diff {tmp_path}/cluster (web)", "gitops/diff commits (api)",
        "gitops/diff commits (web)"]
    # One of them goes, the others stay.
    change.push({"api/api.yaml": config_map("api", "one")})
    change.diff("--from", "main", "--app", "api", expect=0)
    assert len(change.comments()) == 2


def test_a_fleet_has_one_a_cluster(change, tmp_path):
    args = ["--cluster", f"dir:{tmp_path}/clusters"]
    change.push({"gitops.yaml": FLEET})
    change.gitops("sync", change.repo.url, "--rev", "main", "--cluster",
                  f"dir:{tmp_path}/clusters/west", "--app", "web")
    change.diff(*args)
    assert change.statuses() == {
        "gitops/diff east": ("success", "3 to create"),
        "gitops/diff west": ("success", "1 to change, 1 unchanged")}
    east, west = sorted(change.comments())
    assert "diff east: " in east and "ConfigMap shop/api" in east
    assert "diff west: " in west and "ConfigMap shop/api" not in west

    # What is wrong for all is said to each, and what else there is.
    change.push({"web/web.yaml": "a: [\n"})
    result = change.diff(*args, expect=2)
    assert result.err.count("web/web.yaml") == 2
    statuses = change.statuses()
    assert sorted(statuses) == ["gitops/diff east", "gitops/diff west"]
    for state, text in statuses.values():
        assert state == "failure" and text.startswith("app web: web")
    for said in change.comments():
        assert "**It has failed:**" in said and "web/web.yaml:" in said
        assert ("1 to create" in said) == ("diff east: " in said)


def test_a_failure_is_told(change):
    change.push({"web/web.yaml": "a: [\n"})
    change.diff("--from", "main", expect=2)
    (said,) = change.comments()
    assert "**It has failed:**\n\n```\n" in said and "web/web.yaml:" in said
    state, text = change.statuses()["gitops/diff commits"]
    assert state == "failure" and "web/web.yaml:" in text
    # Before the clusters are known there is a status alone.
    change.push({"web/web.yaml": config_map("web", "one"),
                 "gitops.yaml": "apps: 3\n"})
    change.diff("--from", "main", expect=2)
    assert change.comments() == [said]
    state, text = change.statuses()["gitops/diff commits"]
    assert state == "failure" and text.startswith("gitops.yaml:")
    # Mended, all of it is.
    change.push({"gitops.yaml": GITOPS})
    change.diff("--from", "main", expect=0)
    assert change.comments() == []


def test_what_cannot_be_posted_is_an_error(change, gitea):
    token = {"GITOPS_FORGE_TOKEN": "CANARY-wrong"}
    bad = change.diff("--from", "main", expect=2, env=token)
    assert "+  key: two" in bad.out
    assert bad.err.count("the result is not posted: comment on pull request "
                         f"{change.number}: ") == 1
    assert bad.err.count("the result is not posted: pull request "
                         f"{change.number}: ") == 1
    said = change.diff("--from", "main", "-o", "json", expect=2,
                       env=token).json
    assert said["exitStatus"] == 2 and len(said["errors"]) == 2
    assert said["objects"]
    none = change.diff("--from", "main", expect=2,
                       env={"GITOPS_FORGE_TOKEN": None})
    assert "the result is not posted: there is no token for Gitea" in none.err
    assert "hint: set GITOPS_FORGE_TOKEN" in none.err
    assert change.comments() == []
    # The job's own token will do.
    change.diff("--from", "main",
                env={"GITOPS_FORGE_TOKEN": None, "GITEA_TOKEN": gitea.token})
    assert len(change.comments()) == 1


def test_which_pull_request(change):
    # A job of a branch: it has a commit, and nothing to comment on.
    result = change.diff("--from", "main",
                         env={"GITHUB_REF": "refs/heads/change"})
    assert "warning: --comment: this job is for no pull request" in result.err
    assert change.comments() == [] and len(change.statuses()) == 1
    # No job at all.
    nothing = {name: None for name in change.job}
    lost = change.diff("--from", "main", expect=2, env=nothing)
    assert "nothing tells which pull request" in lost.err
    assert "hint: name it with --pull-request" in lost.err
    wrong = change.diff("--from", "main", "--pull-request", "x", expect=2)
    assert "--pull-request: expected a number, found 'x'" in wrong.err
    # Named by hand.
    change.diff("--from", "main", "--forge", "gitea", "--pull-request",
                change.number, env=nothing)
    assert len(change.comments()) == 1
    gone = change.diff("--from", "main", "--pull-request", "4711", expect=2)
    assert "pull request 4711" in gone.err


# ---- other forges ----

@pytest.fixture(params=["github", "gitlab", "bitbucket", "bitbucket-server"])
def forge(request):
    one = Forge(request.param)
    yield one
    one.stop()
    assert one.faults == []


def refs(kind):
    """What the fake is to know of its pull request."""
    if kind == "github":
        return {"head": "change", "base": "main"}
    if kind == "bitbucket":
        return {"source": {}, "destination": {}}
    return {"fromRef": {}, "toRef": {}}


def test_other_forges(gitops, repo, forge):
    repo.commit({"a.yaml": config_map("a", "one")})
    repo.commit({"a.yaml": config_map("a", "two")})
    repo.git("remote", "add", "origin", forge.remote)
    forge.pulls.append(forge.made(refs(forge.kind)))
    gitops.env |= {"GITOPS_FORGE_TOKEN": TOKEN, "GITOPS_APP": "shop",
                   "JENKINS_URL": "https://ci.example.com/",
                   "BUILD_URL": "https://ci.example.com/7",
                   "GIT_URL": forge.remote, "GIT_COMMIT": SHA,
                   "CHANGE_ID": "5"}

    def diff(base, expect):
        gitops("diff", repo, "--from", base, "--comment", "--commit-status",
               "--forge", f"{forge.kind}={forge.url}", expect=expect)

    diff("HEAD~1", 1)
    ((_, said),) = forge.notes
    assert ("<details>" in said) == (not forge.kind.startswith("bitbucket"))
    if forge.kind.startswith("bitbucket"):
        assert "<" not in said and "&#" not in said
        assert "\n**change** `ConfigMap shop/a` `a.yaml:1`\n" in said
    status = forge.asked[-1]
    assert SHA in status[1]
    assert status[2]["description"] == "1 to change"
    diff("HEAD~1", 1)
    assert not [one for one in forge.asked if one[0] in ("PUT", "PATCH")]
    diff("HEAD", 0)
    assert forge.notes == []
    assert forge.asked[-1][2]["description"] == "no difference"
