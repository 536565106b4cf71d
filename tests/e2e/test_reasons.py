# SPDX-License-Identifier: Apache-2.0
"""diff says of each field who has changed it: somebody in the cluster, or a
commit in git."""

import shutil
import subprocess

import pytest

from bed import objects
from bed.webhooks import patch

REPLICAS = ".spec.replicas"
IMAGE = '.spec.template.spec.containers[name="web"].image'


def kubectl(control, *args, stdin=None, env=None):
    return subprocess.run(
        [control.kubectl, "--kubeconfig", str(control.kubeconfig), *args],
        input=stdin, text=True, check=True, capture_output=True,
        env=env).stdout


@pytest.fixture
def web(kube, control, repo, ns):
    """A Deployment and a ConfigMap, as they were synced."""
    repo.commit({"web.yaml": objects.deployment(ns),
                 "a.yaml": objects.config_map("a", {"k": "v"}, ns)}, "first")
    kube("sync", repo)
    return f"/apis/apps/v1/namespaces/{ns}/deployments/web"


@pytest.fixture
def explain(kube, repo):
    """The objects that differ, by name, with their changes by path."""
    def run(*args, expect=1):
        result = kube("diff", "-o", "json", *args, repo, expect=expect)
        found = {}
        for one in result.json["objects"]:
            if one["action"] not in ("unchanged", "keep"):
                one["changes"] = {c["path"]: c for c in one["changes"]}
                found[one["name"]] = one
        return found

    return run


def who(change):
    """By whom it drifted; None where it did not."""
    drift = change["drift"]
    if drift is None:
        return None
    # The server keeps no time of what came through the subresource scale.
    assert bool(drift["time"]) == bool(
        drift["manager"] and drift["subresource"] != "scale")
    return drift["manager"], drift["operation"], drift["subresource"]


def only(found, name, path):
    """The one field of the one object that differs."""
    assert list(found) == [name], found
    changes = found[name]["changes"]
    assert list(changes) == [path], changes
    return changes[path]


# ---- who changed it in the cluster ----


def test_kubectl_edit(web, explain, control, repo, ns):
    # sed as an editor is not on every machine with the same options.
    patch = "#!/bin/sh\nsed 's/replicas: 2/replicas: 7/' $1 >$1.n\nmv $1.n $1\n"
    editor = control.kubeconfig.parent / "editor.sh"
    editor.write_text(patch)
    editor.chmod(0o700)
    kubectl(control, "-n", ns, "edit", "deployment", "web",
            env={"EDITOR": str(editor), "PATH": "/usr/bin:/bin",
                 "HOME": str(editor.parent)})
    change = only(explain(), "web", REPLICAS)
    assert who(change) == ("kubectl-edit", "Update", None)
    assert (change["before"], change["after"]) == (7, 2)
    assert change["pending"] is None
    file, line = change["drift"]["origin"].split(":")
    line = (repo.path / file).read_text().splitlines()[int(line) - 1]
    assert line.strip() == "replicas: 2"


def test_kubectl_scale(web, explain, control, ns):
    """Through the subresource."""
    kubectl(control, "-n", ns, "scale", "deployment", "web", "--replicas=5")
    change = only(explain(), "web", REPLICAS)
    assert who(change) == ("kubectl", "Update", "scale")


@pytest.mark.parametrize("how, manager", [
    ([], ("kubectl-client-side-apply", "Update", None)),
    (["--server-side", "--force-conflicts"], ("kubectl", "Apply", None))],
    ids=["client-side", "server-side"])
def test_kubectl_apply(web, explain, control, ns, how, manager):
    kubectl(control, "apply", *how, "-f", "-",
            stdin=objects.deployment(ns, replicas=4))
    change = only(explain(), "web", REPLICAS)
    assert who(change) == manager


def test_an_autoscaler(web, explain, control):
    control.api.merge(f"{web}/scale", {"spec": {"replicas": 6}},
                      "horizontal-pod-autoscaler")
    change = only(explain(), "web", REPLICAS)
    assert who(change) == ("horizontal-pod-autoscaler", "Update", "scale")


def test_a_manager_that_applies_by_force(web, explain, control, ns):
    control.api.apply(web, {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": ns},
        "spec": {"template": {"spec": {"containers": [
            {"name": "web", "image": "nginx:9"}]}}}}, "other")
    change = only(explain(), "web", IMAGE)
    assert who(change) == ("other", "Apply", None)


