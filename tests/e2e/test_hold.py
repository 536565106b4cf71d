# SPDX-License-Identifier: Apache-2.0
"""Apps that somebody has suspended, or taken back while git was away, are left
alone until they are resumed, or git agrees; who, when and why is told."""

import pytest

from bed import objects
from bed.gitservers import https_git, repositories

__all__ = ["https_git", "repositories"]

ME = {"GIT_AUTHOR_NAME": "Bob", "GIT_AUTHOR_EMAIL": "bob@example.com",
      "GIT_COMMITTER_NAME": "Bob", "GIT_COMMITTER_EMAIL": "bob@example.com"}

APPS = """
    apiVersion: gitops/v1
    apps:
    - {name: infra, path: infra}
    - {name: web, path: web, dependsOn: [infra]}
    """


def state(value, ns=None, **more):
    """Both apps with that value."""
    files = {"gitops.yaml": APPS}
    for app in ("infra", "web"):
        files[f"{app}/{app}.yaml"] = objects.config_map(app, {"k": value}, ns)
    return files | more


@pytest.fixture
def on(gitops, tmp_path):
    """With a directory for a cluster."""
    del gitops.env["GITOPS_APP"]
    gitops.env |= ME | {"GITOPS_CLUSTER": f"dir:{tmp_path / 'cluster'}",
                        "LOGNAME": "ada"}
    return gitops


@pytest.fixture
def live(tmp_path):
    """What the cluster has of both, or of one object."""
    def value(name=None):
        if not name:
            return value("infra"), value("web")
        path = tmp_path / "cluster" / "default" / f"configmap_{name}.yaml"
        if not path.exists():
            return None
        return path.read_text().split("k: ")[1].split("\n")[0].strip('"')

    return value


@pytest.fixture
def suspended(on, repo):
    """Synced at "one", with git at "two", and web suspended."""
    repo.commit(state("one"), "one")
    on("sync", "-q", repo)
    result = on("sync", "--suspend", "a database moves", "--app", "web", repo)
    assert result.out.startswith("suspended app web: by ada@")
    assert result.out.endswith(": a database moves\n")
    repo.commit(state("two"), "two")
    return on


# ---- suspend ----


def test_a_suspended_app_is_skipped_and_others_are_not(suspended, repo, live):
    """Not even those that depend on it, or it on them."""
    result = suspended("sync", repo)
    assert live() == ("two", "one")
    first = result.out.split("\n")[0]
    assert first.startswith("skipped   app web: suspended by ada@")
    assert first.endswith(": a database moves")
    (hold,) = suspended("sync", "-o", "json", repo).json["holds"]
    assert (hold["app"], hold["result"], hold["why"], hold["commit"],
            hold["git"]) == ("web", "skipped", "a database moves", None, None)
    assert hold["who"].startswith("ada@") and hold["time"].endswith("Z")
    assert suspended("sync", "-q", repo).out == ""
    assert suspended("sync", "--app", "web", repo).out.count("skipped") == 1
    assert live("web") == "one"


def test_what_depends_on_a_suspended_app_is_synced(on, repo, live):
    repo.commit(state("one"))
    on("sync", "--suspend", "why", "--app", "infra", repo)
    on("sync", repo)
    assert live() == (None, "one")


def test_a_suspended_app_need_not_render(suspended, repo, live):
    repo.commit({"web/web.yaml": "no: {yaml"})
    suspended("sync", repo)
    assert live() == ("two", "one")


def test_resume_syncs(suspended, repo, live):
    result = suspended("sync", "--resume", repo)
    assert result.out.startswith("resumed   app web: suspended by ada@")
    assert live() == ("two", "two")
    result = suspended("sync", "--resume", "-o", "json", repo)
    assert "holds" not in result.json


def test_a_sync_that_is_refused_resumes_nothing(suspended, repo, live):
    repo.commit(state("two", **{f"web/{n}.yaml": objects.config_map(
        n, {"k": "v"}) for n in ("x", "y")}))
    suspended("sync", "--resume", repo)
    suspended("sync", "--suspend", "again", "--app", "web", repo)
    repo.commit({"web/x.yaml": None, "web/y.yaml": None})
    suspended("sync", "--resume", "--max-deletes", "1", repo, expect=2)
    suspended("sync", repo)
    assert live("x") == "v"
    suspended("sync", "--resume", repo)
    assert live("x") is None


