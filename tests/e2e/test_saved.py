# SPDX-License-Identifier: Apache-2.0
"""What was reviewed is what is done: sync carries out a saved plan, or refuses
and names what has moved."""

import base64
import json

import pytest

from bed import objects


def path(ns, name):
    return f"{objects.config_maps(ns)}/{name}"


@pytest.fixture
def plan(kube, repo, ns, tmp_path):
    """A plan with a change, a create and a delete."""
    repo.commit({"a.yaml": objects.config_map("a", {"k": "v"}, ns),
                 "b.yaml": objects.config_map("b", {"k": "v"}, ns),
                 "web.yaml": objects.deployment(ns)})
    kube("sync", repo)
    repo.commit({"a.yaml": objects.config_map("a", {"k": "new"}, ns),
                 "b.yaml": None,
                 "c.yaml": objects.config_map("c", {"k": "v"}, ns),
                 "web.yaml": objects.deployment(ns, replicas=3)})
    file = tmp_path / "plan.json"
    kube("diff", "-q", "--out", file, repo, expect=1)
    return file


def refused(kube, repo, file, *words):
    result = kube("sync", "--plan", file, repo, expect=2)
    assert "hint: " in result.err
    for word in words:
        assert word in result.err, result.err
    return result


def test_what_was_saved_is_done(plan, kube, control, repo, ns):
    saved = json.loads(plan.read_text())
    assert {s["name"]: s["action"] for s in saved["steps"]} == {
        "a": "change", "b": "delete", "c": "create", "web": "change"}
    commit = repo.git("rev-parse", "HEAD")
    assert saved["commit"] == commit
    # What is committed meanwhile is not in the plan, and is not done.
    repo.commit({"a.yaml": objects.config_map("a", {"k": "newer"}, ns)})
    result = kube("sync", "-o", "json", "--plan", plan, repo).json
    assert result["revision"]["commit"] == commit
    assert control.api.get(path(ns, "a"))["data"] == {"k": "new"}
    assert control.api.find(path(ns, "b")) is None
    assert control.api.find(path(ns, "c"))
    refused(kube, repo, plan, "a does not differ any more")


def test_an_object_that_was_changed_since(plan, kube, control, repo, ns):
    control.api.merge(path(ns, "a"), {"data": {"more": "x"}}, "alice")
    refused(kube, repo, plan, f"ConfigMap {ns}/a was changed in the cluster")
    assert control.api.get(path(ns, "a"))["data"]["k"] == "v", "no write"
    assert control.api.find(path(ns, "c")) is None, "nor any other"


def test_a_status_since_does_no_harm(plan, kube, control, repo, ns):
    control.api.merge(f"/apis/apps/v1/namespaces/{ns}/deployments/web/status",
                      {"status": {"observedGeneration": 1}}, "controller")
    kube("sync", "--plan", plan, repo)


def test_an_object_that_was_made_anew_since(plan, kube, control, repo, ns):
    control.api.delete(path(ns, "b"))
    control.api.create(objects.config_maps(ns), {
        "metadata": {"name": "b"}, "data": {"k": "v"}})
    refused(kube, repo, plan, f"ConfigMap {ns}/b")
    assert control.api.find(path(ns, "b"))


def test_an_object_that_somebody_created_since(plan, kube, control, repo, ns):
    control.api.create(objects.config_maps(ns), {
        "metadata": {"name": "c"}, "data": {"k": "theirs"}})
    refused(kube, repo, plan, f"ConfigMap {ns}/c was deleted, or made anew")


def test_what_differs_only_now(kube, control, repo, ns, tmp_path):
    repo.commit({"a.yaml": objects.config_map("a", {"k": "v"}, ns),
                 "b.yaml": objects.config_map("b", {"k": "v"}, ns)})
    kube("sync", repo)
    file = tmp_path / "plan.json"
    kube("diff", "--out", file, repo)
    control.api.merge(path(ns, "b"), {"data": {"k": "hand"}}, "alice")
    refused(kube, repo, file, f"ConfigMap {ns}/b did not differ")
    assert control.api.get(path(ns, "b"))["data"] == {"k": "hand"}


def test_a_plan_holds_no_secret(kube, control, repo, ns, tmp_path):
    def secret(value):
        return f"""
            apiVersion: v1
            kind: Secret
            metadata: {{name: s, namespace: {ns}}}
            stringData: {{password: {value}}}
            """

    kube.hide("CANARY", "Q0FOQVJZ")
    repo.commit({"s.yaml": secret("CANARY-1")})
    kube("sync", repo)
    repo.commit({"s.yaml": secret("CANARY-2")})
    file = tmp_path / "plan.json"
    kube("diff", "-q", "--out", file, repo, expect=1)
    kube.look_for_secrets(file.read_text(), "in the plan")
    step, = json.loads(file.read_text())["steps"]
    assert "before" not in step and "after" not in step
    # Of what cannot be compared every write counts.
    control.api.merge(f"/api/v1/namespaces/{ns}/secrets/s",
                      {"metadata": {"labels": {"x": "y"}}}, "alice")
    refused(kube, repo, file, "was changed in the cluster")
    kube("diff", "-q", "--out", file, repo, expect=1)
    kube("sync", "--plan", file, repo)


def test_a_plan_is_of_one_cluster_and_its_apps(plan, kube, repo, tmp_path):
    result = kube("sync", "--plan", plan, "--cluster", f"dir:{tmp_path}/dir",
                  repo, expect=2)
    assert "the plan is of another cluster" in result.err
    result = kube("sync", "--plan", plan, repo, expect=2,
                  env={"GITOPS_APP": "another", "GITOPS_TAKE_OVER": "1"})
    assert "the plan is of other apps" in result.err


@pytest.mark.parametrize("what", ["address", "authority"])
def test_a_context_of_the_same_name_elsewhere(plan, kube, control, repo,
                                              tmp_path, what):
    """Within a cluster even the address is the same as in all others."""
    if not control.own:
        pytest.skip("needs a cluster of our own")
    encoded = base64.b64encode(2 * control.ca.read_bytes()).decode()
    there = {"address": {"server": f"https://localhost:{control.port}",
                         "tls-server-name": "127.0.0.1"},
             "authority": {"certificate-authority-data": encoded}}
    user = json.loads(control.kubeconfig.read_text())["users"][0]["user"]
    kube.kubeconfig = control.write_kubeconfig(
        control.kubeconfig.stem, user, there[what], directory=tmp_path)
    refused(kube, repo, plan,
            "the plan is of another cluster, whose name is the same")


def test_what_is_no_plan(kube, repo, ns, tmp_path):
    repo.commit({"a.yaml": objects.config_map("a", {}, ns)})
    file = tmp_path / "plan.json"
    assert "no such file" in kube("sync", "--plan", file, repo,
                                  expect=2).err.lower()
    for text in ("{", "{}", '{"apiVersion": "gitops/v2", "kind": "Plan"}'):
        file.write_text(text)
        assert str(file) in kube("sync", "--plan", file, repo, expect=2).err
    for more in (["--rev", "main"], ["--worktree"], ["--validate=none"]):
        kube("sync", "--plan", file, *more, repo, expect=2)
    kube("diff", "--out", file, "--from", "HEAD", repo, expect=2)