def test_a_status_is_nobodys_business(web, explain, control):
    control.api.merge(f"{web}/status", {"status": {
        "observedGeneration": 1, "replicas": 2}}, "kube-controller-manager")
    assert explain(expect=0) == {}


def test_a_field_that_is_not_ours_is_not_shown(web, explain, control):
    control.api.merge(web, {"metadata": {"annotations": {"x": "y"}},
                            "spec": {"minReadySeconds": 3}}, "somebody")
    assert explain(expect=0) == {}


def test_a_field_that_somebody_removed(web, explain, control, ns):
    """The server does not tell who."""
    control.api.merge(f"{objects.config_maps(ns)}/a", {"data": {"k": None}})
    change = only(explain(), "a", ".data")
    assert who(change)[0] is None


def test_the_last_of_several(web, explain, control):
    for replicas, manager in ((3, "alice"), (4, "bob")):
        control.api.merge(web, {"spec": {"replicas": replicas}}, manager)
    assert who(only(explain(), "web", REPLICAS))[0] == "bob"


def test_each_field_has_its_own(web, explain, kube, control, repo):
    control.api.merge(web, {"spec": {"replicas": 3}}, "alice")
    control.api.merge(web, {"spec": {"template": {"metadata": {"labels": {
        "app": "web", "more": "x"}}}}}, "bob")
    control.api.merge(web, {"spec": {"template": {"spec": {
        "terminationGracePeriodSeconds": 5}}}}, "carol")
    found = explain()["web"]
    assert who(found["changes"][REPLICAS])[0] == "alice"
    assert len(found["changes"]) == 1, "the rest is not ours"
    text = kube("diff", repo, expect=1).out
    assert "  drift    alice (Update) 20" in text
    assert "# drift: alice\n" in text


def test_an_object_that_was_deleted(web, explain, control, ns):
    control.api.delete(f"{objects.config_maps(ns)}/a")
    one = explain()["a"]
    assert one["action"] == "create"
    assert one["drift"] and one["pending"] is None
    assert one["note"] == "somebody has deleted it"


def test_an_object_that_was_deleted_and_made_anew(web, explain, control, ns):
    control.api.delete(f"{objects.config_maps(ns)}/a")
    kubectl(control, "-n", ns, "create", "configmap", "a", "--from-literal=k=w")
    one = explain()["a"]
    assert one["action"] == "change"
    assert one["note"] == "it was deleted, and made anew"
    assert one["drift"]["manager"] == "kubectl-create"
    assert one["changes"][".data.k"]["drift"]["manager"] == "kubectl-create"


def test_an_object_that_was_there_before(web, explain, control, repo, ns):
    kubectl(control, "-n", ns, "create", "configmap", "b", "--from-literal=k=w")
    repo.commit({"b.yaml": objects.config_map("b", {"k": "v"}, ns)}, "claim")
    one = explain()["b"]
    assert one["note"].startswith(
        "it was there before the first sync: made by kubectl-create at 20")
    assert one["pending"] and one["drift"] is None
    assert one["changes"][".data.k"]["pending"]["subject"] == "claim"


# ---- a webhook that changes what passes ----


def shout(asked):
    """ConfigMap a has its value in capitals, whoever writes it."""
    if asked["operation"] == "DELETE" or asked["name"] != "a":
        return {}
    return patch(("replace", "/data/k", asked["object"]["data"]["k"].upper()))


def test_a_webhook_that_changes_what_we_apply(web, explain, kube, control,
                                              webhook, repo, ns):
    """What it has made of our wish is nobody's drift; a new wish is that of
    its commit, and shown as the webhook will have it."""
    webhook("MutatingWebhook", shout)
    repo.commit({"a.yaml": objects.config_map("a", {"k": "w"}, ns)})
    kube("sync", repo)
    assert control.api.get(f"{objects.config_maps(ns)}/a")["data"] == {
        "k": "W"}
    assert explain(expect=0) == {} and explain("--full", expect=0) == {}
    oid = repo.commit({"a.yaml": objects.config_map("a", {"k": "x"}, ns)})
    change = only(explain(), "a", ".data.k")
    assert (change["before"], change["after"]) == ("W", "X")
    assert change["drift"] is None and change["pending"]["commit"] == oid
    kube("sync", repo)
    assert explain(expect=0) == {}


