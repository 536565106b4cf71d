# SPDX-License-Identifier: Apache-2.0
"""status tells how the apps are, and history what was synced; neither changes
anything."""

import json

import pytest

from bed import objects
from bed.process import wait_until
from bed.repository import Repository

SECONDS = 60


def maps(ns, *names, **data):
    return {f"{name}.yaml": objects.config_map(name, data or {"k": "v"}, ns)
            for name in names}


def path(ns, name):
    return f"{objects.config_maps(ns)}/{name}"


def apps(result):
    return {app["name"]: app for app in result.json["apps"]}


def causes(result):
    """By the names of the objects that differ."""
    return {o["name"]: (o["cause"], o["action"])
            for o in result.json["objects"] if o["cause"]}


@pytest.fixture
def synced(kube, repo, ns):
    """Two ConfigMaps, as they were synced."""
    repo.commit(maps(ns, "a", "b"), "the first")
    kube("sync", repo, env={"LOGNAME": "ada"})
    return kube


@pytest.fixture
def status(gitops, repo):
    """The one app, and the whole result."""
    def run(*args):
        result = gitops("status", "-o", "json", *args, repo)
        (app,) = result.json["apps"]
        return app, result

    return run


def test_an_app_that_was_never_synced(kube, status, repo, ns):
    repo.commit(maps(ns, "a"))
    app, result = status()
    assert app["state"] == "never synced"
    assert app["sync"] is None and app["sameCommit"] is None
    assert causes(result) == {"a": ("pending", "create")}
    name = kube.env["GITOPS_APP"]
    assert kube("history", repo).out == f"{name}: never synced\n"
    assert f"{name}  never synced\n" in kube("status", repo).out


def test_in_sync(synced, status, repo):
    app, result = status()
    assert app["state"] == "in sync"
    assert app["sameCommit"] is True
    assert app["health"] is None
    assert causes(result) == {}
    sync = app["sync"]
    assert sync["commit"] == repo.git("rev-parse", "HEAD")
    assert sync["subject"] == "the first"
    assert sync["author"] == "Ada <ada@example.com>"
    assert sync["who"].startswith("ada@")
    assert sync["result"] == "done"
    assert (sync["created"], sync["number"]) == (2, 1)
    text = synced("status", repo).out
    assert text.endswith(f' "the first" -> {result.json["cluster"]["name"]}\n')
    assert "in sync  HEAD@" in text and " ago by ada " in text
    assert text.count("\n") == 2


def test_nothing_is_written(synced, status, control, repo, ns):
    control.api.merge(path(ns, "a"), {"data": {"k": "hand"}})
    before = control.api.get(objects.config_maps(ns))
    _, result = status()
    assert result.json["requests"]["writes"] == 0
    synced("history", repo)
    assert control.api.get(objects.config_maps(ns))["items"] == before["items"]


def test_an_edit_by_hand_is_drift(synced, status, control, repo, ns):
    control.api.merge(path(ns, "a"), {"data": {"k": "hand"}})
    app, result = status()
    assert (app["state"], app["drifted"], app["pending"]) == ("drifted", 1, 0)
    assert causes(result) == {"a": ("drifted", "change")}
    assert f"  drifted     change ConfigMap {ns}/a\n" in \
        synced("status", repo).out


def test_an_object_that_somebody_deletes_is_drift(synced, status, control, ns):
    control.api.delete(path(ns, "b"))
    app, result = status()
    assert app["state"] == "drifted"
    assert causes(result) == {"b": ("drifted", "create")}


def test_a_new_commit_is_pending(synced, status, repo, ns):
    repo.commit({**maps(ns, "a", k="new"), **maps(ns, "c"), "b.yaml": None})
    app, result = status()
    assert (app["state"], app["drifted"], app["pending"]) == ("pending", 0, 3)
    assert app["sameCommit"] is False
    assert causes(result) == {"a": ("pending", "change"),
                              "b": ("pending", "delete"),
                              "c": ("pending", "create")}
    oid = repo.git("rev-parse", "--short=7", "HEAD")
    assert f"  behind      HEAD@{oid} is not synced yet\n" in \
        synced("status", repo).out


def test_drift_and_a_new_commit(synced, status, control, repo, ns):
    """Each object by itself: the commit alone could not tell."""
    control.api.merge(path(ns, "a"), {"data": {"k": "hand"}})
    repo.commit(maps(ns, "b", k="new"))
    app, result = status()
    assert (app["state"], app["drifted"], app["pending"]) == ("drifted", 1, 1)
    assert causes(result) == {"a": ("drifted", "change"),
                              "b": ("pending", "change")}


def test_a_commit_that_changes_no_object_is_in_sync(synced, status, repo):
    repo.commit({"README.md": "words"})
    app, _ = status()
    assert app["state"] == "in sync"
    assert app["sameCommit"] is False


