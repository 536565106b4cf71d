# SPDX-License-Identifier: Apache-2.0
"""A sync that did something, or failed, is an Event at its record."""

import subprocess

import pytest

from bed import objects
from bed.proxy import Answer, Proxy, Refuse, Reset

EVENTS = "/api/v1/namespaces/{}/events"


@pytest.fixture
def one(kube, repo, ns):
    """A repository with one object, whose record is in its Namespace."""
    kube.env["GITOPS_RECORD_NAMESPACE"] = ns
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)},
                message="the first")
    return repo


def events(control, ns):
    found = control.api.items(EVENTS.format(ns))
    return [(e["type"], e["reason"], e["message"]) for e in found]


def failure(control, ns):
    """The message of the only warning."""
    [(reason, message)] = [event[1:] for event in events(control, ns)
                           if event[0] == "Warning"]
    assert reason == "SyncFailed"
    return message


def test_kubectl_shows_it(kube, control, one, ns):
    kube("sync", one, env={"LOGNAME": "ann", "BUILD_URL": "https://ci/7"})
    record = f"gitops-{kube.env['GITOPS_APP']}"
    [event] = control.api.items(EVENTS.format(ns))
    commit = one.git("rev-parse", "--short=7", "HEAD")
    assert event["type"] == "Normal" and event["reason"] == "Synced"
    assert event["message"].startswith(
        f'HEAD@{commit} "the first": 1 created (run by ann@')
    assert event["message"].endswith(", https://ci/7)")
    for command in (["describe", "configmap", record], ["get", "events"]):
        shown = subprocess.run(
            [control.kubectl, "--kubeconfig", str(control.kubeconfig), "-n",
             ns, *command], check=True, capture_output=True).stdout.decode()
        assert "Synced" in shown and "1 created" in shown, shown


def test_nothing_to_do_is_no_event(kube, control, one, ns):
    kube("sync", one)
    again = kube("sync", "-o", "json", one).json
    assert again["requests"]["writes"] == 0
    assert len(events(control, ns)) == 1


def test_it_costs_one_request(kube, control, one, ns):
    kube("sync", one)
    one.commit({"a.yaml": objects.config_map("a", {"x": "2"}, ns)})
    requests = kube("sync", "-o", "json", one).json["requests"]
    # The object, the record, and the Event.
    assert requests["writes"] == 3
    assert len(events(control, ns)) == 2


def test_what_is_refused_is_a_warning(kube, control, one, ns):
    kube("sync", one)
    one.commit({"a.yaml": f"""
        apiVersion: v1
        kind: ConfigMap
        metadata: {{name: a, namespace: {ns}}}
        data: {{x: []}}
        """})
    kube("sync", one, expect=2)
    assert f"ConfigMap {ns}/a" in failure(control, ns)


def test_too_many_deletes_are_a_warning(kube, control, one, ns):
    one.commit({"b.yaml": objects.config_map("b", {}, ns)})
    kube("sync", one)
    one.commit({"b.yaml": None})
    kube("sync", "--max-deletes", "0", one, expect=2)
    assert "delete" in failure(control, ns)


def test_what_is_not_healthy_is_named(kube, control, one, ns):
    one.commit({"b.yaml": objects.deployment(ns)})
    kube("sync", "--wait", "1s", one, expect=5)
    [(kind, reason, message)] = events(control, ns)
    assert (kind, reason) == ("Warning", "Unhealthy")
    assert "2 created in " in message and f"Deployment {ns}/web: " in message


def test_secrets_are_not_in_it(kube, control, one, ns):
    """Neither of the message of a commit nor of an object."""
    one.commit({"s.yaml": f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: s, namespace: {ns}}}
        stringData: {{key: {objects.SECRET}}}
        """}, message=f"the key is {objects.SECRET}")
    kube("sync", one)
    [(_, _, message)] = events(control, ns)
    assert '"the key is ***"' in message


def test_long_and_hostile_texts(kube, control, one, ns):
    one.commit({"b.yaml": objects.config_map("b", {}, ns)},
               message="\x1b[31m" + "ä" * 2000)
    kube("sync", one)
    [(_, _, message)] = events(control, ns)
    assert "\x1b" not in message and "\\x1b[31m" in message
    assert len(message.encode()) <= 1024 and " (run by " in message


@pytest.mark.parametrize("answer", [
    Refuse(403, "Forbidden", "events is forbidden"),
    Answer(404, ""),
    Refuse(500, "InternalError", "no room")])
def test_without_it_the_sync_is_the_same(gitops, control, one, ns, tmp_path,
                                         answer):
    def decide(request):
        return answer if request.path.endswith("/events") else None

    with Proxy(control, decide) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
        result = gitops("sync", one)
    assert "warning: no Event was written for ConfigMap" in result.err
    assert "1 created" in result.out
    assert events(control, ns) == []


def test_an_answer_that_is_lost(gitops, control, one, ns, tmp_path):
    """It is sent again, and there is one all the same."""
    struck = []

    def decide(request):
        if request.path.endswith("/events") and not struck:
            struck.append(request)
            return Reset(after=True)
        return None

    with Proxy(control, decide) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
        result = gitops("sync", one)
    assert struck and "warning" not in result.err
    assert len(events(control, ns)) == 1
