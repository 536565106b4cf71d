# SPDX-License-Identifier: Apache-2.0
"""What git does not want any more is deleted, and nothing else is: each guard
has a test that fails without it."""

import os
import subprocess

import pytest

from bed import objects
from bed.repository import Repository

RECORDS = "/api/v1/namespaces/default/configmaps"


def maps(ns, *names, **more):
    return {f"{name}.yaml": objects.config_map(name, {"k": "v"}, ns, **more)
            for name in names}


def path(ns, name):
    return f"{objects.config_maps(ns)}/{name}"


def live(control, ns):
    return sorted(
        item["metadata"]["name"]
        for item in control.api.get(objects.config_maps(ns))["items"]
        if item["metadata"]["name"] != "kube-root-ca.crt")


def record(control, kube):
    return control.api.find(f"{RECORDS}/gitops-{kube.env['GITOPS_APP']}")


def members(control, kube):
    text = record(control, kube)["data"]["members"]
    return [line.split()[3] for line in text.splitlines()]


@pytest.fixture
def two(kube, repo, ns):
    """a and b are applied; git wants a alone."""
    repo.commit(maps(ns, "a", "b"))
    kube("sync", repo)
    repo.commit({"b.yaml": None})
    return kube


def kept(control, kube, repo, ns, words, forgotten=False):
    """b stays, and it is said why."""
    shown = kube("diff", repo)
    assert f"ConfigMap {ns}/b" in shown.out and words in shown.out
    result = kube("sync", "-v", repo)
    assert words in result.out
    assert live(control, ns) == ["a", "b"]
    assert ("b" in members(control, kube)) != forgotten


def test_what_is_removed_in_git_is_deleted(two, control, repo, ns):
    shown = two("diff", repo, expect=1)
    assert f"delete    ConfigMap {ns}/b" in shown.out
    assert "1 to delete, 1 unchanged" in shown.out
    assert live(control, ns) == ["a", "b"]
    result = two("sync", repo)
    assert f"deleted   ConfigMap {ns}/b" in result.out
    assert live(control, ns) == ["a"]
    assert members(control, two) == ["a"]
    two("diff", repo)
    again = two("sync", "-o", "json", repo).json
    assert again["requests"]["writes"] == 0


def test_no_prune_keeps_it_and_remembers(two, control, repo, ns):
    two("sync", "--no-prune", repo)
    assert live(control, ns) == ["a", "b"]
    two("sync", repo)
    assert live(control, ns) == ["a"]


def test_row_33_the_mark_of_another_object_makes_nothing_ours(
        two, control, repo, ns):
    """As a controller copies labels and annotations."""
    a = control.api.get(path(ns, "a"))["metadata"]
    control.api.merge(path(ns, "b"), {
        "metadata": {"annotations": a["annotations"]}})
    kept(control, two, repo, ns, "does not carry the mark", forgotten=True)


def test_the_label_alone_makes_nothing_ours(two, control, repo, ns):
    label = control.api.get(path(ns, "a"))["metadata"]["labels"]
    control.api.create(objects.config_maps(ns), {
        "metadata": {"name": "copy", "labels": label}})
    two("sync", repo)
    assert live(control, ns) == ["a", "copy"]


def test_one_that_is_not_marked_any_more_stays(two, control, repo, ns):
    control.api.merge(path(ns, "b"), {"metadata": {"labels": {
        "applyset.kubernetes.io/part-of": None}}})
    kept(control, two, repo, ns, "does not carry the mark", forgotten=True)


def test_row_32_one_that_was_made_anew_stays(two, control, repo, ns):
    b = control.api.get(path(ns, "b"))
    control.api.delete(path(ns, "b"))
    control.api.create(objects.config_maps(ns), {
        "metadata": {"name": "b", "labels": b["metadata"]["labels"],
                     "annotations": b["metadata"]["annotations"]}})
    kept(control, two, repo, ns, "made another one", forgotten=True)


def test_row_136_one_that_is_gone_is_no_error(two, control, repo, ns):
    control.api.delete(path(ns, "b"))
    two("sync", repo)
    assert members(control, two) == ["a"]


def test_one_with_an_owner_stays(two, control, repo, ns):
    a = control.api.get(path(ns, "a"))
    control.api.merge(path(ns, "b"), {"metadata": {"ownerReferences": [{
        "apiVersion": "v1", "kind": "ConfigMap", "name": "a",
        "uid": a["metadata"]["uid"]}]}})
    kept(control, two, repo, ns, "has an owner")


