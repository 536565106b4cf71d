# SPDX-License-Identifier: Apache-2.0
"""Pull requests, comments and statuses on a real Gitea."""

import pytest

from bed.driver import forge_driver, named
from bed.gitea import PASSWORD, USER, gitea
from bed.process import wait_until

__all__ = ["forge_driver", "gitea"]

IMAGE = "127.0.0.1:1/acme/web"


def deployment(name, image, tag):
    return (f"apiVersion: apps/v1\nkind: Deployment\n"
            f"metadata: {{name: {name}}}\nspec:\n  template:\n    spec:\n"
            f"      containers:\n      - name: main\n"
            f"        image: {image}:{tag}\n")


def gitops_yaml(release):
    return ("apiVersion: gitops/v1\napps:\n- {name: web, path: web}\n"
            "- {name: api, path: api}\n" + release)


RELEASE = "release: {push: pull-request, branch: 'release/{app}', %s}\n"


@pytest.fixture
def config(gitea, tmp_path):
    repo = gitea.make(tmp_path)
    repo.commit({"gitops.yaml": gitops_yaml(RELEASE % "draft: false"),
                 "web/web.yaml": deployment("web", IMAGE, "1.0"),
                 "api/api.yaml": deployment("api", "127.0.0.1:1/acme/api",
                                            "1.0")})
    repo.push()
    return repo


@pytest.fixture
def release(gitops, gitea, config):
    """gitops release on the repository, as somebody with a token."""
    named(gitops)
    gitops.hide(gitea.token, PASSWORD)
    gitops.env |= {"GITOPS_GIT_TOKEN": PASSWORD, "GITOPS_GIT_USERNAME": USER,
                   "GITOPS_FORGE_TOKEN": gitea.token}
    gitops.env.pop("GITOPS_APP")

    def run(*args, **more):
        return gitops("release", "--forge", "gitea", *args, config.url, **more)
    return run


def pulls(config, state="open"):
    return config.api("GET", f"/pulls?state={state}")


def branches(config):
    return sorted(one["name"] for one in config.api("GET", "/branches"))


def accept(config, number, how="merge", **more):
    """Merge it by hand, once Gitea has looked at it."""
    def merge():
        config.api("POST", f"/pulls/{number}/merge", {"do": how} | more)
        return True
    wait_until(merge, 20, "the merge")


def fetch(config):
    config.git("fetch", "-q", "--prune", "origin")


def test_a_release_opens_updates_and_closes(release, config):
    main = config.git("rev-parse", "main")
    one = release("--image", f"{IMAGE}:1.1")
    (pull,) = pulls(config)
    assert f"opened    {pull['html_url']}" in one.out, one
    assert pull["title"] == f"Release {IMAGE} 1.0 -> 1.1"
    assert f"| `{IMAGE}` | `1.0` | `1.1` | `web/web.yaml:9` |" in pull["body"]
    assert (pull["head"]["ref"], pull["base"]["ref"]) == ("release/web",
                                                         "main")
    fetch(config)
    assert config.git("rev-parse", "origin/main") == main
    assert config.git("log", "--format=%(trailers)", "-1",
                      "origin/release/web") == \
        f"Gitops-Image: {IMAGE} 1.0 -> 1.1"

    # The same again is nothing; a newer image is the same pull request.
    again = release("--image", f"{IMAGE}:1.1", "-o", "json").json
    (said,) = again["release"]["pullRequests"]
    assert said == {"action": "unchanged", "branch": "release/web",
                    "commit": pull["head"]["sha"], "number": pull["number"],
                    "url": pull["html_url"]}
    assert "updated   " in release("--image", f"{IMAGE}:1.2").out
    (newer,) = pulls(config)
    assert newer["number"] == pull["number"]
    assert newer["title"] == f"Release {IMAGE} 1.0 -> 1.2"
    assert "`1.2`" in newer["body"] and "`1.1`" not in newer["body"]

    # It follows its base.
    later = config.commit({"other.txt": "1\n"})
    config.push()
    assert "updated   " in release("--image", f"{IMAGE}:1.2").out
    fetch(config)
    assert config.git("diff", "--name-only", later, "origin/release/web") == \
        "web/web.yaml"
    assert pull["head"]["sha"] in config.git("rev-list", "origin/release/web")

    # Somebody has moved the image by hand: nothing is left to do.
    config.commit({"web/web.yaml": deployment("web", IMAGE, "1.2")})
    config.push()
    assert "closed    " in release("--image", f"{IMAGE}:1.2").out
    assert pulls(config) == []
    (closed,) = pulls(config, "closed")
    assert closed["number"] == pull["number"] and not closed["merged"]
    assert branches(config) == ["main"]
    result = release("--image", f"{IMAGE}:1.2")
    assert result.out.startswith("nothing to move")
    assert len(pulls(config, "all")) == 1


