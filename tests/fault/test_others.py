# SPDX-License-Identifier: Apache-2.0
"""Somebody else is at work at the worst of moments: what he does is not lost,
and nothing is deleted that is not ours."""

import json
import os
import signal

import pytest

from bed import objects
from bed.proxy import Answer, Call, Proxy, Refuse, Reset

RECORDS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def proxy(control, gitops, tmp_path):
    with Proxy(control) as server:
        gitops.kubeconfig = server.kubeconfig(tmp_path)
        yield server


@pytest.fixture
def two(gitops, proxy, repo, ns):
    """a and b are applied; git wants a alone."""
    repo.commit(maps(ns, a="1", b="1"))
    gitops("sync", repo)
    repo.commit({"b.yaml": None})
    return repo


def maps(ns, **data):
    return {f"{name}.yaml": objects.config_map(name, {"k": text}, ns)
            for name, text in data.items()}


def path(ns, name):
    return f"{objects.config_maps(ns)}/{name}"


def live(control, ns):
    return {item["metadata"]["name"]: item.get("data") for item in
            control.api.items(objects.config_maps(ns))
            if item["metadata"]["name"] != "kube-root-ca.crt"}


def record(gitops):
    return f"{RECORDS}/gitops-{gitops.env['GITOPS_APP']}"


def members(control, gitops):
    """name: uid"""
    text = control.api.get(record(gitops))["data"]["members"]
    return {line.split()[3]: line.split()[4] for line in text.splitlines()}


def before(fits, function):
    """What decide() does with the first request that fits: function() is
    called, and what it returns is the action."""
    left = [function]

    def decide(request):
        if left and fits(request):
            return left.pop()()
    return decide


# ---- deletes ----

@pytest.mark.parametrize("made_anew", [False, True])
def test_row_11_a_delete_whose_answer_was_lost(gitops, control, proxy, two,
                                               ns, made_anew):
    """It is sent again: 404 is what was wanted, another one stays."""
    def done_and_cut():
        control.api.delete(path(ns, "b"))
        if made_anew:
            control.api.create(objects.config_maps(ns), {
                "metadata": {"name": "b"}, "data": {"k": "theirs"}})
        return Reset()

    proxy.decide = before(lambda r: r.method == "DELETE", done_and_cut)
    gitops("sync", two, expect=3 if made_anew else 0)
    deletes = [r for r in proxy.requests if r.method == "DELETE"]
    assert [r.status for r in deletes] == [None, 409 if made_anew else 404]
    assert live(control, ns) == {"a": {"k": "1"}} | (
        {"b": {"k": "theirs"}} if made_anew else {})
    gitops("sync", two)
    assert live(control, ns).get("b") == (
        {"k": "theirs"} if made_anew else None)
    assert list(members(control, gitops)) == ["a"]
    again = gitops("sync", "-o", "json", two).json
    assert again["requests"]["writes"] == 0


def test_row_34_one_object_under_two_groups(kube, control, repo, ns):
    """An Event is of "" and of events.k8s.io: when it goes by its other name
    in git, it is not deleted under the first."""
    old = f"""
        apiVersion: v1
        kind: Event
        metadata: {{name: e, namespace: {ns}}}
        involvedObject: {{apiVersion: v1, kind: ConfigMap, name: a,
                          namespace: {ns}}}
        eventTime: "2026-01-01T00:00:00.000000Z"
        type: Normal
        reason: Tried
        action: Try
        message: m
        reportingComponent: example.com/x
        reportingInstance: x-1
        """
    new = old.replace("apiVersion: v1\n        kind: Event",
                      "apiVersion: events.k8s.io/v1\n        kind: Event")
    for was, now in (("involvedObject", "regarding"), ("message", "note"),
                     ("reportingComponent", "reportingController")):
        new = new.replace(was, now)
    repo.commit({"e.yaml": old, **maps(ns, a="1")})
    kube("sync", repo)
    where = f"/api/v1/namespaces/{ns}/events/e"
    uid = control.api.get(where)["metadata"]["uid"]
    repo.commit({"e.yaml": new})
    kube("sync", repo)
    assert control.api.get(where)["metadata"]["uid"] == uid
    kube("sync", repo)
    kube("diff", repo)
    assert control.api.get(where)["metadata"]["uid"] == uid


@pytest.mark.parametrize("left", [True, False])
def test_row_42_a_group_that_is_down_is_not_pruned(gitops, control, proxy,
                                                   repo, ns, prefix, left):
    """Its server does not answer just now; discovery knows what there was
    last (`left`), or nothing."""
    group = f"{prefix}k.example.com"
    repo.commit({"crd.yaml": objects.crd(f"{prefix}k"), **maps(ns, a="1"),
                 "w.yaml": f"""
        apiVersion: {group}/v1
        kind: Widget
        metadata: {{name: w, namespace: {ns}}}
        spec: {{size: 3}}
        """})
    gitops("sync", repo)
    repo.commit({"w.yaml": None})
    handler = proxy.listener.RequestHandlerClass
    ask = handler.ask

    def stale(self, request):
        answer = ask(self, request)
        if request.path == "/apis" and answer.status == 200:
            found = json.loads(answer.body)
            for item in found["items"]:
                if item["metadata"]["name"] != group:
                    continue
                for version in item["versions"]:
                    version["freshness"] = "Stale"
                    if not left:
                        del version["resources"]
            return Answer(200, json.dumps(found), answer.headers)
        return answer

    handler.ask = stale
    proxy.decide = lambda r: Refuse(503, "ServiceUnavailable", "away") \
        if r.path.startswith(f"/apis/{group}/") else None
    result = gitops("sync", "-v", "--timeout", "10s", repo, expect=(0, 4))
    assert f"API {group}/v1 does not answer" in result.err
    where = f"/apis/{group}/v1/namespaces/{ns}/widgets/w"
    assert control.api.find(where)
    assert "w" in members(control, gitops)

    handler.ask = ask
    proxy.decide = lambda r: None
    gitops("sync", repo)
    assert not control.api.find(where)
    assert "w" not in members(control, gitops)


