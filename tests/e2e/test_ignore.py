# SPDX-License-Identifier: Apache-2.0
"""Fields that gitops.yaml says are ignored stay as they live: nothing is shown
of them, nothing is written, and nothing that is ours alone is removed."""

import base64
import json

import pytest

from bed import objects
from bed.pki import Authority
from bed.program import CANARY

REPLICAS = {"kind": "Deployment", "name": "web", "paths": ["/spec/replicas"]}


@pytest.fixture
def commit(kube, repo):
    """commit(files, rule ...): files under these rules."""

    def commit(files, *rules):
        repo.commit({**files, "gitops.yaml": json.dumps({
            "apiVersion": "gitops/v1",
            "apps": [{"name": kube.env["GITOPS_APP"], "path": "deploy",
                      "ignore": list(rules)}]})})

    return commit


def web(ns, **more):
    return {"deploy/web.yaml": objects.deployment(ns, **more)}


def path_of(ns):
    return f"/apis/apps/v1/namespaces/{ns}/deployments/web"


def scale(control, ns, replicas):
    control.api.merge(f"{path_of(ns)}/scale",
                      {"spec": {"replicas": replicas}}, "autoscaler")


def owners(live, *path):
    """The managers that own a field."""
    def owns(place):
        for key in path:
            place = place.get(key) if place else None
        return place is not None

    return {entry["manager"] for entry in live["metadata"]["managedFields"]
            if owns(entry["fieldsV1"])}


def quiet(kube, control, repo, path, ignored=1):
    """Nothing is shown, sent or written, and that is told."""
    version = control.api.get(path)["metadata"]["resourceVersion"]
    kube("diff", repo)
    kube("sync", repo)  # A commit that is new is recorded.
    done = kube("sync", repo, "-o", "json").json
    assert done["requests"]["writes"] == 0
    assert done["summary"]["unchanged"] == 1
    assert done["ignored"] == ignored
    assert control.api.get(path)["metadata"]["resourceVersion"] == version


def test_scaling_costs_no_write(kube, control, repo, ns, commit):
    commit(web(ns), REPLICAS)
    kube("sync", repo)
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 2
    scale(control, ns, 5)

    shown = kube("diff", "-v", repo)
    assert "  ignores .spec.replicas\n" in shown.out
    assert "1 unchanged, 1 field ignored: " in shown.out
    assert "1 in sync, 1 field ignored: " in kube("status", repo).out
    done = kube("sync", "-o", "json", repo).json
    assert done["objects"][0]["ignored"] == [".spec.replicas"]
    quiet(kube, control, repo, path_of(ns))
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 5


def test_another_change_leaves_it_alone(kube, control, repo, ns, commit):
    """Who has scaled it stays the only one who owns that."""
    commit(web(ns), REPLICAS)
    kube("sync", repo)
    scale(control, ns, 5)
    commit(web(ns, image="nginx:1.28", replicas=3), REPLICAS)
    shown = kube("diff", repo, expect=1).out
    assert "nginx:1.28" in shown and "replicas: 3" not in shown
    done = kube("sync", repo)
    assert "1 changed, 1 field ignored" in done.out
    assert "overrides" not in done.out
    live = control.api.get(path_of(ns))
    assert live["spec"]["replicas"] == 5
    assert owners(live, "f:spec", "f:replicas") == {"autoscaler"}
    quiet(kube, control, repo, path_of(ns))


def test_a_value_that_changes_in_git_alone_is_nothing(kube, control, repo, ns,
                                                      commit):
    commit(web(ns), REPLICAS)
    kube("sync", repo)
    commit(web(ns, replicas=9), REPLICAS)
    quiet(kube, control, repo, path_of(ns))
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 2


def test_what_is_ours_alone_is_not_removed(kube, control, repo, ns, commit):
    """The replicas are taken out of git, to leave them to an autoscaler.  Sent
    no more they would be removed, and one would be left of seven."""
    commit(web(ns, replicas=7))
    kube("sync", repo)
    without = objects.deployment(ns).replace("  replicas: 2\n", "\n")
    commit({"deploy/web.yaml": without}, REPLICAS)
    kube("sync", repo)
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 7
    quiet(kube, control, repo, path_of(ns))


