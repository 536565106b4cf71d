# SPDX-License-Identifier: Apache-2.0
"""sync waits until what it has applied is healthy, and says why it is not."""

import signal
import subprocess
import time

import pytest

from bed import objects
from bed.process import wait_until

SECONDS = 60


@pytest.fixture
def sync(gitops, nodes, repo, prefix):
    """sync of what is committed, with waiting, in a Namespace of its own."""
    gitops.kubeconfig = nodes.kubeconfig
    gitops.env["GITOPS_WAIT"] = "90s"
    nodes.api.namespace(prefix)

    def run(*args, **more):
        return gitops("sync", *args, repo, **more)

    return run


@pytest.fixture
def started(gitops, sync, repo):
    """The same, going on beside the test: started() and then end()."""
    runs = []

    def start(*args):
        runs.append(gitops.start("sync", *args, repo, text=True,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE))

    def end(status):
        run = runs.pop()
        out, err = run.communicate(timeout=SECONDS)
        assert run.returncode == status, err
        gitops.look_for_secrets(out + err, "in the output")
        return err

    yield start, end
    for run in runs:
        run.kill()
        run.communicate()


def workload(namespace, kind, name="web", held=False, **spec):
    labels = f"{{app: {name}{', held: yes' if held else ''}}}"
    labels = labels.replace("yes", '"yes"')
    more = "".join(f"\n  {key}: {value}" for key, value in spec.items())
    return f"""\
apiVersion: apps/v1
kind: {kind}
metadata: {{name: {name}, namespace: {namespace}}}
spec:{more}
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {labels}}}
    spec:
      containers:
      - {{name: web, image: "nginx:1.27"}}
"""


def job(namespace, name="work", held=False):
    labels = 'labels: {held: "yes"}' if held else ""
    return f"""\
apiVersion: batch/v1
kind: Job
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  backoffLimit: 0
  template:
    metadata: {{{labels}}}
    spec:
      restartPolicy: Never
      containers:
      - {{name: work, image: busybox}}
"""


def pods(plane, namespace):
    return plane.api.items(f"/api/v1/namespaces/{namespace}/pods")


def first_pod(plane, namespace):
    """The path of the only pod, once it is on its node."""
    def there():
        return [p for p in pods(plane, namespace) if p["spec"].get("nodeName")]

    wait_until(there, SECONDS, "a pod on its node")
    name = there()[0]["metadata"]["name"]
    return f"/api/v1/namespaces/{namespace}/pods/{name}"


def set_status(plane, path, **status):
    plane.api.merge(f"{path}/status", {"status": status}, "kubelet")


def set_waiting(plane, path, reason, message="", **more):
    set_status(plane, path, phase="Pending", containerStatuses=[{
        "name": "web", "image": "nginx:1.27", "imageID": "", "ready": False,
        "restartCount": 0,
        "state": {"waiting": {"reason": reason, "message": message}}, **more}])