OPT_OUTS = [
    ("annotations", "argocd.argoproj.io/sync-options", "Prune=false"),
    ("annotations", "argocd.argoproj.io/sync-options", "A=b,Delete=confirm"),
    ("annotations", "argocd.argoproj.io/sync-options", "Delete=false"),
    ("annotations", "argocd.argoproj.io/sync-options", "Prune=confirm"),
    ("annotations", "cli-utils.sigs.k8s.io/on-remove", "keep"),
    ("annotations", "client.lifecycle.config.k8s.io/deletion", "detach"),
    ("annotations", "fluxcd.io/ignore", "sync_only"),
    ("annotations", "fluxcd.io/ignore", "true"),
    ("annotations", "helm.sh/resource-policy", "keep"),
    ("annotations", "kapp.k14s.io/delete-strategy", "orphan"),
    ("annotations", "kluctl.io/skip-delete", "true"),
    ("annotations", "kustomize.toolkit.fluxcd.io/prune", "Disabled"),
    ("annotations", "kustomize.toolkit.fluxcd.io/reconcile", "disabled"),
    ("annotations", "kustomize.toolkit.fluxcd.io/ssa", "Ignore"),
    ("labels", "kustomize.toolkit.fluxcd.io/prune", "disabled"),
]


@pytest.mark.parametrize("where, key, value", OPT_OUTS)
def test_one_that_opted_out_stays(two, control, repo, ns, where, key, value):
    control.api.merge(path(ns, "b"), {"metadata": {where: {key: value}}})
    kept(control, two, repo, ns, f"its {key} says")
    # And goes when it does not any more.
    control.api.merge(path(ns, "b"), {"metadata": {where: {key: None}}})
    two("sync", repo)
    assert live(control, ns) == ["a"]


def test_volumes_namespaces_and_definitions_stay(kube, control, repo, ns,
                                                 prefix):
    repo.commit({
        **maps(ns, "a"),
        "crd.yaml": objects.crd(f"{prefix}x"),
        "ns.yaml": f"""
            apiVersion: v1
            kind: Namespace
            metadata: {{name: {prefix}-more}}
            """,
        "pvc.yaml": f"""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {{name: data, namespace: {ns}}}
            spec:
              accessModes: [ReadWriteOnce]
              resources: {{requests: {{storage: 1Gi}}}}
            """})
    kube("sync", repo)
    repo.commit({"crd.yaml": None, "ns.yaml": None, "pvc.yaml": None})
    result = kube("sync", "-v", repo)
    assert "3 kept" in result.out
    assert "--prune-kinds=PersistentVolumeClaim" in result.out
    assert control.api.find(f"/api/v1/namespaces/{prefix}-more")
    # The controllers that would take it away are not here.
    claim = f"/api/v1/namespaces/{ns}/persistentvolumeclaims/data"
    control.api.merge(claim, {"metadata": {"finalizers": None}})
    result = kube("sync", "--prune-kinds", "CustomResourceDefinition",
                  "--prune-kinds", "PersistentVolumeClaim,persistentvolume",
                  repo)
    assert "2 deleted" in result.out
    assert not control.api.find(claim)


def test_what_waits_for_its_finalizers_is_not_waited_for_again(
        two, control, repo, ns):
    control.api.merge(path(ns, "b"), {
        "metadata": {"finalizers": ["example.com/never"]}})
    control.api.delete(path(ns, "b"))
    kept(control, two, repo, ns, "waits for its finalizers")
    control.api.merge(path(ns, "b"), {"metadata": {"finalizers": None}})
    two("sync", repo)
    assert live(control, ns) == ["a"]
    assert members(control, two) == ["a"]


def test_row_35_a_namespace_that_is_used_stays(kube, control, repo, prefix):
    space = f"{prefix}-used"
    repo.commit({"ns.yaml": f"""
        apiVersion: v1
        kind: Namespace
        metadata: {{name: {space}}}
        """, **maps(space, "a")})
    kube("sync", repo)
    repo.commit({"ns.yaml": None})
    result = kube("sync", "-v", "--prune-kinds", "Namespace", repo)
    assert "objects that are wanted are in it" in result.out
    assert "deletionTimestamp" not in control.api.get(
        f"/api/v1/namespaces/{space}")["metadata"]


# ---- how many ----