def test_without_the_rule_it_is_as_git_wants_it(kube, control, repo, ns,
                                                commit):
    commit(web(ns), REPLICAS)
    kube("sync", repo)
    control.api.merge(path_of(ns), {"spec": {"replicas": 5}}, "autoscaler")
    kube("sync", repo)
    commit(web(ns))
    assert "replicas: 5" in kube("diff", repo, expect=1).out
    kube("sync", repo)
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 2


def test_what_another_applies_is_theirs_alone(kube, control, repo, ns, commit):
    """Shared, they could change it only by force."""
    commit(web(ns))
    kube("sync", repo)
    control.api.apply(path_of(ns), {
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web"}, "spec": {"replicas": 2}}, "other")
    commit(web(ns), REPLICAS)
    kube("sync", repo)
    live = control.api.get(path_of(ns))
    assert owners(live, "f:spec", "f:replicas") == {"other"}
    control.api.call(
        "PATCH", f"{path_of(ns)}?fieldManager=other",
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"name": "web"}, "spec": {"replicas": 4}},
        "application/apply-patch+yaml")
    quiet(kube, control, repo, path_of(ns))
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 4


def test_what_kubectl_applied_is_adopted_as_it_lives(kube, control, repo, ns,
                                                     commit):
    control.api.create(
        f"/apis/apps/v1/namespaces/{ns}/deployments"
        "?fieldManager=kubectl-client-side-apply",
        {"apiVersion": "apps/v1", "kind": "Deployment",
         "metadata": {"name": "web"},
         "spec": {"replicas": 6, "selector": {"matchLabels": {"app": "web"}},
                  "template": {
                      "metadata": {"labels": {"app": "web"}},
                      "spec": {"containers": [
                          {"name": "web", "image": "nginx:1"}]}}}})
    commit(web(ns), REPLICAS)
    assert "+  replicas: 2" not in kube("diff", repo, expect=1).out
    kube("sync", repo)
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 6
    quiet(kube, control, repo, path_of(ns))


def test_fields_of_a_manager(kube, control, repo, ns, commit):
    rule = {"kind": "*", "managers": ["vertical-scaler"]}
    commit(web(ns), rule)
    kube("sync", repo)
    control.api.merge(path_of(ns), {
        "metadata": {"labels": {"app": "theirs"}},
        "spec": {"paused": True, "minReadySeconds": 3}}, "vertical-scaler")
    quiet(kube, control, repo, path_of(ns))
    control.api.merge(path_of(ns), {"spec": {"replicas": 5}}, "somebody-else")
    assert "replicas: 5" in kube("diff", repo, expect=1).out
    kube("sync", repo)
    live = control.api.get(path_of(ns))
    assert live["metadata"]["labels"]["app"] == "theirs"
    assert live["spec"]["replicas"] == 2


def test_part_of_a_container(kube, control, repo, ns, commit):
    """A sidecar was put before it, so that its place says nothing."""
    limited = objects.deployment(ns).replace(
        "image: nginx:1.27",
        "image: nginx:1.27\n"
        "                resources: {limits: {cpu: 100m}}")
    commit({"deploy/web.yaml": limited}, {
        "kind": "Deployment",
        "paths": ["/spec/template/spec/containers/[name=web]/resources"]})
    kube("sync", repo)
    live = control.api.get(path_of(ns))
    containers = live["spec"]["template"]["spec"]["containers"]
    containers[0]["resources"]["limits"] = {"cpu": "200m", "memory": "64Mi"}
    control.api.merge(path_of(ns), {"spec": {"template": {"spec": {
        "containers": [{"name": "side", "image": "side:1"}, *containers]}}}},
        "vertical-scaler")
    quiet(kube, control, repo, path_of(ns))
    control.api.merge(path_of(ns), {"metadata": {"labels": {"app": "x"}}})
    kube("sync", repo)
    live = control.api.get(path_of(ns))["spec"]["template"]["spec"]
    limits = {c["name"]: c["resources"].get("limits")
              for c in live["containers"]}
    assert limits["web"] == {"cpu": "200m", "memory": "64Mi"}
    assert "side" in limits