def warn(plane, path, reason, message):
    """A Warning event of a pod, as a kubelet writes it."""
    pod = plane.api.get(path)
    space = pod["metadata"]["namespace"]
    plane.api.create(f"/api/v1/namespaces/{space}/events", {
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"generateName": "warning-", "namespace": space},
        "involvedObject": {"kind": "Pod", "namespace": space,
                           "name": pod["metadata"]["name"],
                           "uid": pod["metadata"]["uid"]},
        "reason": reason, "message": message, "type": "Warning", "count": 3,
        "lastTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())})


def health(result):
    """The states by kind and name."""
    return {f"{o['kind']} {o['name']}": o["health"] and o["health"]["state"]
            for o in result.json["objects"]}


def test_a_rollout_that_succeeds(sync, nodes, repo, prefix):
    repo.commit({"web.yaml": objects.deployment(prefix),
                 "config.yaml": objects.config_map("c", {"a": "b"}, prefix)})
    result = sync("-o", "json")
    live = nodes.api.get(f"/apis/apps/v1/namespaces/{prefix}/deployments/web")
    assert live["status"]["availableReplicas"] == 2
    assert health(result) == {"Deployment web": "current", "ConfigMap c": None}

    # And so does the next one, which need not ask anybody.
    repo.commit({"web.yaml": objects.deployment(prefix, image="nginx:1.28")})
    sync()
    again = sync("-o", "json")
    assert health(again) == {"Deployment web": "current", "ConfigMap c": None}
    waited = again.json
    unwaited = sync("-o", "json", "--wait", "0").json
    assert waited["requests"]["total"] == unwaited["requests"]["total"]
    assert waited["requests"]["writes"] == 0


def test_every_kind_of_workload(sync, nodes, repo, prefix):
    repo.commit({
        "set.yaml": workload(prefix, "StatefulSet", "set", replicas=3,
                             serviceName="set"),
        "agent.yaml": workload(prefix, "DaemonSet", "agent"),
        "copies.yaml": workload(prefix, "ReplicaSet", "copies", replicas=2),
        "job.yaml": job(prefix)})
    result = sync("-o", "json")
    assert set(health(result).values()) == {"current"}
    live = nodes.api.get(f"/apis/apps/v1/namespaces/{prefix}/statefulsets/set")
    assert live["status"]["readyReplicas"] == 3
    live = nodes.api.get(f"/apis/batch/v1/namespaces/{prefix}/jobs/work")
    assert live["status"]["succeeded"] == 1


def test_a_whole_system(sync, repo, prefix):
    """With kinds that have no health, and an autoscaler without metrics that
    has not tried yet."""
    files = objects.system(prefix)
    del files["deploy/namespace.yaml"]
    repo.commit(files)
    states = health(sync("--path", "deploy", "-o", "json"))
    assert states["Deployment web"] == "current"
    assert states[f"CustomResourceDefinition widgets.{prefix}.example.com"] \
        == "current"
    assert states["Service web"] is None
    assert states["Ingress web"] is None


def test_an_image_that_cannot_be_pulled(started, nodes, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    start, end = started
    start()
    pod = first_pod(nodes, prefix)
    warn(nodes, pod, "Failed", "Failed to pull image: no such tag")
    set_waiting(nodes, pod, "ErrImagePull", "not found")
    set_waiting(nodes, pod, "ImagePullBackOff", "Back-off pulling image")
    err = end(5)
    name = pod.rpartition("/")[2]
    assert "1 of 1 objects failed" in err
    assert (f"web.yaml:1: Deployment {prefix}/web: failed: 0 of 1 replicas are "
            f"ready; Pod {name}: container 'web': ImagePullBackOff: Back-off "
            "pulling image\n") in err
    assert (f"\n  Pod {name}: Failed: Failed to pull image: no such tag "
            "(3 times)\n") in err


def test_a_container_that_crashes(started, nodes, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True),
                 "ok.yaml": workload(prefix, "Deployment", "ok")})
    start, end = started
    start()
    wait_until(lambda: len(pods(nodes, prefix)) == 2, SECONDS, "two pods")
    pod = next(p["metadata"]["name"] for p in pods(nodes, prefix)
               if p["metadata"]["name"].startswith("web-"))
    set_waiting(nodes, f"/api/v1/namespaces/{prefix}/pods/{pod}",
                "CrashLoopBackOff", "back-off 20s", restartCount=2,
                lastState={"terminated": {"exitCode": 137,
                                          "reason": "OOMKilled"}})
    err = end(5)
    assert "1 of 2 objects failed" in err
    assert "CrashLoopBackOff: back-off 20s; it ended with exit code 137 " \
        "(OOMKilled)" in err
    assert "Deployment " + prefix + "/ok" not in err