def test_what_the_server_refuses_is_an_error(synced, repo, ns):
    repo.commit({"bad.yaml": f"""
        apiVersion: v1
        kind: Service
        metadata: {{name: bad, namespace: {ns}}}
        spec: {{ports: [{{port: 99999}}]}}
        """})
    result = synced("status", repo, expect=2)
    assert f"  unknown     Service {ns}/bad\n" in result.out
    assert "bad.yaml:1: Service" in result.err


def test_a_server_that_is_away_is_temporary(kube, repo, ns, tmp_path):
    repo.commit(maps(ns, "a"))
    away = tmp_path / "away"
    away.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "away",
        "clusters": [{"name": "away", "cluster": {
            "server": "https://127.0.0.1:1"}}],
        "users": [{"name": "away", "user": {}}],
        "contexts": [{"name": "away", "context": {
            "cluster": "away", "user": "away"}}]}))
    for command in ("status", "history"):
        kube(command, "--kubeconfig", away, "--timeout", "1s", repo, expect=4)


def test_another_repository_is_told(synced, status, repo, ns, tmp_path):
    other = Repository(tmp_path / "other")
    other.commit(maps(ns, "a", "b"))
    synced("diff", other, expect=2)
    out = synced("status", other).out
    assert f"  moved       it was synced from {repo}/.git/\n" in out


@pytest.fixture
def pair(kube, repo, ns, prefix):
    """Two apps, with an object each; only the first is synced."""
    kube.env["GITOPS_APP"] = None
    one, two = f"{prefix[:40]}-1".strip("-"), f"{prefix[:40]}-2".strip("-")
    repo.commit({
        "gitops.yaml": "apiVersion: gitops/v1\napps:\n"
                       f"- {{name: {one}, path: one}}\n"
                       f"- {{name: {two}, path: two}}\n",
        "one/a.yaml": objects.config_map("a", {"k": "v"}, ns),
        "two/b.yaml": objects.config_map("b", {"k": "v"}, ns)})
    kube("sync", "--app", one, repo)
    return one, two


def test_several_apps(pair, kube, control, repo, ns):
    one, two = pair
    found = apps(kube("status", "-o", "json", repo))
    assert {n: a["state"] for n, a in found.items()} == {
        one: "in sync", two: "never synced"}
    kube("sync", repo)
    control.api.merge(path(ns, "b"), {"data": {"k": "hand"}})
    result = kube("status", "-o", "json", repo)
    found = apps(result)
    assert {n: a["state"] for n, a in found.items()} == {
        one: "in sync", two: "drifted"}
    alone = apps(kube("status", "-o", "json", "--app", one, repo))
    assert list(alone) == [one]
    lines = kube("status", repo).out.splitlines()
    assert lines[0].startswith(f"{one}  in sync  HEAD@")
    assert lines[1].startswith(f"{two}  drifted  HEAD@")
    assert lines[2] == f"  drifted     change ConfigMap {ns}/b"
    assert lines[3].startswith("1 in sync, 1 drifted: HEAD@")


def test_it_costs_what_a_diff_costs(synced, status, control, repo, ns):
    """And history a few requests, however many objects there are."""
    control.api.merge(path(ns, "a"), {"data": {"k": "hand"}})
    _, result = status()
    diff = synced("diff", "-o", "json", repo, expect=1)
    assert result.json["requests"]["total"] == diff.json["requests"]["total"]
    history = synced("history", "-o", "json", repo).json
    assert history["requests"]["total"] <= 4
    assert history["requests"]["writes"] == 0


# ---- health ----


@pytest.fixture
def web(gitops, nodes, repo, prefix):
    """A Deployment that is healthy, synced, in a Namespace of its own."""
    gitops.kubeconfig = nodes.kubeconfig
    gitops.env["GITOPS_WAIT"] = "90s"
    nodes.api.namespace(prefix)
    repo.commit({"web.yaml": objects.deployment(prefix),
                 "config.yaml": objects.config_map("c", {"a": "b"}, prefix)})
    gitops("sync", repo)
    return gitops


def test_healthy(web, status, repo):
    app, result = status()
    assert app["health"] == {"judged": 1, "healthy": 1}
    states = {o["name"]: o["health"] and o["health"]["state"]
              for o in result.json["objects"]}
    assert states == {"c": None, "web": "current"}
    assert "in sync  1 of 1 healthy  HEAD@" in web("status", repo).out
    diff = web("diff", "-o", "json", repo).json
    assert result.json["requests"]["total"] == diff["requests"]["total"]


