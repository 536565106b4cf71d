# SPDX-License-Identifier: Apache-2.0
"""Fields that cannot be changed: said as what they are, and made anew where
somebody gives leave."""

import threading
import time

import pytest

from bed import objects

SECRET = "CANARY-of-a-secret"
PASSWORD = "in-a-template"  # diff shows it, an error should not


def deployment(ns, colour):
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: x, namespace: {ns}}}
spec:
  selector: {{matchLabels: {{app: {colour}}}}}
  template:
    metadata: {{labels: {{app: {colour}}}}}
    spec: {{containers: [{{name: c, image: nginx}}]}}
"""


def stateful_set(ns, colour):
    return f"""\
apiVersion: apps/v1
kind: StatefulSet
metadata: {{name: x, namespace: {ns}}}
spec:
  serviceName: {colour}
  selector: {{matchLabels: {{app: x}}}}
  template:
    metadata: {{labels: {{app: x}}}}
    spec: {{containers: [{{name: c, image: nginx}}]}}
  volumeClaimTemplates:
  - metadata: {{name: data}}
    spec:
      accessModes: [ReadWriteOnce]
      resources: {{requests: {{storage: 1Gi}}}}
"""


def job(ns, colour, annotations="{}"):
    return f"""\
apiVersion: batch/v1
kind: Job
metadata: {{name: x, namespace: {ns}, annotations: {annotations}}}
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
      - {{name: c, image: "busybox:{colour}",
         env: [{{name: PASSWORD, value: {PASSWORD}-{colour}}}]}}
"""


def config_map(ns, colour):
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: x, namespace: {ns}}}
immutable: true
data: {{colour: {colour}}}
"""


def secret(ns, colour):
    return f"""\
apiVersion: v1
kind: Secret
metadata: {{name: x, namespace: {ns}}}
immutable: true
stringData: {{colour: {SECRET}-{colour}}}
"""


def role_binding(ns, colour):
    return f"""\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {{name: x, namespace: {ns}}}
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole,
          name: {colour}}}
"""


def claim(ns, colour):
    return f"""\
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {{name: x, namespace: {ns}}}
spec:
  storageClassName: {colour}
  accessModes: [ReadWriteOnce]
  resources: {{requests: {{storage: 1Gi}}}}
"""


def path(ns, what):
    group, plural = {
        deployment: ("apis/apps/v1", "deployments"),
        stateful_set: ("apis/apps/v1", "statefulsets"),
        job: ("apis/batch/v1", "jobs"),
        config_map: ("api/v1", "configmaps"),
        secret: ("api/v1", "secrets"),
        claim: ("api/v1", "persistentvolumeclaims"),
        role_binding: ("apis/rbac.authorization.k8s.io/v1", "rolebindings"),
    }[what]
    return f"/{group}/namespaces/{ns}/{plural}/x"


def uid(control, ns, what):
    return control.api.get(path(ns, what))["metadata"]["uid"]


@pytest.fixture
def changed(kube, repo, ns):
    """One that was applied blue, and is wanted red."""
    def change(what):
        repo.commit({"x.yaml": what(ns, "blue")})
        kube("sync", repo)
        repo.commit({"x.yaml": what(ns, "red")})

    return change


KINDS = [
    (deployment, "Deployment", "spec.selector"),
    (stateful_set, "StatefulSet", "spec.serviceName"),
    (job, "Job", "spec.template"),
    (config_map, "ConfigMap", "data"),
    (secret, "Secret", "data"),
    (role_binding, "RoleBinding", "roleRef"),
]


@pytest.mark.parametrize("what, kind, field", KINDS)
def test_row_25_it_is_refused_by_its_fields(changed, kube, control, repo, ns,
                                            what, kind, field):
    changed(what)
    before = uid(control, ns, what)
    for command in ("diff", "sync"):
        result = kube(command, repo, expect=2)
        assert (f"x.yaml:1: {kind} {ns}/x: it has to be replaced: {field} "
                f"cannot be changed\n") in result.err
        assert "--force-replace" in result.err
        assert PASSWORD not in result.err
    assert uid(control, ns, what) == before


@pytest.mark.parametrize("what, kind, field", KINDS)
def test_row_25_it_is_made_anew_with_leave(changed, kube, control, repo, ns,
                                           what, kind, field):
    changed(what)
    before = uid(control, ns, what)
    shown = kube("diff", "--force-replace", repo, expect=1)
    assert f"replace   {kind} {ns}/x" in shown.out
    assert f"cannot be changed: {field}\n" in shown.out
    assert "1 to replace" in shown.out
    assert "red" in shown.out or what is secret
    assert "gitops-dry-run" not in shown.out
    assert "controller-uid: " not in "".join(
        line for line in shown.out.splitlines() if line[:1] in ("+", "-"))
    assert uid(control, ns, what) == before

    result = kube("sync", "--force-replace", repo)
    assert f"replaced  {kind} {ns}/x" in result.out
    assert uid(control, ns, what) != before
    kube("diff", repo)
    again = kube("sync", "--force-replace", "-o", "json", repo).json
    assert again["requests"]["writes"] == 0