def test_pods_of_the_revision_before_do_not_count(sync, nodes, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    sync("--wait", "0")
    set_waiting(nodes, first_pod(nodes, prefix), "ImagePullBackOff")
    result = sync(expect=5)
    assert "ImagePullBackOff" in result.err

    repo.commit({"web.yaml": workload(prefix, "Deployment")})
    sync()


def test_an_image_of_a_stateful_set(started, nodes, repo, prefix):
    repo.commit({"set.yaml": workload(prefix, "StatefulSet", "set", held=True,
                                      serviceName="set")})
    start, end = started
    start()
    set_waiting(nodes, first_pod(nodes, prefix), "InvalidImageName", "bad")
    assert "Pod set-0: container 'web': InvalidImageName: bad" in end(5)


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet"])
def test_a_quota_that_is_full(sync, repo, prefix, kind):
    spec = {"serviceName": "web"} if kind == "StatefulSet" else {}
    repo.commit({
        "quota.yaml": f"""
            apiVersion: v1
            kind: ResourceQuota
            metadata: {{name: none, namespace: {prefix}}}
            spec: {{hard: {{pods: "0"}}}}
            """,
        "web.yaml": workload(prefix, kind, **spec)})
    err = sync(expect=5).err
    assert f"web.yaml:1: {kind} {prefix}/web: failed: " in err
    assert "exceeded quota: none, requested: pods=1, used: pods=0, " \
        "limited: pods=0" in err


def test_a_pod_that_no_node_takes(sync, repo, prefix):
    text = workload(prefix, "Deployment")
    repo.commit({"web.yaml": text + "      nodeSelector: {disk: ssd}\n"})
    err = sync(expect=5).err
    assert "Unschedulable: 0/1 nodes are available" in err
    assert "FailedScheduling" in err


def test_a_job_that_fails(started, nodes, repo, prefix):
    repo.commit({"job.yaml": job(prefix, held=True)})
    start, end = started
    start()
    pod = first_pod(nodes, prefix)
    set_status(nodes, pod, phase="Failed", containerStatuses=[{
        "name": "work", "image": "busybox", "imageID": "", "ready": False,
        "restartCount": 0,
        "state": {"terminated": {"exitCode": 3, "reason": "Error"}}}])
    err = end(5)
    assert f"job.yaml:1: Job {prefix}/work: failed: BackoffLimitExceeded" \
        in err
    assert "it ended with exit code 3 (Error)" in err


def test_the_time_is_up(sync, nodes, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    result = sync("--wait", "2s", "-o", "json", expect=5)
    assert result.json["exitStatus"] == 5
    assert health(result) == {"Deployment web": "in progress"}
    errors = result.json["errors"]
    assert {e["status"] for e in errors} == {"unhealthy"}
    assert "1 of 1 objects are not healthy in time" in errors[0]["message"]
    assert "0 of 1 replicas are ready" in errors[1]["message"]
    assert result.json["objects"][0]["outcome"] == "created"

    # Also where --timeout is what ends it, and where nothing has changed.
    result = sync("--timeout", "4s", expect=5)
    assert "0 of 1 replicas are ready" in result.err


def test_no_wait(sync, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    result = sync("--wait", "0", "-o", "json")
    assert health(result) == {"Deployment web": None}


def test_a_paused_deployment_holds_up_nobody(sync, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", paused="true",
                                      held=True)})
    assert health(sync("-o", "json")) == {"Deployment web": "suspended"}


def test_claims(sync, nodes, repo, prefix):
    nodes.api.create("/apis/storage.k8s.io/v1/storageclasses", {
        "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass",
        "metadata": {"name": prefix}, "provisioner": "example.com/disk",
        "volumeBindingMode": "WaitForFirstConsumer"})

    def claim(storage_class):
        return f"""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {{name: data, namespace: {prefix}}}
            spec:
              storageClassName: {storage_class}
              accessModes: [ReadWriteOnce]
              resources: {{requests: {{storage: 1Gi}}}}
            """

    repo.commit({"claim.yaml": claim(prefix)})
    result = sync("-o", "json")
    assert result.json["objects"][0]["health"]["reason"] == \
        "is bound by its first consumer"

    nodes.api.delete(f"/api/v1/namespaces/{prefix}/persistentvolumeclaims/"
                     "data")
    wait_until(lambda: not nodes.api.items(
        f"/api/v1/namespaces/{prefix}/persistentvolumeclaims"), SECONDS,
        "the claim to go")
    repo.commit({"claim.yaml": claim("no-such-class")})
    assert "is not bound to a volume" in sync("--wait", "2s", expect=5).err


GADGETS = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.PREFIX.example.com}
spec:
  group: PREFIX.example.com
  names: {kind: Gadget, plural: gadgets, singular: gadget}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        {type: object, x-kubernetes-preserve-unknown-fields: true}