def test_each_app_has_its_own(release, config):
    release("--image", f"{IMAGE}:2", "--image", "127.0.0.1:1/acme/api:2")
    assert sorted((one["head"]["ref"], one["title"])
                  for one in pulls(config)) == [
        ("release/api", "Release 127.0.0.1:1/acme/api 1.0 -> 2"),
        ("release/web", f"Release {IMAGE} 1.0 -> 2")]
    fetch(config)
    for app in ("web", "api"):
        assert config.git("diff", "--name-only", "main",
                          f"origin/release/{app}") == f"{app}/{app}.yaml"
    # One is merged; the other one follows.
    number = next(one["number"] for one in pulls(config)
                  if one["head"]["ref"] == "release/web")
    accept(config, number)
    out = release("--image", f"{IMAGE}:2", "--image",
                  "127.0.0.1:1/acme/api:2").out
    assert out.count("updated   ") == 1 and "closed" not in out
    assert [one["head"]["ref"] for one in pulls(config)] == ["release/api"]
    assert branches(config) == ["main", "release/api"]


def test_row_98_commits_of_others_are_left_alone(release, config):
    release("--image", f"{IMAGE}:2")
    fetch(config)
    config.git("checkout", "-q", "-b", "fix", "origin/release/web")
    config.commit({"fix.txt": "1\n"}, message="a fix")
    config.git("push", "-q", "origin", "fix:release/web")
    theirs = config.git("rev-parse", "fix")
    result = release("--image", f"{IMAGE}:3", expect=2)
    assert "branch 'release/web' has a commit of Ada" in result.err
    assert "hint: " in result.err
    fetch(config)
    assert config.git("rev-parse", "origin/release/web") == theirs


def test_what_was_declined_is_not_opened_again(release, config):
    release("--image", f"{IMAGE}:2")
    (pull,) = pulls(config)
    config.api("PATCH", f"/pulls/{pull['number']}", {"state": "closed"})
    result = release("--image", f"{IMAGE}:2")
    assert f"declined  {pull['html_url']}" in result.out
    assert "it says the same and was closed without a merge" in result.out
    # Nor where the base has moved: nothing is pushed to its branch.
    fetch(config)
    was = config.git("rev-parse", "origin/release/web")
    config.commit({"web/web.yaml": "# a line\n" + deployment(
        "web", IMAGE, "1.0")})
    config.push()
    assert "declined  " in release("--image", f"{IMAGE}:2").out
    fetch(config)
    assert config.git("rev-parse", "origin/release/web") == was
    assert pulls(config) == []
    release("--image", f"{IMAGE}:3")
    (other,) = pulls(config)
    assert other["number"] != pull["number"]


def test_one_whose_branch_was_deleted_is_declined(release, config):
    """Which closes it; Gitea then calls the branch otherwise."""
    release("--image", f"{IMAGE}:2")
    (pull,) = pulls(config)
    config.api("PATCH", f"/pulls/{pull['number']}", {"state": "closed"})
    config.api("DELETE", "/branches/release%2Fweb")
    assert "declined  " in release("--image", f"{IMAGE}:2").out
    assert len(pulls(config, "all")) == 1
    assert branches(config) == ["main"]


def test_row_99_after_a_merge_there_is_another(release, config):
    """The branch stays here: Gitea is told late of one that goes, and then
    closes whatever is open of that name."""
    release("--image", f"{IMAGE}:2")
    (pull,) = pulls(config)
    accept(config, pull["number"])
    wait_until(lambda: not pulls(config), 30, "the merge")
    release("--image", f"{IMAGE}:3")
    (other,) = pulls(config)
    fetch(config)
    assert config.git("rev-list", "--count",
                      "origin/main..origin/release/web") == "1"
    assert "2 -> 3" in other["title"]