def test_a_rollout_that_fails(web, status, nodes, repo, prefix):
    pods = f"/api/v1/namespaces/{prefix}/pods"
    text = objects.deployment(prefix, image="nginx:0")
    repo.commit({"web.yaml": text.replace(
        "metadata: {labels: {app: web}}",
        'metadata: {labels: {app: web, held: "yes"}}')})
    web("sync", "--wait", "0", repo)

    def stuck():
        return [p for p in nodes.api.items(pods)
                if p["metadata"]["labels"].get("held")
                and p["spec"].get("nodeName")]

    wait_until(stuck, SECONDS, "a pod that is held")
    name = stuck()[0]["metadata"]["name"]
    nodes.api.merge(f"{pods}/{name}/status", {"status": {
        "phase": "Pending", "containerStatuses": [{
            "name": "web", "image": "nginx:0", "imageID": "", "ready": False,
            "restartCount": 0, "state": {"waiting": {
                "reason": "ImagePullBackOff",
                "message": "Back-off pulling image"}}}]}}, "kubelet")

    app, result = status()
    assert app["state"] == "in sync"
    assert app["health"] == {"judged": 1, "healthy": 0}
    (health,) = [o["health"] for o in result.json["objects"] if o["health"]]
    assert health["state"] == "failed"
    assert f"Pod {name}: container 'web': ImagePullBackOff" in health["reason"]

    # What explains it is listed once, and nothing is watched.
    diff = web("diff", "-o", "json", repo).json
    assert result.json["requests"]["total"] <= \
        diff["requests"]["total"] + len(["events", "pods", "replicasets"])
    text = web("status", "-vv", repo)
    assert "watch=true" not in text.err
    assert "0 of 1 healthy" in text.out
    assert f"  failed      Deployment {prefix}/web: " in text.out
    assert all(len(line) <= 80 or " " not in line.strip()
               for line in text.out.splitlines()[:-1]), text.out


def test_who_sees_no_pods_is_answered_all_the_same(web, nodes, repo, prefix):
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{prefix}"
    nodes.api.create(f"{rbac}/roles", {
        "metadata": {"name": "reader"}, "rules": [{
            "apiGroups": ["apps", ""],
            "resources": ["deployments", "configmaps"],
            "verbs": ["get", "list", "patch", "create"]}]})
    nodes.api.create(f"{rbac}/rolebindings", {
        "metadata": {"name": "reader"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role",
                    "name": "reader"},
        "subjects": [{"kind": "User", "name": "ada"}]})
    nodes.api.merge(
        f"/apis/apps/v1/namespaces/{prefix}/deployments/web",
        {"spec": {"template": {"metadata": {"labels": {"held": "yes"}}}}})
    result = web("status", "--as", "ada", "--record-namespace", prefix, repo)
    assert "never synced  0 of 1 healthy\n" in result.out
    assert f"  in progress Deployment {prefix}/web: " in result.out


# ---- history ----


def test_history(synced, control, repo, ns):
    repo.commit(maps(ns, "a", k="new"), "the second")
    synced("sync", repo, env={"LOGNAME": "bob",
                              "CI_JOB_URL": "https://ci.example.com/7"})
    repo.commit({"bad.yaml": f"""
        apiVersion: v1
        kind: Service
        metadata: {{name: bad, namespace: {ns}}}
        spec: {{ports: [{{port: 99999}}]}}
        """}, "the third")
    synced("sync", "--validate", "none", repo, expect=3)

    document = synced("history", "-o", "json", repo).json
    (app,) = document["apps"]
    syncs = app["syncs"]
    assert [s["number"] for s in syncs] == [3, 2, 1]
    assert [s["result"] for s in syncs] == ["failed", "done", "done"]
    assert [s["subject"] for s in syncs] == [
        "the third", "the second", "the first"]
    assert syncs[1]["who"].startswith("bob@")
    assert syncs[1]["job"] == "https://ci.example.com/7"
    assert (syncs[1]["changed"], syncs[2]["created"]) == (1, 2)
    assert document["requests"]["writes"] == 0

    lines = synced("history", repo).out.splitlines()
    assert lines[0] == synced.env["GITOPS_APP"]
    assert lines[1].startswith("!    3 failed     20")
    assert [n for n, l in enumerate(lines) if " done  " in l] == [3, 6]
    assert "       https://ci.example.com/7" in lines

    few = synced("history", "--limit", "1", "-o", "json", repo).json
    assert [s["number"] for s in few["apps"][0]["syncs"]] == [3]
    recent = synced("history", "--since", "1h", "-o", "json", repo).json
    assert len(recent["apps"][0]["syncs"]) == 3

    failed, _ = synced("status", repo, expect=2).out.split("\n", 1)
    assert " failed " in failed


def test_history_needs_only_the_records(synced, control, repo, ns):
    """Not even a tree that renders."""
    repo.commit({"a.yaml": "kind: ["})
    synced("status", repo, expect=2)
    assert " done " in synced("history", repo).out


def test_a_record_that_cannot_be_trusted(synced, control, repo):
    name = f"gitops-{synced.env['GITOPS_APP']}"
    control.api.merge(f"/api/v1/namespaces/default/configmaps/{name}",
                      {"data": {"syncs": "no JSON"}})
    for command in ("status", "history"):
        assert name in synced(command, repo, expect=2).err
