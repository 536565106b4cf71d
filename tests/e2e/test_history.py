# SPDX-License-Identifier: Apache-2.0
"""history tells what became of an app: in the cluster, and in git."""

import pytest

from bed import objects

ADA = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
       "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
APPS = ("apiVersion: gitops/v1\napps:\n"
        "- {name: web, path: web}\n- {name: api, path: api}\n")


def deploy(tag):
    return objects.deployment("default", image=f"r.example.com/web:{tag}")


@pytest.fixture
def on(gitops, tmp_path):
    """With a directory for a cluster, and an identity to commit as."""
    del gitops.env["GITOPS_APP"]
    gitops.env |= ADA | {"GITOPS_CLUSTER": f"dir:{tmp_path / 'cluster'}"}
    return gitops


def history(on, repo, *args):
    apps = on("history", "-o", "json", *args, repo).json["apps"]
    return {app["name"]: app for app in apps}


@pytest.fixture
def story(on, repo):
    """A release of web, and the way back; api uses web's base in the end."""
    repo.commit({"gitops.yaml": APPS, "web/web.yaml": deploy("1.0"),
                 "api/api.yaml": objects.config_map("api", {"a": "1"})},
                "release 1.0")
    on("sync", "-q", repo)
    on("release", "-q", "--image", "r.example.com/web:1.1", repo)
    on("sync", "-q", repo)
    on("rollback", "-q", "--app", "web", "--reason", "no", repo)
    return on


def test_releases_and_rollbacks_are_among_the_syncs(story, repo):
    apps = history(story, repo)
    assert [c["kind"] for c in apps["web"]["commits"]] == [
        "rollback", "release"]
    back, release = apps["web"]["commits"]
    assert back["backTo"] == repo.git("rev-parse", "HEAD~2")
    assert back["images"] == ["r.example.com/web:1.1"]
    assert release["commit"] == repo.git("rev-parse", "HEAD~1")
    assert release["images"] == ["r.example.com/web 1.0 -> 1.1"]
    assert [s["images"] for s in apps["web"]["syncs"]] == [
        ["r.example.com/web 1.1 -> 1.0"], ["r.example.com/web 1.0 -> 1.1"], []]
    # What was not done to it is not its history.
    assert apps["api"]["commits"] == []

    # Each commit is behind the first sync of it, all at one second or not.
    signs = [line[0] for line in
             story("history", "--app", "web", repo).out.splitlines()
             if line[7:].startswith(("done", "release", "rollback"))]
    assert signs == [" ", "<", " ", "+", " "]


def test_the_numbers_are_those_of_rollback(story, repo):
    numbers = [s["number"] for s in history(story, repo)["web"]["syncs"]]
    assert numbers == [3, 2, 1]
    story("rollback", "--app", "web", "--to", "2", "--no-sync", repo)
    assert repo.git("diff", "HEAD~2", "HEAD") == ""


def test_a_release_of_a_base_outside_the_path(on, repo):
    repo.commit({
        "gitops.yaml": APPS,
        "base/web.yaml": deploy("1.0"),
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "web/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\n",
        "api/kustomization.yaml": "resources: [../base]\nnamePrefix: b-\n"},
        "release 1.0")
    on("release", "-q", "--image", "r.example.com/web:1.1", repo)
    apps = history(on, repo)
    assert [len(apps[n]["commits"]) for n in ("web", "api")] == [1, 1]
    # Nobody can render it any more: then it is the path that counts.
    repo.commit({"web/kustomization.yaml": "resources: [none]\n"}, "break it")
    apps = history(on, repo)
    assert [len(apps[n]["commits"]) for n in ("web", "api")] == [0, 1]


def test_limits_are_of_both(story, repo):
    (app,) = history(story, repo, "--limit", "2", "--app", "web").values()
    assert [s["number"] for s in app["syncs"]] == [3]
    assert [c["kind"] for c in app["commits"]] == ["rollback"]
    assert len(history(story, repo, "--since", "1h")["web"]["commits"]) == 2
    assert history(story, repo, "--rev", "HEAD~2")["web"]["commits"] == []


# ---- one run ----


def test_one_run_in_full(story, repo):
    result = story("history", "--app", "web", "3", repo)
    assert result.out.startswith("web\n     3 done ")
    assert "-        image: r.example.com/web:1.1\n" in result.out.replace(
        "      - image", "        image")
    assert result.out.endswith(" -> " + story.env["GITOPS_CLUSTER"][4:] + "\n")

    document = story("history", "#2", "--app", "web", "-o", "json", repo).json
    assert [s["number"] for s in document["apps"][0]["syncs"]] == [2]
    (changed,) = document["objects"]
    assert changed["action"] == "change"
    assert document["from"]["commit"] == repo.git("rev-parse", "HEAD~2")
    assert document["revision"]["commit"] == repo.git("rev-parse", "HEAD~1")

    # The first is compared with nothing.
    first = story("history", "1", "--app", "web", "-o", "json", repo).json
    assert [o["action"] for o in first["objects"]] == ["create"]
    assert first["summary"]["create"] == 1


def test_secrets_stay_masked(on, repo):
    for value in "CANARY-one", "CANARY-two":
        repo.commit({"s.yaml": f"""
            apiVersion: v1
            kind: Secret
            metadata: {{name: s}}
            stringData: {{k: {value}}}
            """}, "a secret")
        on("sync", "-q", repo)
    for args in ([], ["-o", "json"]):
        assert "CANARY" not in on("history", "2", *args, repo).out


def test_runs_that_are_not_there(story, repo):
    err = story("history", "3", repo, expect=2).err
    assert "3: there are several apps\nhint: say which with --app" in err
    err = story("history", "--app", "web", "9", repo, expect=2).err
    assert "the record of app web has no sync 9" in err