def test_diff_and_status_tell_it(suspended, repo):
    result = suspended("diff", repo, expect=1)
    assert "held      app web: suspended by ada@" in result.out
    assert '-  k: "one"' in result.out or "-  k: one" in result.out
    result = suspended("diff", "-o", "json", repo, expect=1)
    assert [h["result"] for h in result.json["holds"]] == ["held"]
    result = suspended("status", repo)
    assert "  held        suspended by ada@" in result.out
    apps = {a["name"]: a
            for a in suspended("status", "-o", "json", repo).json["apps"]}
    assert apps["infra"]["hold"] is None
    assert apps["web"]["hold"]["why"] == "a database moves"


def test_suspending_writes_nothing_but_the_record(kube, repo, ns, control):
    repo.commit({"a.yaml": objects.config_map("a", {"k": "one"}, ns)})
    kube("sync", repo)
    writes = kube("sync", "-o", "json", repo).json["requests"]["writes"]
    assert writes == 0
    result = kube("sync", "--suspend", "why", "-o", "json", repo)
    assert result.json["requests"]["writes"] == 1
    repo.commit({"a.yaml": objects.config_map("a", {"k": "two"}, ns)})
    result = kube("sync", "-o", "json", repo)
    assert result.json["requests"]["writes"] == 0
    assert [h["result"] for h in result.json["holds"]] == ["skipped"]
    path = f"{objects.config_maps(ns)}/a"
    assert control.api.get(path)["data"]["k"] == "one"
    kube("sync", "--resume", repo)
    assert control.api.get(path)["data"]["k"] == "two"
    result = kube("sync", "-o", "json", repo)
    assert result.json["requests"]["writes"] == 0
    assert "holds" not in result.json


def test_nothing_of_a_suspended_app_is_deleted(suspended, repo, live):
    repo.commit({"web/web.yaml": None,
                 "web/other.yaml": objects.config_map("other", {"k": "v"})})
    suspended("sync", repo)
    assert live("web") == "one" and live("other") is None


def test_objects_move_between_apps(suspended, repo, live):
    """To another app it goes with that one; from it, it stays."""
    repo.commit({"infra/web.yaml": objects.config_map("web", {"k": "moved"}),
                 "web/web.yaml": objects.config_map("more", {"k": "v"})})
    suspended("sync", repo)
    assert live("web") == "moved"
    suspended("sync", "--resume", repo)
    assert (live("web"), live("more")) == ("moved", "v")
    suspended("sync", "--suspend", "why", "--app", "web", repo)
    repo.commit({"infra/web.yaml": None,
                 "web/back.yaml": objects.config_map("web", {"k": "back"})})
    suspended("sync", repo)
    assert live("web") == "moved"
    suspended("sync", "--resume", repo)
    assert live("web") == "back"


def test_a_rollback_of_a_suspended_app(suspended, repo, live):
    suspended("sync", "--resume", repo)
    suspended("sync", "--suspend", "why", "--app", "web", repo)
    tip = repo.git("rev-parse", "HEAD")
    args = ("rollback", "--app", "web", repo)
    result = suspended(*args, expect=2)
    assert "app web is suspended by ada@" in result.err
    assert repo.git("rev-parse", "HEAD") == tip
    suspended(*args, "--no-sync")
    suspended("sync", repo)
    assert live("web") == "two"
    suspended("sync", "--resume", repo)
    assert live("web") == "one"


def test_usage(on, repo):
    repo.commit(state("one"))
    result = on("sync", "--suspend", "why", "--resume", repo, expect=2)
    assert "--suspend and --resume exclude each other" in result.err
    result = on("rollback", "--offline", "--no-sync", repo, expect=2)
    assert "--offline and --no-sync exclude each other" in result.err
    on("sync", "--suspend", "", repo, expect=2)


# ---- offline ----


@pytest.fixture
def away(on, https_git, repositories):
    """Web synced at "one" and "two", of a server that is away."""
    repo = repositories.make("away")
    on.env["GITOPS_GIT_CA_FILE"] = str(https_git.ca)
    url = https_git.url(repo)
    for value in ("one", "two"):
        repo.commit(state(value), value)
        repo.push()
        on("sync", "-q", url)
    return repo, url