def test_row_99_what_was_merged_meanwhile_is_evaluated_again(release, config,
                                                             gitea):
    """Its base has the moves by now: there is nothing left to propose."""
    directory = gitea.dir / "repositories" / f"{config.name}.git"
    hook = directory / "hooks" / "post-receive.d" / "meanwhile"
    hook.write_text("""#!/bin/sh
        while read was is name; do
            [ "$name" = refs/heads/release/web ] || continue
            rm "$0"
            git update-ref refs/heads/main "$is"
        done
        """)
    hook.chmod(0o755)
    out = release("--image", f"{IMAGE}:2").out
    assert out.startswith("nothing to move"), out
    assert pulls(config, "all") == []
    fetch(config)
    assert f"{IMAGE}:2" in config.git("show", "origin/main:web/web.yaml")
    assert branches(config) == ["main"]


def test_the_forge_brings_the_branch_up_to_date(release, config):
    """Its button makes a merge, which is nobody's work."""
    release("--image", f"{IMAGE}:2")
    config.commit({"other.txt": "1\n"})
    config.push()
    (pull,) = pulls(config)
    config.api("POST", f"/pulls/{pull['number']}/update?style=merge")
    release("--image", f"{IMAGE}:3")
    fetch(config)
    assert f"{IMAGE}:3" in config.git("show", "origin/release/web:web/web.yaml")


def test_what_a_new_one_is_given(release, config, gitea):
    gitea.add_user("reviewer")
    config.api("PUT", "/collaborators/reviewer", {"permission": "write"})
    config.api("POST", "/labels", {"name": "release", "color": "#00ff00"})
    config.commit({"gitops.yaml": gitops_yaml(
        RELEASE % "draft: true, labels: [release], reviewers: [reviewer]")})
    config.push()
    release("--image", f"{IMAGE}:2")
    (pull,) = pulls(config)
    assert pull["title"] == f"WIP: Release {IMAGE} 1.0 -> 2" and pull["draft"]
    assert [one["name"] for one in pull["labels"]] == ["release"]
    assert [one["login"] for one in pull["requested_reviewers"]] == [
        "reviewer"]
    # It stays a draft, and is none any more where somebody has said so.
    release("--image", f"{IMAGE}:3")
    (pull,) = pulls(config)
    assert pull["title"] == f"WIP: Release {IMAGE} 1.0 -> 3"
    config.api("PATCH", f"/pulls/{pull['number']}", {"title": "ready"})
    release("--image", f"{IMAGE}:4")
    (pull,) = pulls(config)
    assert pull["title"] == f"Release {IMAGE} 1.0 -> 4" and not pull["draft"]


@pytest.mark.parametrize("style", ["merge", "squash"])
def test_it_merges_itself_when_it_may(release, config, style):
    """Not before the check that the branch asks for is there; and what it has
    moved in the end is in the message, whatever the way."""
    config.api("PATCH", "", {"default_merge_style": style})
    config.commit({"gitops.yaml": gitops_yaml(RELEASE % "autoMerge: true")})
    config.push()
    config.api("POST", "/branch_protections", {
        "branch_name": "main", "rule_name": "main",
        "enable_status_check": True, "status_check_contexts": ["test"]})
    done = release("--image", f"{IMAGE}:2")
    assert "warning" not in done.err
    assert "warning" not in release("--image", f"{IMAGE}:3").err
    (pull,) = pulls(config)
    config.api("POST", f"/statuses/{pull['head']['sha']}",
               {"context": "test", "state": "success"})
    wait_until(lambda: not pulls(config), 30, "the merge")
    fetch(config)
    assert f"{IMAGE}:3" in config.git("show", "origin/main:web/web.yaml")
    last = config.git("log", "-1", "--format=%B", "origin/main")
    assert (f"Gitops-Image: {IMAGE} 1.0 -> 3" in last) == (style == "squash")
    assert f"Gitops-Image: {IMAGE} 1.0 -> 2" not in last


def test_a_forge_that_will_not(release, config):
    """What is asked for in vain is warned of; the rest is done."""
    config.commit({"gitops.yaml": gitops_yaml(
        RELEASE % "reviewers: [nobody-here]")})
    config.push()
    result = release("--image", f"{IMAGE}:2")
    assert "warning: reviewers: " in result.err
    assert len(pulls(config)) == 1


def test_tokens(release, config, gitops, gitea):
    none = release("--image", f"{IMAGE}:2", expect=2,
                   env={"GITOPS_FORGE_TOKEN": None,
                        "GITEA_TOKEN": gitea.token})
    assert f"there is no token for Gitea at {gitea.url}" in none.err
    assert "hint: set GITOPS_FORGE_TOKEN" in none.err
    bad = release("--image", f"{IMAGE}:2", expect=2,
                  env={"GITOPS_FORGE_TOKEN": "CANARY-wrong"})
    assert "Gitea does not let this token do it (401" in bad.err
    # In a job of this very server its own token will do.
    release("--image", f"{IMAGE}:2",
            env={"GITOPS_FORGE_TOKEN": None, "GITEA_TOKEN": gitea.token,
                 "GITHUB_SERVER_URL": gitea.url})
    assert len(pulls(config)) == 1


