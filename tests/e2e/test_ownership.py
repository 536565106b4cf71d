# SPDX-License-Identifier: Apache-2.0
"""Git wins, and what it wins from others is said; fields that kubectl had
applied become ours, so that removing them in git removes them."""

import subprocess

import pytest

from bed import objects


def kubectl(control, *args, stdin=None):
    done = subprocess.run(
        [control.kubectl, "--kubeconfig", str(control.kubeconfig), *args],
        input=stdin, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def managers(live):
    return {(m["manager"], m["operation"])
            for m in live["metadata"]["managedFields"]
            if "subresource" not in m}


@pytest.mark.parametrize("how", [
    [], ["--server-side"], ["--server-side", "--field-manager=kubectl"]],
    ids=["client-side", "server-side", "named-kubectl"])
def test_field_that_kubectl_applied_is_removed(kube, control, repo, ns, how):
    kubectl(control, "apply", *how, "-f", "-", stdin=objects.config_map(
        "a", {"keep": "1", "drop": "2"}, ns))
    repo.commit({"a.yaml": objects.config_map("a", {"keep": "1"}, ns)})

    shown = kube("diff", repo, expect=1)
    assert "-  drop:" in shown.out
    assert "last-applied-configuration" not in shown.out
    kube("sync", repo)
    live = control.api.get(f"{objects.config_maps(ns)}/a")
    assert live["data"] == {"keep": "1"}
    assert managers(live) == {("gitops", "Apply")}
    kube("diff", repo)


def test_equal_object_of_kubectl_is_taken_over_without_a_change(
        kube, control, repo, ns):
    """The first sync folds the entries; from then on it is ours."""
    text = objects.config_map("a", {"x": "1"}, ns)
    kubectl(control, "apply", "-f", "-", stdin=text)
    repo.commit({"a.yaml": text})
    kube("sync", repo)
    path = f"{objects.config_maps(ns)}/a"
    assert managers(control.api.get(path)) == {("gitops", "Apply")}

    version = control.api.get(path)["metadata"]["resourceVersion"]
    kube("sync", repo)
    assert control.api.get(path)["metadata"]["resourceVersion"] == version

    repo.commit({"a.yaml": objects.config_map("a", {"z": "1"}, ns)})
    kube("sync", repo)
    assert control.api.get(path)["data"] == {"z": "1"}


def test_deployment_of_kubectl_loses_what_git_does_not_want(kube, control,
                                                            repo, ns):
    with_extra = objects.deployment(ns).replace(
        "valueFrom: {fieldRef: {fieldPath: metadata.name}}",
        "valueFrom: {fieldRef: {fieldPath: metadata.name}}\n"
        "                - {name: DEBUG, value: yes-please}")
    kubectl(control, "apply", "-f", "-", stdin=with_extra)
    repo.commit({"web.yaml": objects.deployment(ns)})
    assert "DEBUG" in kube("diff", repo, expect=1).out
    kube("sync", repo)
    live = control.api.get(f"/apis/apps/v1/namespaces/{ns}/deployments/web")
    env = live["spec"]["template"]["spec"]["containers"][0]["env"]
    assert [e["name"] for e in env] == ["POD"]


@pytest.mark.parametrize("drift", [
    ["scale", "deployment/web", "--replicas=7"],
    ["set", "image", "deployment/web", "web=nginx:evil"],
    ["label", "deployment/web", "app=other", "--overwrite"],
    ["set", "env", "deployment/web", "POD-"],
], ids=["scale", "image", "label", "env"])
def test_drift_made_with_kubectl_is_shown_and_repaired(kube, control, repo,
                                                       ns, drift):
    repo.commit({"web.yaml": objects.deployment(ns)})
    kube("sync", repo)
    path = f"/apis/apps/v1/namespaces/{ns}/deployments/web"
    wanted = control.api.get(path)

    kubectl(control, "-n", ns, *drift)
    shown = kube("diff", repo, expect=1)
    assert f"Deployment {ns}/web" in shown.out
    kube("sync", repo)
    live = control.api.get(path)
    assert live["spec"] == wanted["spec"]
    assert live["metadata"]["labels"] == wanted["metadata"]["labels"]
    kube("diff", repo)


def test_a_deleted_object_comes_back(kube, control, repo, ns):
    repo.commit({"web.yaml": objects.deployment(ns)})
    kube("sync", repo)
    kubectl(control, "-n", ns, "delete", "deployment", "web")
    kube("diff", repo, expect=1)
    kube("sync", repo)
    assert control.api.find(f"/apis/apps/v1/namespaces/{ns}/deployments/web")


def test_fields_of_others_that_git_does_not_name_stay(kube, control, repo,
                                                      ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    kube("sync", repo)
    path = f"{objects.config_maps(ns)}/a"
    control.api.merge(path, {"data": {"theirs": "2"}}, "operator")
    kube("diff", repo)
    kube("sync", repo)
    assert control.api.get(path)["data"] == {"x": "1", "theirs": "2"}


def test_row_22_the_overridden_manager_is_named(kube, control, repo, ns):
    path = f"{objects.config_maps(ns)}/a"
    control.api.apply(path, {
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "a"}, "data": {"x": "theirs"}}, "autopilot")
    repo.commit({"a.yaml": objects.config_map("a", {"x": "ours"}, ns)})

    shown = kube("diff", repo, expect=1)
    assert "autopilot" in shown.out + shown.err
    synced = kube("sync", repo)
    assert "autopilot" in synced.out + synced.err
    assert ".data.x" in synced.out + synced.err
    assert control.api.get(path)["data"] == {"x": "ours"}
    assert "autopilot" not in kube("sync", repo).err


def test_row_22_no_force_leaves_contested_fields(kube, control, repo, ns):
    path = f"{objects.config_maps(ns)}/a"
    control.api.apply(path, {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"},
        "data": {"x": "theirs"}}, "autopilot")
    repo.commit({"a.yaml": objects.config_map(
        "a", {"x": "ours", "y": "ours"}, ns)})

    result = kube("sync", "--no-force", repo)
    assert control.api.get(path)["data"] == {"x": "theirs", "y": "ours"}
    said = result.out + result.err
    assert "autopilot" in said and ".data.x" in said
    kube("diff", "--no-force", repo)