# ---- writes ----

@pytest.mark.parametrize("nth", [1, 2])
def test_row_23_a_record_that_somebody_writes_meanwhile(
        gitops, control, proxy, two, ns, nth):
    """Before the first write nothing is done; after the last the rerun finds
    all that was.  What he wrote stays."""
    two.commit(maps(ns, c="1"))
    seen = []

    def is_nth(request):
        if request.write and request.path == record(gitops):
            seen.append(request)
        return len(seen) == nth

    proxy.decide = before(is_nth, lambda: control.api.merge(
        record(gitops), {"metadata": {"annotations": {"theirs": "1"}}}) and
        None)
    result = gitops("sync", two, expect=4)
    assert "run the same command again" in result.err
    if nth == 1:
        assert set(live(control, ns)) == {"a", "b"}
    assert set(live(control, ns)) <= set(members(control, gitops))
    gitops("sync", two)
    assert set(live(control, ns)) == {"a", "c"} == set(
        members(control, gitops))
    assert control.api.get(record(gitops))["metadata"]["annotations"][
        "theirs"] == "1"


@pytest.mark.parametrize("dry_run", [True, False])
def test_row_52_one_that_somebody_makes_meanwhile(gitops, control, proxy,
                                                  repo, ns, dry_run):
    """Between our look and our write: git's fields are set, his others stay,
    and the record knows the object that there is."""
    repo.commit(maps(ns, a="1"))

    def create():
        control.api.create(objects.config_maps(ns), {
            "metadata": {"name": "a"}, "data": {"k": "2", "more": "3"}})

    proxy.decide = before(
        lambda r: r.method == "PATCH" and r.dry_run == dry_run and
        r.path == path(ns, "a"), create)
    gitops("sync", repo)
    there = control.api.get(path(ns, "a"))
    assert there["data"] == {"k": "1", "more": "3"}
    assert members(control, gitops) == {"a": there["metadata"]["uid"]}
    gitops("diff", repo)


# ---- two runs ----

def test_row_131_a_run_that_sleeps_while_another_takes_its_lock(
        gitops, control, repo, prefix, tmp_path):
    """It is stopped before its n-th write, its Lease runs out, another run
    syncs a newer commit and ends, and it wakes.  A rerun repairs what it has
    done; nothing is without an owner, and nothing foreign is deleted."""
    app = gitops.env["GITOPS_APP"]
    for n in range(1, 100):
        ns = f"{prefix}-{n}"
        gitops.env["GITOPS_APP"] = f"{app}-{n}"
        control.api.namespace(ns)
        gitops.kubeconfig = control.kubeconfig
        there = (name for name in ("c.yaml", "d.yaml")
                 if (repo.path / name).exists())
        repo.commit(maps(ns, a="1", b="1") | dict.fromkeys(there))
        gitops("sync", repo)
        repo.commit({**maps(ns, a="2", c="2"), "b.yaml": None})
        pid, struck = [], []

        def others():
            os.kill(pid[0], signal.SIGSTOP)
            control.api.raw("DELETE", "/apis/coordination.k8s.io/v1/"
                            "namespaces/default/leases/gitops-"
                            f"{app}-{n}")
            repo.commit({**maps(ns, a="3", d="3"), "c.yaml": None})
            gitops("sync", repo, env={"KUBECONFIG": control.kubeconfig})
            # As b was before, but not ours.
            if "b" not in live(control, ns):
                control.api.create(objects.config_maps(ns), {
                    "metadata": {"name": "b"}, "data": {"k": "theirs"}})
            os.kill(pid[0], signal.SIGCONT)

        def decide(request):
            if request.write == n and not struck:
                struck.append(request)
                return Call(others)

        with Proxy(control, decide) as proxy:
            gitops.kubeconfig = proxy.kubeconfig(tmp_path)
            first = gitops("sync", repo, expect=(0, 3, 4),
                           started=pid.append)
        known = members(control, gitops)
        ours = {name for name, data in live(control, ns).items()
                if data != {"k": "theirs"}}
        assert ours <= set(known), f"{n}, {struck}: {first}"
        gitops.kubeconfig = control.kubeconfig
        gitops("sync", repo)
        if not struck:
            assert n > 6
            return
        assert live(control, ns) == {
            "a": {"k": "3"}, "b": {"k": "theirs"}, "d": {"k": "3"}}, \
            f"{n}, {struck}: {first}"
        assert set(members(control, gitops)) == {"a", "d"}


def test_row_138_a_record_that_somebody_deletes(gitops, control, proxy, two,
                                                ns):
    """What is wanted is taken up again; what is not stays, for nobody knows
    any more that it was ours."""
    control.api.delete(record(gitops))
    gitops("sync", two)
    assert set(live(control, ns)) == {"a", "b"}
    assert list(members(control, gitops)) == ["a"]
    two.commit(maps(ns, b="2"))
    gitops("sync", two)
    two.commit({"b.yaml": None})
    gitops("sync", two)
    assert set(live(control, ns)) == {"a"}