def test_a_webhook_that_changes_what_others_write(web, explain, kube, control,
                                                  webhook, repo, ns):
    """The server has the field as ours still, which it cannot be."""
    def with_theirs(asked):
        options = asked["options"] or {}
        if asked["name"] != "a" or options.get("fieldManager") != "alice":
            return {}
        return patch(("replace", "/data/k", "hooked"))

    webhook("MutatingWebhook", with_theirs)
    control.api.merge(f"{objects.config_maps(ns)}/a",
                      {"data": {"theirs": "x"}}, "alice")
    change = only(explain(), "a", ".data.k")
    assert (change["before"], change["after"]) == ("hooked", "v")
    assert change["drift"]["admission"] is True
    assert who(change)[0] is None and change["pending"] is None
    text = kube("diff", repo, expect=1).out
    assert "  drift    an admission webhook has changed it\n" in text
    assert "# drift: admission\n" in text
    # Else it is theirs.
    control.api.merge(f"{objects.config_maps(ns)}/a",
                      {"data": {"k": "mine"}}, "bob")
    change = only(explain(), "a", ".data.k")
    assert who(change) == ("bob", "Update", None)
    assert change["drift"]["admission"] is False


def test_a_webhook_that_came_later(web, explain, kube, webhook, repo, ns):
    """Nobody has touched the object, and git has not changed: nothing is
    different until the server is asked to try it again."""
    webhook("MutatingWebhook", shout)
    assert explain(expect=0) == {}
    one = explain("--full")["a"]
    change = one["changes"][".data.k"]
    assert (change["before"], change["after"]) == ("v", "V")
    assert change["drift"] is None
    assert change["pending"]["admission"] is True
    assert change["pending"]["commit"] is None
    text = kube("diff", "--full", repo, expect=1).out
    assert "  pending  an admission webhook changes what git wants" in text
    assert "# pending: admission\n" in text
    kube("diff", "-q", "--full", "--fail-on", "drift", repo)
    kube("sync", "--full", repo)
    assert explain("--full", expect=0) == {}


def test_a_webhook_that_adds_what_is_not_ours(web, explain, kube, control,
                                              webhook, repo, ns):
    """A label, an annotation and a sidecar: no noise, now or later."""
    def inject(asked):
        if asked["operation"] == "DELETE" or asked["name"] != "web":
            return {}
        containers = asked["object"]["spec"]["template"]["spec"]["containers"]
        if any(one["name"] == "sidecar" for one in containers):
            return {}
        return patch(
            ("add", "/spec/template/spec/containers/0",
             {"name": "sidecar", "image": "mesh:1"}),
            ("add", "/metadata/annotations/mesh", "on"),
            ("add", "/metadata/labels/mesh", "on"))

    webhook("MutatingWebhook", inject, deployments=True)
    repo.commit({"web.yaml": objects.deployment(ns, replicas=3)})
    kube("sync", repo)
    spec = control.api.get(web)["spec"]["template"]["spec"]
    assert [c["name"] for c in spec["containers"]] == ["sidecar", "web"]
    for more in ([], ["--full"]):
        assert explain(*more, expect=0) == {}
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    assert who(only(explain(), "web", REPLICAS))[0] == "alice"
    repo.commit({"web.yaml": objects.deployment(ns, image="nginx:2",
                                                replicas=3)}, "two")
    changes = explain()["web"]["changes"]
    assert set(changes) == {REPLICAS, IMAGE}
    assert changes[IMAGE]["drift"] is None
    assert changes[IMAGE]["pending"]["subject"] == "two"


# ---- which commit changed it in git ----


def test_the_commit_that_brought_the_line(web, explain, kube, repo, ns):
    """Not the last one, and not one of before the last sync."""
    text = objects.deployment(ns, replicas=3)
    oid = repo.commit({"web.yaml": "# first\n" + text.lstrip("\n")}, "three")
    repo.commit({"a.yaml": objects.config_map("a", {"k": "new"}, ns)}, "new")
    repo.commit({"web.yaml": "# first\n# second\n" + text.lstrip("\n")},
                "a remark")
    found = explain()
    assert set(found) == {"web", "a"}
    pending = found["web"]["changes"][REPLICAS]["pending"]
    assert (pending["commit"], pending["subject"]) == (oid, "three")
    assert pending["author"] == "Ada <ada@example.com>"
    file, line = pending["origin"].split(":")
    line = (repo.path / file).read_text().splitlines()[int(line) - 1]
    assert line.strip() == "replicas: 3"
    assert found["a"]["changes"][".data.k"]["pending"]["subject"] == "new"
    out = kube("diff", repo, expect=1).out
    assert f"# pending: {oid[:7]}\n" in out
    assert " Ada: three\n" in out


