# SPDX-License-Identifier: Apache-2.0
"""What is asked of GitHub, GitLab and both kinds of Bitbucket, held against
their published descriptions; and what becomes of their refusals."""

import json

import pytest

from bed.driver import forge_driver
from bed.forges import SHA, TOKEN, Forge

__all__ = ["forge_driver"]

KINDS = ["github", "gitlab", "bitbucket", "bitbucket-server"]
DRAFT = {"gitlab": "Draft: "}


@pytest.fixture(params=KINDS)
def forge(request):
    one = Forge(request.param)
    yield one
    one.stop()
    assert one.faults == []


@pytest.fixture
def hub():
    one = Forge("github")
    yield one
    one.stop()
    assert one.faults == []


@pytest.fixture
def ask(forge_driver):
    forge_driver.env["GITOPS_FORGE_TOKEN"] = TOKEN

    def run(forge, *args, **more):
        # No public host is ours: all is where the repository is.
        return forge_driver(f"{forge.kind}={forge.url}", forge.remote, *args,
                            **more)
    return run


def sent(forge, method):
    return [one for one in forge.asked if one[0] == method]


def test_one_pull_request(forge, ask):
    pull = ("pull", "release/web", "main")
    out = ask(forge, *pull, "one", "text", "draft").out.split()
    assert out[:3] == ["created", "5", f"{forge.url}/pulls/5"]
    (made,) = sent(forge, "POST")
    assert made[2]["title"] == DRAFT.get(forge.kind, "") + "one"
    assert forge.kind == "gitlab" or made[2]["draft"] is True
    assert ask(forge, *pull, "one", "text").out.startswith("unchanged 5")
    assert ask(forge, *pull, "two", "text").out.startswith("updated 5")
    assert len(sent(forge, "POST")) == 1
    assert forge.pulls[0]["title"] == DRAFT.get(forge.kind, "") + "two"
    assert ask(forge, "close", "release/web", "main").out.startswith(
        "removed 5")
    assert ask(forge, "close", "release/web", "main").out == "none\n"


def test_what_a_new_one_is_given(forge, ask):
    result = ask(forge, "pull", "b", "main", "t", "x", "label=one",
                 "label=two", "reviewer=ada", "auto-merge")
    asked = {(method, path.rsplit("/", 1)[-1]): body
             for method, path, body in forge.asked}
    if forge.kind == "github":
        assert asked["POST", "labels"] == {"labels": ["one", "two"]}
        assert asked["POST", "requested_reviewers"]["reviewers"] == ["ada"]
        assert asked["POST", "graphql"]["variables"] == {"id": "N_5",
                                                         "method": "MERGE"}
    elif forge.kind == "gitlab":
        assert asked["POST", "merge_requests"]["labels"] == "one,two"
        assert asked["PUT", "5"] == {"reviewer_ids": [77]}
        assert asked["PUT", "merge"]["auto_merge"] is True
        # Its pipeline was not there yet when it was looked at first.
        assert [path[-2:] for _, path, _ in sent(forge, "GET")].count(
            "/5") == 2
    elif forge.kind == "bitbucket":
        assert asked["POST", "pullrequests"]["reviewers"] == [
            {"account_id": "ada"}]
        assert "warning: labels: Bitbucket has none" in result.err
        assert "warning: auto-merge: " in result.err
    else:
        assert asked["POST", "pull-requests"]["reviewers"] == [
            {"user": {"name": "ada"}}]
        assert asked["POST", "merge"] == {"version": 3, "autoMerge": True}


def test_a_push_ends_auto_merge(forge, ask):
    """On GitLab, and no other that has it."""
    ask(forge, "pull", "b", "main", "one", "Gitops-Image: a 1 -> 2",
        "auto-merge")
    ask(forge, "pull", "b", "main", "two", "Gitops-Image: a 1 -> 3",
        "auto-merge")
    merges = [body for _, path, body in forge.asked
              if path.endswith(("/merge", "/graphql"))]
    assert len(merges) == {"gitlab": 2, "bitbucket": 0}.get(forge.kind, 1)
    if forge.kind == "gitlab":
        assert merges[-1]["squash_commit_message"] == \
            "two\n\nGitops-Image: a 1 -> 3"
        assert merges[-1]["sha"] == forge.pulls[0]["sha"]


def test_the_same_branch_of_a_fork_is_another(forge, ask):
    ask(forge, "pull", "b", "main", "one", "x")
    (pull,) = forge.pulls
    other = {"id": 2, "full_name": "x/r"}
    for side in ("head", "source", "fromRef"):
        if side in pull and isinstance(pull[side], dict):
            pull[side]["repository" if side != "head" else "repo"] = other
    pull["source_project_id"] = 2
    assert ask(forge, "close", "b", "main").out == "none\n"


def test_what_was_declined_is_not_opened_again(forge, ask):
    """Unless it is something else, or it was we who had closed it."""
    pull = ("pull", "b", "main")
    ask(forge, *pull, "one", "x")
    forge.decline()
    made = len(sent(forge, "POST"))
    assert ask(forge, *pull, "one", "x").out.startswith("declined 5")
    assert len(sent(forge, "POST")) == made
    assert ask(forge, *pull, "two", "x").out.startswith("created 5")
    ask(forge, "close", "b", "main")
    assert "Closed by gitops" in json.dumps(forge.closed[0])
    assert ask(forge, *pull, "two", "x").out.startswith("created 5")