def test_the_command_line(release, config, gitops):
    result = gitops("release", "--image", f"{IMAGE}:2", config.url, expect=2)
    assert "127.0.0.1: cannot tell which forge this is" in result.err
    assert "--forge" in result.err
    result = release("--image", f"{IMAGE}:2", "--pull-request", "--push",
                     expect=2)
    assert "exclude each other" in result.err
    # Past the pull request.
    release("--image", f"{IMAGE}:2", "--push")
    assert pulls(config) == []
    fetch(config)
    assert f"{IMAGE}:2" in config.git("show", "origin/main:web/web.yaml")
    # Without a word in gitops.yaml, into a branch that is ours.
    config.git("pull", "-q", "origin", "main")
    config.commit({"gitops.yaml": gitops_yaml("")})
    config.push()
    release("--image", f"{IMAGE}:3", "--pull-request")
    assert [one["head"]["ref"] for one in pulls(config)] == ["gitops/release"]
    # A branch is not merged into itself.
    config.commit({"gitops.yaml": gitops_yaml(
        "release: {push: pull-request, branch: main}\n")})
    config.push()
    result = release("--image", f"{IMAGE}:4", expect=2)
    assert "branch 'main' cannot be merged into itself" in result.err


# ---- rollbacks ----

@pytest.fixture
def rollback(gitops, release, config, tmp_path):
    """gitops rollback of two releases that were synced."""
    gitops.env["GITOPS_CLUSTER"] = f"dir:{tmp_path / 'cluster'}"
    gitops("sync", "-q", config.url)
    config.commit({"web/web.yaml": deployment("web", IMAGE, "1.1")},
                  message="release 1.1, fixes #1 @ada")
    config.push()
    gitops("sync", "-q", config.url)

    def run(*args, **more):
        return gitops("rollback", "--forge", "gitea", "--app", "web",
                      "--pull-request", *args, config.url, **more)
    return run


def merge(config, how, **more):
    (pull,) = pulls(config)
    accept(config, pull["number"], how, **more)
    config.git("pull", "-q", "origin", "main")


def test_a_rollback_opens_updates_and_closes(rollback, config, gitops,
                                             tmp_path):
    first, bad = config.git("log", "--format=%H", "--reverse").split()
    main = config.git("rev-parse", "main")
    one = rollback("--reason", "it is slow")
    (pull,) = pulls(config)
    assert f"opened    {pull['html_url']}" in one.out, one
    assert 'to merge: "Roll back web to ' in one.out
    assert "nothing is synced before it is merged" in one.out
    assert any(f"{IMAGE}:1.1" in file.read_text()
               for file in (tmp_path / "cluster").rglob("*.yaml"))
    assert pull["title"].startswith(f"Roll back web to {first[:7]} (")
    assert (pull["head"]["ref"], pull["base"]["ref"]) == (
        "gitops/rollback/web", "main")
    body = pull["body"]
    assert body.startswith("it is slow\n\n")
    # Nothing of the repository's is a mention, or closes an issue.
    assert f"- `{bad[:7]}` `release 1.1, fixes #1 @ada` by `" in body
    assert f"- `{IMAGE}:1.1`" in body
    assert body.rstrip().endswith(
        f"\n\nGitops-Rollback: web {first}\nGitops-Rolled-Back: {bad}\n"
        f"Gitops-Reject: {IMAGE}:1.1")
    fetch(config)
    assert config.git("rev-parse", "origin/main") == main
    # The same again is nothing; other words are the same pull request.
    again = rollback("--reason", "it is slow", "-o", "json").json
    assert again["rollback"]["commit"] is None
    assert again["rollback"]["pullRequests"] == [{
        "action": "unchanged", "branch": "gitops/rollback/web",
        "commit": pull["head"]["sha"], "number": pull["number"],
        "url": pull["html_url"]}]
    assert "updated   " in rollback("--reason", "it leaks").out
    (newer,) = pulls(config)
    assert newer["number"] == pull["number"]
    assert newer["body"].startswith("it leaks")
    # Somebody has done it by hand.
    config.commit({"web/web.yaml": deployment("web", IMAGE, "1.0")})
    config.push()
    out = rollback("--ours").out
    assert "nothing to roll back" in out and "closed    " in out
    assert "nothing is synced" not in out
    assert pulls(config) == [] and branches(config) == ["main"]