def test_the_document_says_it(changed, kube, repo):
    changed(deployment)
    step = kube("sync", "-o", "json", "--force-replace", repo).json
    assert step["summary"]["replaced"] == 1
    step = step["objects"][0]
    assert step["action"] == "replace" and step["outcome"] == "replaced"
    assert step["immutable"] == "spec.selector"


@pytest.mark.parametrize("annotations", [
    '{kustomize.toolkit.fluxcd.io/force: enabled}',
    '{argocd.argoproj.io/sync-options: "Force=true,Replace=true"}'])
def test_an_annotation_gives_leave(kube, control, repo, ns, annotations):
    repo.commit({"x.yaml": job(ns, "blue")})
    kube("sync", repo)
    before = uid(control, ns, job)
    repo.commit({"x.yaml": job(ns, "red", annotations)})
    assert "1 replaced" in kube("sync", repo).out
    assert uid(control, ns, job) != before


def test_force_alone_is_no_leave(kube, repo, ns):
    repo.commit({"x.yaml": job(ns, "blue")})
    kube("sync", repo)
    repo.commit({"x.yaml": job(ns, "red", "{argocd.argoproj.io/sync-options: "
                                          "Replace=true}")})
    kube("sync", repo, expect=2)


def test_a_claim_must_be_named(changed, kube, control, repo, ns):
    """What it holds would be lost."""
    changed(claim)
    before = uid(control, ns, claim)
    result = kube("sync", "--force-replace", repo, expect=2)
    assert "spec cannot be changed" in result.err
    assert "--prune-kinds=PersistentVolumeClaim" in result.err
    assert uid(control, ns, claim) == before
    # The controller that would take it away is not here.
    control.api.merge(path(ns, claim), {"metadata": {"finalizers": None}})
    kube("sync", "--force-replace", "--prune-kinds", "PersistentVolumeClaim",
         repo)
    assert uid(control, ns, claim) != before


@pytest.mark.parametrize("selector", ["blue", "red"])
def test_what_is_wrong_is_never_replaced(changed, kube, control, repo, ns,
                                         selector):
    """Neither alone nor beside what cannot be changed."""
    changed(deployment)
    before = uid(control, ns, deployment)
    repo.commit({"x.yaml": deployment(ns, selector).replace(
        "spec:\n", "spec:\n  replicas: -1\n", 1)})
    result = kube("sync", "--force-replace", repo, expect=2)
    assert "spec.replicas: Invalid value: -1" in result.err
    assert uid(control, ns, deployment) == before


def test_what_would_not_be_made_is_not_deleted(changed, kube, control, repo,
                                               ns):
    """Its template is wrong, which the server does not say of what lives."""
    changed(job)
    before = uid(control, ns, job)
    repo.commit({"x.yaml": job(ns, "red").replace("Never", "Always")})
    result = kube("sync", "--force-replace", repo, expect=2)
    assert f"Job {ns}/x" in result.err and "restartPolicy" in result.err
    assert PASSWORD not in result.err
    assert "gitops-dry-run" not in result.err
    assert uid(control, ns, job) == before


def test_without_validation_it_is_found_out_on_the_way(changed, kube, control,
                                                       repo, ns):
    changed(config_map)
    before = uid(control, ns, config_map)
    result = kube("sync", "--validate", "none", repo, expect=3)
    assert "data cannot be changed" in result.err
    assert "--force-replace" in result.err
    assert uid(control, ns, config_map) == before
    result = kube("sync", "--validate", "none", "--force-replace", repo)
    assert "1 replaced" in result.out
    assert uid(control, ns, config_map) != before
    kube("diff", repo)


def test_row_25_its_finalizers_are_waited_for(changed, kube, control, repo,
                                              ns):
    changed(config_map)
    where = path(ns, config_map)
    control.api.merge(where, {
        "metadata": {"finalizers": ["example.com/later"]}})

    def let_go():
        while "deletionTimestamp" not in control.api.get(where)["metadata"]:
            time.sleep(0.05)
        control.api.merge(where, {"metadata": {"finalizers": None}})

    other = threading.Thread(target=let_go)
    other.start()
    result = kube("sync", "--force-replace", repo)
    other.join()
    assert "1 replaced" in result.out
    assert control.api.get(where)["data"] == {"colour": "red"}


def test_it_goes_on_after_a_wait_that_was_cut_short(changed, kube, control,
                                                    repo, ns):
    """The time is up while its finalizers stay; the next sync makes it."""
    changed(config_map)
    where = path(ns, config_map)
    control.api.merge(where, {
        "metadata": {"finalizers": ["example.com/later"]}})
    result = kube("sync", "--force-replace", "--timeout", "3s", repo,
                  expect=4)
    assert f"ConfigMap {ns}/x" in result.out + result.err
    control.api.merge(where, {"metadata": {"finalizers": None}})
    kube("sync", repo)
    assert control.api.get(where)["data"] == {"colour": "red"}
    kube("diff", repo)