@pytest.fixture
def many(kube, repo, ns):
    """Twelve are applied, one is wanted."""
    names = [f"m{i:02}" for i in range(12)]
    repo.commit(maps(ns, *names))
    kube("sync", repo)
    repo.commit({f"{name}.yaml": None for name in names[1:]})
    return kube


def test_too_many_are_refused_before_anything_is_written(many, control, repo,
                                                         ns):
    repo.commit(maps(ns, "new"))
    for command in ("diff", "sync"):
        result = many(command, repo, expect=2)
        assert "11 of its 12 objects would be deleted" in result.err
        assert "--approve-deletes 11" in result.err
    assert len(live(control, ns)) == 12
    many("sync", "--approve-deletes", "10", repo, expect=2)
    assert len(live(control, ns)) == 12
    many("sync", "--approve-deletes", "11", repo)
    assert live(control, ns) == ["m00", "new"]


@pytest.mark.parametrize("most, status", [
    ("11", 0), ("10", 2), ("0", 2), ("90%", 2), ("92%", 0), ("100%", 0)])
def test_the_budget_can_be_set(many, repo, most, status):
    many("sync", "--max-deletes", most, repo, expect=status)


@pytest.mark.parametrize("text", ["x", "-1", "5%%", "%", ""])
def test_a_budget_that_is_none(many, repo, text):
    many("sync", "--max-deletes", text, repo, expect=2)


def test_an_empty_wish_is_refused(kube, control, repo, ns):
    repo.commit(maps(ns, "a"))
    kube("sync", repo)
    repo.commit({"a.yaml": None, "README": "nothing\n"})
    result = kube("sync", repo, expect=2)
    assert "no objects" in result.err
    assert live(control, ns) == ["a"]
    kube("sync", "--allow-empty", repo)
    assert live(control, ns) == []


# ---- what could not be read or done ----

def limited(control, ns, tmp_path, rules):
    """A kubeconfig of somebody who may do no more than that, and keep the
    record."""
    rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces"
    control.api.create(f"/api/v1/namespaces/{ns}/serviceaccounts",
                       {"metadata": {"name": "limited"}})
    for where, what in ((ns, rules), ("default", [
            {"apiGroups": [""], "resources": ["configmaps"],
             "verbs": ["*"]}])):
        name = f"{ns}-limited"
        control.api.create(f"{rbac}/{where}/roles",
                           {"metadata": {"name": name}, "rules": what})
        control.api.create(f"{rbac}/{where}/rolebindings", {
            "metadata": {"name": name},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io",
                        "kind": "Role", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": "limited",
                          "namespace": ns}]})
    return control.write_kubeconfig(
        "limited", {"token": control.api.token_for(ns, "limited")},
        directory=tmp_path)