def test_lines_that_moved_are_no_other_proposal(forge, ask):
    pull = ("pull", "b", "main", "one")
    moves = "Gitops-Image: a 1 -> 2\nGitops-Image: b 1 -> 2\n"
    body = f"a.yaml:1\n\n{moves}"
    ask(forge, *pull, body)
    forge.decline()
    (closed,) = forge.closed
    closed.update({key: body.replace("\n", "\r\n")
                   for key, value in closed.items() if value == body})
    assert ask(forge, *pull, f"a.yaml:2\n\n{moves}").out.startswith("declined")
    assert ask(forge, *pull, f"a.yaml:1\n\n{moves}Gitops-Image: c 1 -> 2\n"
               ).out.startswith("created")


def test_row_99_one_that_was_merged_is_no_answer(forge, ask):
    """And one that is merged after we looked cannot be changed."""
    pull = ("pull", "b", "main")
    ask(forge, *pull, "one", "x")
    (merged,) = forge.pulls
    take = forge.take

    def merge(method, path, headers, text):
        if method in ("PATCH", "PUT"):
            forge.pulls.clear()
            return 409, {}, {"message": "it is merged"}
        return take(method, path, headers, text)
    forge.take = merge
    result = ask(forge, *pull, "two", "x", expect=2)
    assert "update pull request 5: " in result.err
    forge.take = take
    if forge.kind == "github":
        forge.closed = [{**merged, "merged_at": "2026-01-01T00:00:00Z"}]
    assert ask(forge, *pull, "one", "x").out.startswith("created 5")


def test_row_97_a_race_ends_in_one(forge, ask):
    """Somebody opens it between our look and our request."""
    ask(forge, "pull", "b", "main", "one", "x")
    pull = forge.pulls.pop()
    status = {"github": 422, "gitlab": 409}.get(forge.kind, 409)

    def refuse(method, path, headers, text, take=forge.take):
        if method == "POST" and not forge.pulls:
            take(method, path, headers, text)
            forge.pulls[:] = [pull]
            return status, {}, {"message": "already exists"}
        return take(method, path, headers, text)
    forge.take = refuse
    assert ask(forge, "pull", "b", "main", "two", "x").out.startswith(
        "updated 5")
    assert forge.pulls[0]["title"] == "two"


def test_one_comment(forge, ask):
    def say(body):
        return ask(forge, "comment", "5", "diff", body).out.strip()

    assert say("-") == "unchanged"
    assert say("one") == "created"
    assert say("one") == "unchanged"
    assert say("two") == "updated"
    mark = ("[gitops:diff]: #" if forge.kind.startswith("bitbucket")
            else "<!-- gitops:diff -->")
    assert [text for _, text in forge.notes] == [f"two\n\n{mark}"]
    assert say("-") == "removed"
    assert forge.notes == []


def test_a_long_comment_is_cut(forge, ask):
    ask(forge, "comment", "5", "diff", "\u00e4" * 40000)
    text = forge.notes[0][1]
    if forge.kind != "gitlab":
        assert len(text.encode()) <= (65536 if forge.kind == "github"
                                      else 32768)
    assert "gitops:diff" in text.splitlines()[-1]


def test_a_status(forge, ask):
    ask(forge, "status", SHA, "gitops/diff of a cluster with a long name",
        "failure", "3 differ", "-")
    (_, path, body) = forge.asked[-1]
    assert body["state"] == {"github": "failure", "gitlab": "failed"}.get(
        forge.kind, "FAILED")
    if forge.kind.startswith("bitbucket"):
        assert len(body["key"]) <= 40 and body["url"].startswith(forge.url)


def test_gitlab_knows_it_already(ask):
    lab = Forge("gitlab")
    lab.answers = [("POST", "statuses", (400, {}, {
        "message": "Cannot transition status via :enqueue from :pending"}))]
    ask(lab, "status", SHA, "x", "pending", "y", "-")
    lab.stop()


@pytest.mark.parametrize("status, headers, body, expect, words", [
    (401, {}, {"message": "Bad credentials"}, 2,
     "does not let this token do it (401: Bad credentials)"),
    (403, {}, {"message": "Resource not accessible by integration"}, 2,
     "does not let this token do it (403"),
    (403, {}, {"message": "API rate limit exceeded for installation"}, 4,
     "has enough of us (403: API rate limit"),
    (403, {"Retry-After": "60"}, {"message": "wait"}, 4, "has enough of us"),
    (404, {}, {"message": "Not Found"}, 2, "does not find it (404: Not"),
    (422, {}, {"message": "Validation Failed", "errors": [
        {"message": "is too long"}]}, 2,
     "refuses it (422: Validation Failed; is too long)"),
    (500, {}, None, 4, "fails (500)"),
    (301, {"Location": "https://example.com/"}, {"message": "Moved"}, 2,
     "sends us elsewhere (301)"),
])
def test_row_96_refusals(hub, ask, status, headers, body, expect, words):
    hub.answers = [("GET", "comments", (status, headers, body))]
    result = ask(hub, "comment", "5", "k", "x", expect=expect)
    assert f"comment on pull request 5: GitHub {words}" in result.err
    assert hub.notes == []


def test_row_100_a_page_to_log_in_is_no_answer(hub, ask):
    hub.answers = [("GET", "pulls", (200, {"Content-Type": "text/html"},
                                     "<!DOCTYPE html><title>Log in"))]
    result = ask(hub, "pull", "b", "main", "one", "x", expect=2)
    assert "GitHub answers with no JSON: " in result.err
    assert hub.pulls == []


def test_a_token_follows_no_redirect(hub, ask):
    other = Forge("github")
    hub.answers = [("GET", "comments", (
        307, {"Location": other.url + "/api/v3/repos/o/r/issues/5/comments"},
        None))]
    result = ask(hub, "comment", "5", "k", "x", expect=2)
    assert "where no token goes" in result.err
    assert other.asked == []
    other.stop()