def test_offline_syncs_what_the_cache_has(on, away, https_git, live):
    repo, url = away
    aside = repo.bare.with_name("aside")
    repo.bare.rename(aside)
    on("sync", url, expect=(2, 4))
    asked = len(https_git.requests())
    result = on("rollback", "--app", "web", "--offline", "--reason",
                "git is down", url)
    assert live() == ("two", "one")
    assert "no commit is made, and git still wants something else" in result.err
    assert len(https_git.requests()) == asked
    aside.rename(repo.bare)

    one = repo.git("rev-parse", "HEAD^")
    result = on("sync", url)
    assert live() == ("two", "one")
    assert f"skipped   app web: rolled back offline to {one[:7]} by ada@" in \
        result.out
    assert "git is down; it is behind HEAD@" in result.out
    (hold,) = on("diff", "-o", "json", url, expect=1).json["holds"]
    assert (hold["commit"], hold["git"], hold["result"]) == (one, "behind",
                                                             "held")
    text = " ".join(on("status", url).out.split())
    assert f"held rolled back offline to {one[:7]} by ada@" in text
    app = on("history", "--app", "web", "-o", "json", url).json["apps"][0]
    assert app["syncs"][0]["commit"] == one
    assert app["syncs"][0]["note"] == \
        "rolled back offline, with no commit: git is down"
    on("sync", "--resume", url)
    assert live() == ("two", "two")
    assert "holds" not in on("sync", "-o", "json", url).json


def test_offline_ends_when_git_agrees(on, away, live):
    repo, url = away
    on("rollback", "--app", "web", "--offline", url)
    assert live() == ("two", "one")
    # Something else of git is no agreement, nor is the fix of another app.
    repo.commit({"README": "x"})
    repo.push()
    assert "skipped" in on("sync", url).out
    repo.commit({"web/web.yaml": objects.config_map("web", {"k": "one"})},
                "back by hand")
    repo.push()
    result = on("sync", url)
    assert "resumed   app web: rolled back offline" in result.out
    assert "has the same" in result.out
    assert live() == ("two", "one")
    repo.commit(state("three"))
    repo.push()
    on("sync", url)
    assert live() == ("three", "three")


def test_a_rollback_makes_git_agree(on, repo, live):
    for value in ("one", "two"):
        repo.commit(state(value), value)
        on("sync", "-q", repo)
    on("rollback", "--app", "web", "--offline", repo)
    one = repo.git("rev-parse", "HEAD^")
    result = on("rollback", "--app", "web", repo, expect=2)
    assert f"commit that with --to {one[:7]}" in result.err
    on("rollback", "--app", "web", "--to", one[:7], repo)
    result = on("sync", "-o", "json", repo)
    assert "holds" not in result.json
    assert live() == ("two", "one")


def test_ahead_of_git(on, repo, live):
    """Git was forced back behind what runs."""
    for value in ("one", "two", "three"):
        repo.commit(state(value), value)
        on("sync", "-q", repo)
    on("rollback", "--app", "web", "--offline", repo)
    assert live() == ("three", "two")
    repo.git("reset", "-q", "--hard", "HEAD~2")
    assert "; it is ahead of HEAD@" in on("sync", repo).out
    assert live("web") == "two"
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "other")
    assert "; it is not at HEAD@" in on("sync", repo).out


def test_offline_asks_nobody(on, away):
    """Also where there is no cache, and then it can do nothing."""
    _, url = away
    result = on("rollback", "--offline",
                url.replace("localhost", "git.invalid"), expect=2)
    assert "nothing of it is in the cache of this machine" in result.err
    result = on("rollback", "--offline", "--rev", "nope", url, expect=2)
    assert "no branch, tag or commit 'nope'" in result.err
    result = on("rollback", "--offline", "--dry-run", "--app", "web", url)
    assert "web: back to " in result.out


def test_offline_of_several_apps(on, repo, live):
    repo.commit(state("one"), "one")
    on("sync", "-q", repo)
    repo.commit({"web/web.yaml": objects.config_map("web", {"k": "w"})}, "w")
    on("sync", "-q", repo)
    repo.commit(state("two"), "two")
    on("sync", "-q", repo)
    on("rollback", "--offline", repo)
    assert live() == ("one", "w")
    assert on("sync", repo).out.count("skipped") == 2


def test_offline_with_nothing_to_go_back_to(on, repo, live):
    repo.commit(state("one"), "one")
    on("sync", "-q", repo)
    result = on("rollback", "--app", "web", "--offline", repo)
    assert "nothing to roll back" in result.out
    assert "skipped" not in on("sync", repo).out