---
apiVersion: PREFIX.example.com/v1
kind: Gadget
metadata: {name: one, namespace: PREFIX}
spec: {size: SIZE}
"""


def test_custom_objects_by_their_conditions(sync, started, nodes, repo, prefix):
    text = GADGETS.replace("PREFIX", prefix)
    path = f"/apis/{prefix}.example.com/v1/namespaces/{prefix}/gadgets/one"

    def tell(status, generation, reason="", kind="Ready"):
        nodes.api.merge(f"{path}/status", {"status": {
            "observedGeneration": generation, "conditions": [
                {"type": kind, "status": status, "reason": reason}]}})

    repo.commit({"gadget.yaml": text.replace("SIZE", "1")})
    sync()
    tell("True", 1)

    # What was ready is not, until its controller has seen the change.
    repo.commit({"gadget.yaml": text.replace("SIZE", "2")})
    assert "its controller has not seen it yet" in \
        sync("--wait", "2s", expect=5).err
    start, end = started
    start()
    tell("False", 2, "Building")
    tell("True", 2)
    end(0)

    tell("False", 2, "Building")
    assert "in progress: Ready is False: Building" in \
        sync("--wait", "1s", expect=5).err
    tell("True", 2, "BadSpec", "Stalled")
    assert "failed: BadSpec" in sync(expect=5).err


def test_objects_by_a_rule_of_their_own(gitops, sync, started, nodes, repo,
                                        prefix):
    """A kind whose objects have no conditions, and a Service, of which nothing
    is known to wait for."""
    text = GADGETS.replace("PREFIX", prefix).replace("SIZE", "3")
    path = f"/apis/{prefix}.example.com/v1/namespaces/{prefix}/gadgets/one"

    def tell(**status):
        nodes.api.merge(f"{path}/status", {"status": status})

    repo.commit({"deploy/gadget.yaml": text, "gitops.yaml": f"""
        apiVersion: gitops/v1
        apps:
        - name: {gitops.env["GITOPS_APP"]}
          path: deploy
          health:
          - kind: Gadget
            group: "*.example.com"
            healthy: {{/status/phase: Ready, /status/size: /spec/size}}
            failed: {{/status/phase: [Failed, Lost]}}
        """})
    assert "in progress: /status/phase is not there, expected 'Ready'" in \
        sync("--wait", "2s", expect=5).err
    start, end = started
    start()
    tell(phase="Ready", size=2, observedGeneration=1)
    tell(phase="Ready", size=3, observedGeneration=1)
    end(0)
    sync()

    tell(phase="Ready", size=2, observedGeneration=1)
    assert ("in progress: /status/size is 2, expected that of /spec/size, 3"
            in sync("--wait", "1s", expect=5).err)
    shown = " ".join(gitops("status", repo).out.split())
    assert "1 of 2 healthy" in shown and "/status/size is 2" in shown
    tell(phase="Ready", size=3, observedGeneration=0)
    assert "its controller has not seen it yet" in \
        sync("--wait", "1s", expect=5).err
    tell(phase="Lost", size=3, observedGeneration=1)
    assert "failed: /status/phase is 'Lost'" in sync(expect=5).err
    assert "failed: /status/phase is 'Lost'" not in \
        sync("--wait", "0").err


def test_an_address_is_waited_for_by_a_rule(gitops, sync, started, nodes, repo,
                                            prefix):
    service = f"""
        apiVersion: v1
        kind: Service
        metadata: {{name: web, namespace: {prefix}}}
        spec: {{type: LoadBalancer, ports: [{{port: 80}}]}}
        """
    repo.commit({"deploy/web.yaml": service, "gitops.yaml": f"""
        apiVersion: gitops/v1
        apps:
        - name: {gitops.env["GITOPS_APP"]}
          path: deploy
          health:
          - kind: Service
            healthy: {{/status/loadBalancer/ingress/0/ip: "*"}}
        """})
    path = f"/api/v1/namespaces/{prefix}/services/web"
    start, end = started
    start()
    wait_until(lambda: nodes.api.find(path), SECONDS, "the Service")
    nodes.api.merge(f"{path}/status", {"status": {"loadBalancer": {
        "ingress": [{"ip": "192.0.2.1"}]}}})
    end(0)


def test_custom_objects_whose_kind_tells_ready(started, sync, nodes, repo,
                                               prefix):
    """A new object has no status; its definition has a column for it."""
    column = """\
    subresources: {status: {}}
    additionalPrinterColumns:
    - name: Ready
      type: string
      jsonPath: .status.conditions[?(@.type=='Ready')].status