def test_an_injected_certificate(kube, control, repo, prefix, commit,
                                 tmp_path):
    certificate = base64.b64encode(
        Authority(tmp_path).cert.read_bytes()).decode()
    hook = f"""
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingWebhookConfiguration
        metadata: {{name: {prefix}}}
        webhooks:
        - name: a.example.com
          clientConfig: {{url: "https://127.0.0.1:1/", caBundle: ""}}
          admissionReviewVersions: [v1]
          sideEffects: None
        """
    path = ("/apis/admissionregistration.k8s.io/v1/"
            f"validatingwebhookconfigurations/{prefix}")
    commit({"deploy/hook.yaml": hook}, {
        "kind": "ValidatingWebhookConfiguration",
        "paths": ["/webhooks/*/clientConfig/caBundle"]})
    try:
        kube("sync", repo)
        hooks = control.api.get(path)["webhooks"]
        hooks[0]["clientConfig"]["caBundle"] = certificate
        control.api.merge(path, {"webhooks": hooks}, "injector")
        quiet(kube, control, repo, path)
        hooks = control.api.get(path)["webhooks"]
        assert hooks[0]["clientConfig"]["caBundle"] == certificate
    finally:
        control.api.delete(path)


def test_data_of_a_secret(kube, control, repo, ns, commit):
    secret = f"""
        apiVersion: v1
        kind: Secret
        metadata: {{name: s, namespace: {ns}}}
        stringData: {{password: {CANARY}git, user: {CANARY}user}}
        """
    path = f"/api/v1/namespaces/{ns}/secrets/s"
    theirs = base64.b64encode(f"{CANARY}live".encode()).decode()
    commit({"deploy/s.yaml": secret},
           {"kind": "Secret", "paths": ["/stringData/password"]})
    kube("sync", repo)
    control.api.merge(path, {"data": {"password": theirs}}, "rotator")
    # Once, because it is the data of it that is ours from now on.
    kube("sync", repo)
    quiet(kube, control, repo, path)
    commit({"deploy/s.yaml": secret.replace(f"{CANARY}user", f"{CANARY}new")},
           {"kind": "Secret", "paths": ["/data/password"]})
    shown = kube("diff", "-v", repo, expect=1)
    assert "ignores .data.password" in shown.out
    kube("sync", repo)
    live = control.api.get(path)["data"]
    assert live["password"] == theirs
    assert base64.b64decode(live["user"]).decode() == f"{CANARY}new"


def test_what_is_made_anew_is_as_git_wants_it(kube, control, repo, ns, commit):
    commit(web(ns), REPLICAS)
    kube("sync", repo)
    scale(control, ns, 5)
    other = objects.deployment(ns).replace("{app: web}", "{app: other}")
    commit({"deploy/web.yaml": other}, REPLICAS)
    shown = kube("diff", "--force-replace", repo, expect=1).out
    assert "-  replicas: 5" in shown and "+  replicas: 2" in shown
    assert "ignored" not in shown
    kube("sync", "--force-replace", repo)
    assert control.api.get(path_of(ns))["spec"]["replicas"] == 2
    quiet(kube, control, repo, path_of(ns), ignored=0)


def test_a_rule_that_does_nothing_is_told(kube, repo, ns, commit):
    commit(web(ns), {"kind": "Deployment", "name": "wbe",
                     "paths": ["/spec/replicas"]},
           {"kind": "Deployment", "paths": ["/spec/replica"]})
    err = kube("diff", repo, expect=1).err
    app = kube.env["GITOPS_APP"]
    assert (f"ignore: app {app} has no Deployment 'wbe': this rule does "
            "nothing") in err
    assert (f"ignore: no Deployment of app {app} has anything at "
            "/spec/replica") in err