@pytest.mark.parametrize("how", ["merge", "squash"])
def test_a_rollback_that_was_merged(rollback, config, gitops, release, how):
    first = config.git("rev-list", "--max-parents=0", "main")
    rollback()
    (pull,) = pulls(config)
    # What the page of Gitea proposes for it; its API has no such default.
    more = {"merge_message_field": pull["body"] +
            "\n---------\n\nCo-authored-by: A <a@example.com>"}
    merge(config, how, **(more if how == "squash" else {}))
    # No policy takes what was rejected, and history has one rollback.
    gitops("sync", "-q", config.url)
    assert config.git("show", "main:web/web.yaml") == \
        deployment("web", IMAGE, "1.0").rstrip("\n")
    commits = gitops("history", "--app", "web", "-o", "json",
                     config.url).json["apps"][0]["commits"]
    backs = [one for one in commits if one["kind"] == "rollback"]
    assert [one["backTo"] for one in backs] == [first]
    assert backs[0]["images"] == [f"{IMAGE}:1.1"]
    # It is not rolled back itself, to what was bad.
    out = gitops("rollback", "--app", "web", config.url).out
    assert "nothing to roll back" in out
    assert config.git("ls-remote", "origin", "main").split()[0] == \
        config.git("rev-parse", "main")


def test_a_rollback_that_contradicts_itself(rollback, config):
    for option in ("--push", "--offline"):
        assert "--pull-request excludes" in rollback(option, expect=2).err
    assert "to commit" in rollback("--dry-run").out
    assert pulls(config) == [] and branches(config) == ["main"]


def test_comments(forge_driver, gitea, config):
    forge_driver.env["GITOPS_FORGE_TOKEN"] = gitea.token
    forge_driver.hide(gitea.token)
    number = config.api("POST", "/issues", {"title": "x"})["number"]

    def say(key, body):
        return forge_driver("gitea", config.url, "comment", number, key,
                            body).out.strip()

    def said():
        return [one["body"] for one in
                config.api("GET", f"/issues/{number}/comments")]

    # What a mark cannot hold does not make two keys one.
    alike = ("diff a-b", "diff a_b", "diff a--b", "diff (a-b)")
    for key in alike:
        assert say(key, "one") == "created"
    for key in alike:
        assert say(key, "one") == "unchanged"
        assert say(key, "-") == "removed"

    config.api("POST", f"/issues/{number}/comments",
               {"body": "> quoted\n> <!-- gitops:diff_prod -->"})
    theirs = said()
    assert say("diff prod", "-") == "unchanged"
    assert say("diff prod", "one") == "created"
    assert say("diff prod", "one") == "unchanged"
    assert say("diff other", "other") == "created"
    assert say("diff prod", "two <b>*</b> @ci") == "updated"
    assert said() == theirs + [
        "two <b>*</b> @ci\n\n<!-- gitops:diff_prod -->",
        "other\n\n<!-- gitops:diff_other -->"]
    # Two runs at once have made two: one is left.
    config.api("POST", f"/issues/{number}/comments",
               {"body": "late\n\n<!-- gitops:diff_prod -->"})
    assert say("diff prod", "three") == "updated"
    assert len(said()) == 3
    assert say("diff prod", "-") == "removed"
    assert say("diff prod", "-") == "unchanged"
    assert said() == theirs + ["other\n\n<!-- gitops:diff_other -->"]


def test_statuses(forge_driver, gitea, config):
    forge_driver.env["GITOPS_FORGE_TOKEN"] = gitea.token
    commit = config.git("rev-parse", "main")

    def tell(*args, expect=0):
        return forge_driver("gitea", config.url, "status", *args,
                            expect=expect)

    tell(commit, "gitops/diff prod", "pending", "at it", "-")
    tell(commit, "gitops/diff prod", "failure", "3 differ",
         "https://ci.example.com/1")
    tell(commit, "gitops/diff", "success", "y" * 300, "-")
    found = config.api("GET", f"/commits/{commit}/status")["statuses"]
    assert sorted((one["context"], one["status"], one["description"],
                   one["target_url"]) for one in found) == [
        ("gitops/diff", "success", "y" * 137 + "...", ""),
        ("gitops/diff prod", "failure", "3 differ",
         "https://ci.example.com/1")]
    result = tell("1" * 40, "x", "success", "y", "-", expect=4)
    assert "status 'x' of commit 1111111: Gitea fails (500" in result.err