def test_objects_that_come_and_go(web, explain, repo, ns):
    gone = repo.commit({"a.yaml": None}, "away")
    new = repo.commit({"b.yaml": objects.config_map("b", {}, ns)}, "here")
    found = explain()
    assert found["a"]["action"] == "delete"
    assert found["a"]["pending"]["commit"] == gone
    assert found["b"]["action"] == "create"
    assert found["b"]["pending"]["commit"] == new


def test_a_field_that_git_dropped(web, explain, repo, ns):
    kept = objects.config_map("a", {"k": "v", "more": "x"}, ns)
    repo.commit({"a.yaml": kept}, "more")
    found = explain()["a"]
    assert found["changes"][".data.more"]["pending"]["subject"] == "more"


def test_a_field_that_git_dropped_after_a_sync(web, explain, kube, repo, ns):
    text = objects.deployment(ns)
    assert "replicas: 2\n" in text
    oid = repo.commit({"web.yaml": text.replace("replicas: 2", "paused: true")},
                      "dropped")
    change = explain()["web"]["changes"]
    assert change[REPLICAS]["pending"]["commit"] == oid
    assert change[".spec.paused"]["pending"]["commit"] == oid


def test_both(web, explain, control, repo, ns):
    """Somebody scaled it, and so did git."""
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    repo.commit({"web.yaml": objects.deployment(ns, replicas=3)}, "three")
    change = only(explain(), "web", REPLICAS)
    assert who(change)[0] == "alice"
    assert change["pending"]["subject"] == "three"


def test_drift_and_pending_side_by_side(web, explain, control, repo, ns):
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    repo.commit({"web.yaml": objects.deployment(ns, image="nginx:2")}, "two")
    changes = explain()["web"]["changes"]
    assert who(changes[REPLICAS])[0] == "alice"
    assert changes[REPLICAS]["pending"] is None
    assert changes[IMAGE]["drift"] is None
    assert changes[IMAGE]["pending"]["subject"] == "two"


def test_a_line_of_a_kustomization(kube, explain, control, repo, ns):
    repo.commit({
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": objects.deployment(ns, image="nginx:1"),
        "prod/kustomization.yaml":
            "resources: [../base]\nimages:\n- name: nginx\n  newTag: '1.1'\n"},
        "first")
    kube.env["GITOPS_PATH"] = "prod"
    kube("sync", repo)
    oid = repo.commit({"prod/kustomization.yaml":
                       "resources: [../base]\nimages:\n- name: nginx\n"
                       "  newTag: '1.2'\n"}, "move")
    pending = only(explain(), "web", IMAGE)["pending"]
    assert pending["origin"] == "prod/kustomization.yaml:4"
    assert pending["commit"] == oid


STRATEGIC = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: %s
"""
JSON_PATCH = """- op: replace
  path: /spec/replicas
  value: %s
"""
INLINE = """resources: [../base]
patches:
- target: {kind: Deployment}
  patch: |-
    - op: replace
      path: /spec/replicas
      value: %s
"""
COUNTED = """resources: [../base]
replicas:
- name: web
  count: %s
