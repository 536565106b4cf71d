# SPDX-License-Identifier: Apache-2.0
"""Annotations of other tools that say how an object is applied."""

import pytest

from bed import objects

FLUX = "kustomize.toolkit.fluxcd.io/"


def annotated(ns, key, value, name="a", data="v", where="annotations"):
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {ns}, {where}: {{{key}: "{value}"}}}}
data: {{k: {data}}}
"""


def path(ns, name="a"):
    return f"{objects.config_maps(ns)}/{name}"


def left_alone(kube, repo, ns, words, expect=0):
    """Both commands say so, and nothing of it is written."""
    shown = kube("diff", repo, expect=expect)
    assert f"keep      ConfigMap {ns}/a" in shown.out and words in shown.out
    result = kube("sync", "-o", "json", repo).json
    step = next(o for o in result["objects"] if o["name"] == "a")
    assert step["action"] == "keep" and words in step["why"]
    assert words in kube("sync", "-v", repo).out


@pytest.mark.parametrize("where", ["annotations", "labels"])
def test_one_that_is_ignored_is_never_made(kube, control, repo, ns, where):
    repo.commit({"a.yaml": annotated(ns, FLUX + "ssa", "Ignore", where=where),
                 "b.yaml": objects.config_map("b", {"k": "v"}, ns)})
    left_alone(kube, repo, ns, "ssa says Ignore", expect=1)
    assert not control.api.find(path(ns))
    assert control.api.find(path(ns, "b"))
    again = kube("sync", "-o", "json", repo).json
    assert again["requests"]["writes"] == 0


def test_one_that_is_ignored_where_it_lives(kube, control, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"k": "v"}, ns)})
    kube("sync", repo)
    control.api.merge(path(ns), {
        "metadata": {"annotations": {FLUX + "ssa": "ignore"}}})
    repo.commit({"a.yaml": objects.config_map("a", {"k": "w"}, ns)})
    left_alone(kube, repo, ns, "ssa says Ignore")
    assert control.api.get(path(ns))["data"] == {"k": "v"}


def test_one_that_is_only_made(kube, control, repo, ns):
    key = FLUX + "ssa"
    repo.commit({"a.yaml": annotated(ns, key, "IfNotPresent")})
    assert "created" in kube("sync", repo).out
    repo.commit({"a.yaml": annotated(ns, key, "IfNotPresent", data="w")})
    left_alone(kube, repo, ns, "ssa says IfNotPresent")
    assert control.api.get(path(ns))["data"] == {"k": "v"}
    again = kube("sync", "-o", "json", repo).json
    assert again["requests"]["writes"] == 0
    # It stays in the record, and so is deleted with its manifest.
    repo.commit({"a.yaml": None,
                 "b.yaml": objects.config_map("b", {"k": "v"}, ns)})
    kube("sync", repo)
    assert not control.api.find(path(ns))


def test_one_that_is_paused_until_it_is_not(kube, control, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"k": "v"}, ns)})
    kube("sync", repo)
    control.api.merge(path(ns), {
        "data": {"k": "by hand"},
        "metadata": {"annotations": {FLUX + "reconcile": "disabled"}}})
    left_alone(kube, repo, ns, "reconcile says Disabled")
    assert control.api.get(path(ns))["data"] == {"k": "by hand"}
    control.api.merge(path(ns), {
        "metadata": {"annotations": {FLUX + "reconcile": None}}})
    kube("sync", repo)
    assert control.api.get(path(ns))["data"] == {"k": "v"}


@pytest.mark.parametrize("ssa, kept", [("Merge", True), ("Override", False)])
def test_what_kubectl_has_applied(kube, control, repo, ns, ssa, kept):
    """Merge leaves it to kubectl, also when it is not in git."""
    control.api.apply(path(ns), {
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "a"}, "data": {"k": "v", "more": "x"}},
        "kubectl")
    repo.commit({"a.yaml": annotated(ns, FLUX + "ssa", ssa)})
    assert ("-  more: x" in kube("diff", repo, expect=1).out) != kept
    kube("sync", repo)
    data = control.api.get(path(ns))["data"]
    assert data == ({"k": "v", "more": "x"} if kept else {"k": "v"})
    kube("diff", repo)
    again = kube("sync", "-o", "json", repo).json
    assert again["requests"]["writes"] == 0


def test_a_value_that_nobody_knows(kube, control, repo, ns):
    repo.commit({"a.yaml": annotated(ns, FLUX + "ssa", "Ingore")})
    result = kube("sync", repo, expect=2)
    assert f"a.yaml:1: ConfigMap {ns}/a: {FLUX}ssa: 'Ingore'" in result.err
    assert "IfNotPresent, Ignore, Merge, Override" in result.err
    assert not control.api.find(path(ns))


def test_a_directory_takes_everything(gitops, repo, tmp_path):
    """Whoever applies its files heeds what they say."""
    repo.commit({"a.yaml": annotated("demo", FLUX + "ssa", "Ignore")})
    gitops("sync", "--cluster", f"dir:{tmp_path}/out", repo)
    assert (tmp_path / "out/demo/configmap_a.yaml").exists()