"""
    text = GADGETS.replace("    subresources: {status: {}}\n", column)
    text = text.replace("PREFIX", prefix)
    path = f"/apis/{prefix}.example.com/v1/namespaces/{prefix}/gadgets"
    repo.commit({"gadget.yaml": text.replace("SIZE", "1")})
    start, end = started
    start()
    wait_until(lambda: nodes.api.find(f"{path}/one"), SECONDS, "the gadget")
    nodes.api.merge(f"{path}/one/status", {"status": {"conditions": [
        {"type": "Ready", "status": "True"}]}})
    end(0)

    # The same where the definition is not in the repository.
    one = text[text.index("---"):].replace("SIZE", "1")
    repo.commit({"gadget.yaml": one.replace("name: one", "name: two")})
    assert f"Gadget {prefix}/two: in progress: does not tell yet whether it " \
        "is ready" in sync("--wait", "2s", expect=5).err
    # What was not touched is taken as it is.
    sync()


def test_nothing_is_deleted_before_all_is_healthy(sync, nodes, repo, prefix):
    """The pods of before may still need what git does not want any more."""
    config = f"/api/v1/namespaces/{prefix}/configmaps/old"
    repo.commit({"web.yaml": workload(prefix, "Deployment"),
                 "old.yaml": objects.config_map("old", {"a": "b"}, prefix)})
    sync()
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True),
                 "old.yaml": None})
    sync("--wait", "2s", expect=5)
    assert nodes.api.find(config)
    repo.commit({"web.yaml": workload(prefix, "Deployment")})
    sync()
    assert not nodes.api.find(config)


def test_nothing_is_asked_for_each_object(sync, repo, prefix, nodes):
    """20 rollouts cost the waiting as many requests as one does."""
    nodes.api.namespace(f"{prefix}-b")
    totals = []
    for space, wait in ((prefix, "90s"), (f"{prefix}-b", "0")):
        repo.commit({f"web-{i}.yaml": workload(space, "Deployment", f"web-{i}")
                     for i in range(20)})
        result = sync("-o", "json", "--wait", wait, "--no-prune")
        totals.append(result.json["requests"]["total"])
    # A LIST and a WATCH, of Deployments, ReplicaSets, pods and events; and
    # the WATCHes once more where the half minute of the first is over.
    assert totals[0] - totals[1] <= 4 * 3


def test_who_sees_only_namespaces_waits_all_the_same(sync, nodes, repo, prefix):
    spaces = [prefix, f"{prefix}-b"]
    nodes.api.namespace(spaces[1])
    for space in spaces:
        rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}"
        nodes.api.create(f"{rbac}/roles", {
            "metadata": {"name": "deployer"}, "rules": [{
                "apiGroups": ["apps", ""],
                "resources": ["deployments", "configmaps"],
                "verbs": ["get", "list", "watch", "create", "patch"]}]})
        nodes.api.create(f"{rbac}/rolebindings", {
            "metadata": {"name": "deployer"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io",
                        "kind": "Role", "name": "deployer"},
            "subjects": [{"kind": "User", "name": "ada"}]})
    repo.commit({f"{space}.yaml": workload(space, "Deployment")
                 for space in spaces})
    sync("--as", "ada", "--record-namespace", prefix)

    # Who may not look cannot wait, and is told how to go on.
    rbac = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{prefix}"
    nodes.api.merge(f"{rbac}/roles/deployer", {"rules": [{
        "apiGroups": ["apps", ""],
        "resources": ["deployments", "configmaps"],
        "verbs": ["get", "create", "patch"]}]})
    repo.commit({f"{space}.yaml": workload(space, "Deployment", replicas=2)
                 for space in spaces})
    result = sync("--as", "ada", "--record-namespace", prefix, expect=2)
    assert "hint: allow 'list' and 'watch'" in result.err


def test_an_api_server_that_restarts_meanwhile(started, nodes, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    start, end = started
    start()
    pod = first_pod(nodes, prefix)
    nodes.restart_server()
    wait_until(lambda: nodes.api.get(pod), SECONDS, "the server")
    set_waiting(nodes, pod, "ErrImageNeverPull", "gone")
    assert "ErrImageNeverPull: gone" in end(5)


def test_a_signal_ends_the_wait(gitops, sync, nodes, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    run = gitops.start("sync", repo, stderr=subprocess.PIPE, text=True)
    first_pod(nodes, prefix)
    run.terminate()
    _, err = run.communicate(timeout=SECONDS)
    assert run.returncode == -signal.SIGTERM
    assert "stopped by signal 15" in err


def test_an_object_that_somebody_deletes(started, nodes, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    start, end = started
    start()
    first_pod(nodes, prefix)
    nodes.api.delete(f"/apis/apps/v1/namespaces/{prefix}/deployments/web")
    assert "is gone: somebody has deleted it" in end(5)


def test_progress_names_what_is_waited_for(sync, repo, prefix):
    repo.commit({"web.yaml": workload(prefix, "Deployment", held=True)})
    result = sync("--wait", "1s", "--progress", "always", expect=5)
    assert (f"gitops: sync: waiting for Deployment {prefix}/web; "
            "healthy 0 of 1\n") in result.err