"""
BY_FILE = """resources: [../base]
patches: [{path: more.yaml, target: {kind: Deployment}}]
"""


@pytest.mark.parametrize("file, text, line, kustomization", [
    ("prod/more.yaml", STRATEGIC, 5, BY_FILE),
    ("prod/more.yaml", JSON_PATCH, 3, BY_FILE),
    ("prod/kustomization.yaml", INLINE, 7, INLINE),
    ("prod/kustomization.yaml", COUNTED, 4, COUNTED),
    ("part/kustomization.yaml",
     "kind: Component\n" + INLINE.replace("resources: [../base]\n", ""), 7,
     "resources: [../base]\ncomponents: [../part]\n")],
    ids=["strategic", "json", "inline", "replicas", "component"])
def test_a_line_of_a_patch(kube, explain, repo, ns, file, text, line,
                           kustomization):
    """What sets the value is told, and not the base that it replaces."""
    repo.commit({
        "base/kustomization.yaml": "resources: [web.yaml]\n",
        "base/web.yaml": objects.deployment(ns),
        "prod/kustomization.yaml": kustomization, file: text % 3}, "first")
    kube.env["GITOPS_PATH"] = "prod"
    kube("sync", repo)
    oid = repo.commit({file: text % 4}, "four")
    repo.commit({file: text % 4 + "# a remark\n"}, "a remark")
    change = only(explain(), "web", REPLICAS)
    assert (change["before"], change["after"]) == (3, 4)
    assert change["pending"]["origin"] == f"{file}:{line}"
    assert change["pending"]["commit"] == oid


def test_a_literal_of_a_generator(kube, explain, repo, ns):
    text = ("configMapGenerator:\n- name: a\n  literals:\n  - other=x\n"
            "  - k=%s\n  options: {disableNameSuffixHash: true}\n"
            f"namespace: {ns}\n")
    repo.commit({"kustomization.yaml": text % 3})
    kube("sync", repo)
    oid = repo.commit({"kustomization.yaml": text % 4}, "four")
    pending = only(explain(), "a", ".data.k")["pending"]
    assert pending["origin"] == "kustomization.yaml:5"
    assert pending["commit"] == oid


def test_a_history_that_is_gone(web, explain, control, repo, ns):
    """The commit that was synced is not in the repository any more: who has
    the fields tells what has drifted."""
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    tree = repo.git("rev-parse", "HEAD^{tree}")
    repo.git("reset", "-q", "--hard", repo.git("commit-tree", tree, "-m", "x"))
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "-q", "--prune=now")
    repo.commit({"web.yaml": objects.deployment(ns, image="nginx:2")}, "two")
    changes = explain()["web"]["changes"]
    assert who(changes[REPLICAS])[0] == "alice"
    assert changes[IMAGE]["drift"] is None and changes[IMAGE]["pending"]


# ---- what it costs, and what it says ----


def test_it_costs_no_request(web, kube, control, repo, ns):
    """Reasons are found in what was read anyway: a status, which looks into
    Pods besides, needs more; and without a repository behind it, as many."""
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    repo.commit({"a.yaml": objects.config_map("a", {"k": "new"}, ns),
                 "b.yaml": objects.config_map("b", {}, ns)})
    def total(*args):
        return kube(*args, "-o", "json", repo,
                    expect=None).json["requests"]["total"]

    plain = repo.path.parent / "plain"
    shutil.copytree(repo.path, plain, ignore=shutil.ignore_patterns(".git"))
    everything = total("diff")
    assert everything < total("status")
    repo.path = plain
    assert everything == total("diff", "--worktree", "--take-over")


def test_fail_on(web, kube, control, repo, ns):
    def codes():
        return [kube("diff", "-q", *a, repo, expect=None).status for a in (
            [], ["--fail-on=drift"], ["--fail-on=pending"], ["--exit-zero"])]

    assert codes() == [0, 0, 0, 0]
    repo.commit({"a.yaml": objects.config_map("a", {"k": "new"}, ns)})
    assert codes() == [1, 0, 1, 0]
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    assert codes() == [1, 1, 1, 0]
    kube("sync", repo)
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    assert codes() == [1, 1, 0, 0]


def test_names_and_a_summary(web, kube, control, repo, ns):
    control.api.merge(web, {"spec": {"replicas": 9}}, "alice")
    oid = repo.commit({"a.yaml": objects.config_map("a", {"k": "new"}, ns)})
    assert kube("diff", "--name-only", repo, expect=1).out == \
        f"ConfigMap {ns}/a\nDeployment {ns}/web\n"
    a, web_line, last = kube("diff", "--summary", repo,
                             expect=1).out.splitlines()
    assert a.startswith("change ") and a.endswith(f" pending: {oid[:7]}")
    assert web_line.endswith(" drift: alice")
    assert last.startswith("2 to change: HEAD@")


def test_a_secret_is_told_by_its_keys(kube, explain, control, repo, ns):
    def secret(value):
        return f"""
            apiVersion: v1
            kind: Secret
            metadata: {{name: s, namespace: {ns}}}
            stringData: {{password: {value}, user: CANARY-user}}
            """

    kube.hide("CANARY", "Q0FOQVJZ")
    repo.commit({"s.yaml": secret("CANARY-1")})
    kube("sync", repo)
    repo.commit({"s.yaml": secret("CANARY-2")}, "rotate")
    change = only(explain(), "s", ".data.password")
    assert change["pending"]["subject"] == "rotate"
    assert (change["before"], change["after"]) == ("*** (8 bytes, #1)",
                                                   "*** (8 bytes, #2)")
    kube("sync", repo)
    control.api.merge(f"/api/v1/namespaces/{ns}/secrets/s", {
        "data": {"password": "Q0FOQVJZLTM="}}, "alice")
    assert who(only(explain(), "s", ".data.password"))[0] == "alice"
    for form in ("text", "markdown", "json"):
        kube("diff", "-o", form, repo, expect=1)
