# SPDX-License-Identifier: Apache-2.0
"""A fleet: several clusters in one run, each with the apps that are meant for
it, and none that stands in the way of another."""

import json
import signal

import pytest

from bed import objects
from bed.control import Control
from bed.process import free_port, wait_until

FLEET = """
apiVersion: gitops/v1
apps:
- {{name: {ns}-web, path: web}}
- {{name: {ns}-db, path: db}}
clusters:
- {{name: east, context: first}}
- {{name: west, context: second, apps: [{ns}-web]}}
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """A second control plane."""
    plane = Control(tmp_path_factory.mktemp("other"))
    yield plane
    plane.stop()


@pytest.fixture
def fleet(gitops, control, other, repo, ns, tmp_path):
    """gitops with contexts `first`, `second`, and `away`, which nobody
    answers; a repository with two apps."""
    other.api.namespace(ns)
    entries = {}
    for name, plane in (("first", control), ("second", other)):
        entries[name] = json.loads(plane.kubeconfig.read_text())
    away = json.loads(control.kubeconfig.read_text())
    away["clusters"][0]["cluster"]["server"] = \
        f"https://127.0.0.1:{free_port()}"
    entries["away"] = away
    path = tmp_path / "kubeconfig"
    path.touch(mode=0o600)
    path.write_text(json.dumps({
        "apiVersion": "v1", "kind": "Config", "current-context": "first",
        "clusters": [{"name": name, "cluster": e["clusters"][0]["cluster"]}
                     for name, e in entries.items()],
        "users": [{"name": name, "user": e["users"][0]["user"]}
                  for name, e in entries.items()],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}
                     for name in entries]}))
    gitops.kubeconfig = path
    gitops.env.update(GITOPS_APP=None, GIT_AUTHOR_NAME="Ada",
                      GIT_AUTHOR_EMAIL="ada@example.com",
                      GIT_COMMITTER_NAME="Ada",
                      GIT_COMMITTER_EMAIL="ada@example.com")
    repo.commit({"gitops.yaml": FLEET.format(ns=ns),
                 "web/a.yaml": objects.config_map("a", {"k": "v"}, ns),
                 "db/b.yaml": objects.config_map("b", {"k": "v"}, ns)})
    return gitops


def names(plane, ns):
    listed = plane.api.get(objects.config_maps(ns))["items"]
    return {one["metadata"]["name"] for one in listed} - {"kube-root-ca.crt"}


def reports(result):
    return {c["name"]: c for c in result.json["clusters"]}


def test_each_cluster_gets_its_apps(fleet, control, other, repo, ns):
    diff = fleet("diff", repo, "-o", "json", expect=1)
    assert [c["name"] for c in diff.json["clusters"]] == ["east", "west"]

    result = fleet("sync", repo)
    assert "2 clusters: 2 well (east, west)" in result.out
    assert names(control, ns) == {"a", "b"}
    assert names(other, ns) == {"a"}

    again = fleet("sync", repo, "-o", "json")
    for report in reports(again).values():
        assert report["report"]["requests"]["writes"] == 0
    assert fleet("sync", "-q", repo).out == ""
    fleet("diff", repo)


def test_the_contexts_choose_among_them(fleet, control, other, repo, ns):
    fleet("sync", repo, "--context", "second")
    assert names(control, ns) == set()
    assert names(other, ns) == {"a"}
    status = fleet("status", repo, "-o", "json", "--context", "west")
    assert [a["state"] for a in status.json["apps"]] == ["in sync"]
    refused = fleet("sync", repo, "--context", "away", expect=2)
    assert "not among the clusters of gitops.yaml" in refused.err


def test_without_a_list_contexts_are_the_fleet(fleet, control, other, repo,
                                               ns):
    repo.commit({"gitops.yaml": FLEET.format(ns=ns).split("clusters:")[0]})
    fleet("sync", repo, "--context", "first", "--context", "second")
    assert names(control, ns) == names(other, ns) == {"a", "b"}


def test_a_cluster_that_is_away_stops_no_other(fleet, other, repo, ns):
    text = FLEET.format(ns=ns).replace("context: first", "context: away")
    repo.commit({"gitops.yaml": text})
    result = fleet("sync", repo, "-o", "json", "--timeout", "20s", expect=4)
    ends = {name: c["exitStatus"] for name, c in reports(result).items()}
    assert ends == {"east": 4, "west": 0}
    assert names(other, ns) == {"a"}
    assert "east: gitops: sync: " in result.err


def test_what_is_wrong_in_git_is_written_nowhere(fleet, control, other, repo,
                                                 ns):
    repo.commit({"db/b.yaml": "kind: ["})
    fleet("sync", repo, expect=2)
    assert names(control, ns) == names(other, ns) == set()


def test_what_is_wrong_in_one_app_stops_no_other(fleet, control, other, repo,
                                                 ns):
    repo.commit({"db/b.yaml": "kind: ["})
    result = fleet("sync", repo, "--on-error", "continue", "-o", "json",
                   expect=3)
    ends = {name: c["exitStatus"] for name, c in reports(result).items()}
    assert ends == {"east": 3, "west": 0}
    assert names(control, ns) == names(other, ns) == {"a"}
    states = {app["name"]: app["state"] for app in reports(
        fleet("status", repo, "-o", "json", expect=2))["east"]["report"]
        ["apps"]}
    assert states == {f"{ns}-web": "in sync", f"{ns}-db": "unknown"}


def test_a_deployment_that_cannot_be_fails_alone(fleet, control, other, repo,
                                                 ns):
    """The worst of the exit statuses is that of the run."""
    repo.commit({"db/b.yaml": objects.config_map("b", {"k": 1}, ns)})
    result = fleet("sync", repo, "-o", "json", expect=2)
    ends = {name: c["exitStatus"] for name, c in reports(result).items()}
    assert ends == {"east": 2, "west": 0}
    assert names(control, ns) == set()
    assert names(other, ns) == {"a"}


def test_rollback_and_history_of_one(fleet, other, repo, ns):
    fleet("sync", repo)
    repo.commit({"web/a.yaml": objects.config_map("a", {"k": "new"}, ns)})
    fleet("sync", repo)
    assert "--context NAME" in fleet("rollback", repo, expect=2).err
    fleet("rollback", repo, "--context", "west")
    data = other.api.get(f"{objects.config_maps(ns)}/a")["data"]
    assert data == {"k": "v"}
    history = fleet("history", repo, "-o", "json")
    syncs = {name: len(c["report"]["apps"][0]["syncs"])
             for name, c in reports(history).items()}
    assert syncs == {"east": 2, "west": 3}


def test_a_signal_stops_all(fleet, control, other, repo, ns):
    """Each ends what it is at, as it would alone."""
    pod = {"apiVersion": "v1", "kind": "Pod",
           "metadata": {"name": "p", "namespace": ns},
           "spec": {"automountServiceAccountToken": False,
                    "containers": [{"name": "c", "image": "example/c"}]}}
    for plane in (control, other):
        if not plane.api.find(f"/api/v1/namespaces/{ns}/serviceaccounts/"
                              "default"):
            plane.api.create(f"/api/v1/namespaces/{ns}/serviceaccounts",
                             {"apiVersion": "v1", "kind": "ServiceAccount",
                              "metadata": {"name": "default"}})
    repo.commit({"web/a.yaml": json.dumps(pod)})
    process = fleet.start("sync", repo, "--wait", "2m")
    pods = f"/api/v1/namespaces/{ns}/pods/p"
    wait_until(lambda: control.api.find(pods) and other.api.find(pods), 60,
               "both pods")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == -signal.SIGTERM