def test_row_18_nothing_is_deleted_where_something_could_not_be_read(
        two, control, repo, ns, tmp_path):
    """Secrets of the namespace may not be read: then nothing goes."""
    weak = limited(control, ns, tmp_path, [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]}])
    repo.commit({"s.yaml": f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: s, namespace: {ns}}}
        """})
    two.kubeconfig = weak
    two("sync", "--validate", "none", repo, expect=(2, 3))
    assert live(control, ns) == ["a", "b"]


def test_row_31_a_delete_that_is_refused_stays_in_the_record(
        two, control, repo, ns, tmp_path):
    weak = limited(control, ns, tmp_path, [
        {"apiGroups": [""], "resources": ["configmaps"],
         "verbs": ["get", "list", "create", "patch", "update"]}])
    admin, two.kubeconfig = two.kubeconfig, weak
    result = two("sync", repo, expect=3)
    assert f"ConfigMap {ns}/b" in result.err
    assert "b" in members(control, two)
    two.kubeconfig = admin
    two("sync", repo)
    assert live(control, ns) == ["a"]


def test_row_45_a_kind_that_is_gone_is_remembered(kube, control, repo, ns,
                                                  prefix):
    group = f"{prefix}k.example.com"
    repo.commit({"crd.yaml": objects.crd(f"{prefix}k")})
    kube("sync", "--app", "definitions-" + kube.env["GITOPS_APP"], repo)
    repo.commit({"crd.yaml": None, **maps(ns, "a"), "w.yaml": f"""
        apiVersion: {group}/v1
        kind: Widget
        metadata: {{name: w, namespace: {ns}}}
        spec: {{size: 3}}
        """})
    kube("sync", repo, timeout=60)
    control.api.delete("/apis/apiextensions.k8s.io/v1/"
                       f"customresourcedefinitions/widgets.{group}")
    repo.commit({"w.yaml": None})
    for _ in range(100):
        if control.api.find(f"/apis/{group}/v1") is None:
            break
    result = kube("sync", "-v", repo)
    assert "no kind Widget" in result.out
    assert "w" in members(control, kube)


# ---- several apps ----

def apps(*names, more=""):
    entries = "".join(f"- {{name: {name}, path: {name}{more}}}\n"
                      for name in names)
    return f"apiVersion: gitops/v1\napps:\n{entries}"


@pytest.fixture
def pair(kube, repo, ns, prefix):
    """Two apps, with an object each."""
    kube.env["GITOPS_APP"] = None
    one, two = f"{prefix[:40]}-1".strip("-"), f"{prefix[:40]}-2".strip("-")
    repo.commit({
        "gitops.yaml": apps(one, two),
        f"{one}/a.yaml": objects.config_map("a", {"k": "v"}, ns),
        f"{one}/c.yaml": objects.config_map("c", {"k": "v"}, ns),
        f"{two}/b.yaml": objects.config_map("b", {"k": "v"}, ns)})
    kube("sync", repo)
    return one, two


def uid(control, ns, name):
    return control.api.get(path(ns, name))["metadata"]["uid"]


@pytest.mark.parametrize("alone", [False, True])
def test_a_move_between_apps_is_no_delete(pair, kube, control, repo, ns,
                                          alone):
    one, two = pair
    before = uid(control, ns, "c")
    repo.commit({f"{one}/c.yaml": None, f"{two}/c.yaml":
                 objects.config_map("c", {"k": "v"}, ns)})
    if alone:
        result = kube("sync", "-v", "--app", one, repo)
        assert f"app {two} wants it now" in result.out
    result = kube("sync", repo)
    assert "deleted" not in result.out
    assert uid(control, ns, "c") == before
    assert "c" in control.api.get(
        f"{RECORDS}/gitops-{two}")["data"]["members"]
    kube("diff", repo)
    # It is the other's now.
    repo.commit({f"{two}/c.yaml": None})
    kube("sync", "--app", one, repo)
    assert live(control, ns) == ["a", "b", "c"]
    kube("sync", "--app", two, repo)
    assert live(control, ns) == ["a", "b"]


def test_one_app_leaves_the_others_alone(pair, kube, control, repo, ns):
    one, two = pair
    repo.commit({f"{one}/c.yaml": None, f"{two}/b.yaml": None,
                 f"{two}/d.yaml": objects.config_map("d", {}, ns)})
    kube("sync", "--app", one, repo)
    assert live(control, ns) == ["a", "b"]
    kube("sync", repo)
    assert live(control, ns) == ["a", "d"]


def test_an_app_that_is_not_pruned(pair, kube, control, repo, ns):
    one, two = pair
    repo.commit({"gitops.yaml": apps(one, two, more=", prune: false"),
                 f"{one}/c.yaml": None})
    result = kube("sync", "-v", repo)
    assert "this app is not pruned" in result.out
    assert live(control, ns) == ["a", "b", "c"]


def test_a_broken_app_elsewhere_keeps_from_deleting(pair, kube, control, repo,
                                                    ns):
    one, two = pair
    repo.commit({f"{one}/c.yaml": None, f"{two}/b.yaml": "{"})
    result = kube("sync", "--app", one, repo, expect=2)
    assert f"{two}/b.yaml" in result.err and "--no-prune" in result.err
    assert live(control, ns) == ["a", "b", "c"]
    kube("sync", "--app", one, "--no-prune", repo)


def test_two_apps_with_the_same_object_are_refused(pair, kube, repo, ns):
    one, two = pair
    repo.commit({f"{two}/a.yaml": objects.config_map("a", {"k": "v"}, ns)})
    result = kube("sync", repo, expect=2)
    assert f"{one}/a.yaml:1" in result.err and f"{two}/a.yaml:1" in result.err


@pytest.mark.parametrize("command", ["diff", "sync"])
def test_row_133_what_another_app_has_is_not_taken(two, control, repo, ns,
                                                   command):
    two.env["GITOPS_APP"] += "-other"
    result = two(command, repo, expect=2)
    assert f"a.yaml:1: ConfigMap {ns}/a belongs to another app" in result.err
    assert "--take-over" in result.err
    two("sync", "--take-over", repo)
    # Nor does the one that had it delete it.
    two.env["GITOPS_APP"] = two.env["GITOPS_APP"].removesuffix("-other")
    repo.commit({"a.yaml": None, **maps(ns, "c")})
    two("sync", repo)
    assert live(control, ns) == ["a", "c"]


# ---- whose record it is ----

def test_another_repository_is_refused(two, control, repo, ns, tmp_path):
    other = Repository(tmp_path / "other")
    other.commit(maps(ns, "z"))
    for command in ("diff", "sync"):
        result = two(command, other, expect=2)
        assert str(repo) in result.err and "--take-over" in result.err
    assert live(control, ns) == ["a", "b"]
    two("sync", "--take-over", other)
    assert live(control, ns) == ["z"]


def test_a_record_of_another_tool_is_refused(kube, control, repo, ns):
    name = f"gitops-{kube.env['GITOPS_APP']}"
    control.api.create(RECORDS, {"metadata": {
        "name": name, "annotations": {
            "applyset.kubernetes.io/tooling": "kubectl/v1.36"}}})
    repo.commit(maps(ns, "a"))
    result = kube("sync", repo, expect=2)
    assert name in result.err and "not of gitops" in result.err
    assert live(control, ns) == []


@pytest.mark.parametrize("data", [
    {"format": "2"}, {"parts": "x"}, {"members": "a b\n"},
    {"members": None}, {"syncs": "{"}])
def test_row_140_a_record_that_was_edited_is_not_trusted(two, control, repo,
                                                         ns, data):
    control.api.merge(f"{RECORDS}/gitops-{two.env['GITOPS_APP']}",
                      {"data": data})
    result = two("sync", repo, expect=2)
    assert "the record of app" in result.err
    assert live(control, ns) == ["a", "b"]


def test_a_record_that_names_what_is_not_ours(two, control, repo, ns):
    control.api.merge(f"{RECORDS}/gitops-{two.env['GITOPS_APP']}", {"data": {
        "members": "v1 ConfigMap kube-system "
                   "extension-apiserver-authentication -\n"}})
    two("sync", repo)
    assert control.api.find("/api/v1/namespaces/kube-system/configmaps/"
                            "extension-apiserver-authentication")


def test_kubectl_sees_an_apply_set_and_leaves_it_alone(two, control, repo,
                                                       ns):
    name = f"gitops-{two.env['GITOPS_APP']}"
    parent = record(control, two)
    id_ = parent["metadata"]["labels"]["applyset.kubernetes.io/id"]
    env = {"PATH": os.environ["PATH"], "HOME": str(two.home),
           "KUBECTL_APPLYSET": "true",
           "KUBECONFIG": str(control.kubeconfig)}

    def kubectl(*args, stdin=""):
        return subprocess.run([control.kubectl, *args], env=env, input=stdin,
                              capture_output=True, text=True, check=False)

    found = kubectl("get", "configmaps", "-n", ns, "-o", "name", "-l",
                    f"applyset.kubernetes.io/part-of={id_}")
    assert found.stdout.split() == ["configmap/a", "configmap/b"]
    done = kubectl("apply", "-n", "default", "--prune",
                   f"--applyset=configmap/{name}", "-f", "-",
                   stdin=objects.config_map("x", {}, "default"))
    assert done.returncode != 0
    assert 'managed by tooling "gitops"' in done.stderr
    assert live(control, ns) == ["a", "b"]


def test_row_137_a_large_app_has_a_record_in_parts(kube, control, repo, ns):
    names = [f"n{i:04}" for i in range(1600)]
    repo.commit({"all.yaml": "\n---\n".join(
        objects.config_map(name, {}, ns) for name in names)})
    kube("sync", "--validate", "none", repo, timeout=300)
    app = kube.env["GITOPS_APP"]
    parent = control.api.get(f"{RECORDS}/gitops-{app}")["data"]
    second = control.api.get(f"{RECORDS}/gitops-{app}.1")["data"]
    assert parent["parts"] == "2"
    lines = (parent["members"] + second["members"]).splitlines()
    assert [line.split()[3] for line in lines] == names
    assert all(len(line.split()[4]) == 36 for line in lines)
    again = kube("sync", "-o", "json", repo, timeout=300).json
    assert again["requests"]["writes"] == 0
    repo.commit({"all.yaml": "\n---\n".join(
        objects.config_map(name, {}, ns) for name in names[1:])})
    kube("sync", repo, timeout=300)
    assert "n0000" not in live(control, ns)
    kube("diff", repo, timeout=300)
