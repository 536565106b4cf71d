# SPDX-License-Identifier: Apache-2.0
"""Argo CD's hooks: they run when their app has something else to do."""

import pytest

from bed import objects
from test_wait import sync  # noqa: F401

HOOK = "argocd.argoproj.io/hook"
POLICY = "argocd.argoproj.io/hook-delete-policy"


def hook(ns, name, phase, policy=None, image="busybox", held=False):
    annotations = f'{HOOK}: "{phase}"' + (f', {POLICY}: "{policy}"'
                                          if policy else "")
    labels = 'labels: {held: "yes"}' if held else ""
    deadline = "activeDeadlineSeconds: 1" if held else ""
    return f"""\
apiVersion: batch/v1
kind: Job
metadata: {{name: {name}, namespace: {ns}, annotations: {{{annotations}}}}}
spec:
  {deadline}
  backoffLimit: 0
  template:
    metadata: {{{labels}}}
    spec:
      restartPolicy: Never
      containers:
      - {{name: work, image: {image}}}
"""


def jobs(plane, ns):
    return {job["metadata"]["name"]: job for job in
            plane.api.items(f"/apis/batch/v1/namespaces/{ns}/jobs")}


def uids(plane, ns):
    return {name: job["metadata"]["uid"] for name, job in
            jobs(plane, ns).items()}


def config(plane, ns, name="c"):
    return plane.api.find(f"{objects.config_maps(ns)}/{name}")


def version(live):
    """When it was written last: the order of all writes."""
    return int(live["metadata"]["resourceVersion"])


def actions(document):
    return {o["name"]: o["action"] for o in document["objects"]}


@pytest.fixture
def system(repo, prefix):
    """A hook before and one behind a ConfigMap."""
    def commit(data="v", **more):
        repo.commit({
            "before.yaml": hook(prefix, "before", "PreSync", **more),
            "c.yaml": objects.config_map("c", {"k": data}, prefix),
            "behind.yaml": hook(prefix, "behind", "PostSync")})

    commit()
    return commit


def test_hooks_run_in_their_phases(system, sync, nodes, prefix):
    document = sync("-o", "json").json
    assert actions(document) == {
        "before": "create", "c": "create", "behind": "create"}
    live = jobs(nodes, prefix)
    assert live["before"]["status"]["succeeded"] == 1
    assert live["behind"]["status"]["succeeded"] == 1
    made = config(nodes, prefix)
    assert version(live["before"]) < version(made)
    assert made["metadata"]["uid"] and version(made) < version(live["behind"])


def test_hooks_of_helm_run_as_those_of_argo_cd(sync, gitops, nodes, repo,
                                               prefix):
    def helm(name, phases, **more):
        return hook(prefix, name, "", **more).replace(
            f'{HOOK}: ""', f'helm.sh/hook: "{phases}"')

    def commit(data):
        repo.commit({
            "before.yaml": helm("before", "pre-install,pre-upgrade"),
            "c.yaml": objects.config_map("c", {"k": data}, prefix),
            "behind.yaml": helm("behind", "post-install,post-upgrade"),
            "test.yaml": helm("test", "test")})

    commit("v")
    document = sync("-o", "json").json
    assert actions(document) == {"before": "create", "c": "create",
                                 "behind": "create", "test": "keep"}
    live = jobs(nodes, prefix)
    assert set(live) == {"before", "behind"}
    made = config(nodes, prefix)
    assert version(live["before"]) < version(made)
    assert version(made) < version(live["behind"])
    gitops("diff", repo)
    commit("w")
    assert actions(sync("-o", "json").json) == {
        "before": "replace", "c": "change", "behind": "replace",
        "test": "keep"}


def test_without_anything_else_they_rest(system, sync, gitops, nodes, repo,
                                         prefix):
    sync()
    before = uids(nodes, prefix)
    gitops("diff", repo)
    document = sync("-o", "json").json
    assert set(actions(document).values()) == {"unchanged"}
    assert document["requests"]["writes"] == 0
    unwaited = sync("-o", "json", "--wait", "0").json
    assert document["requests"]["total"] == unwaited["requests"]["total"]
    # Nor do they where they have changed themselves, or are gone.
    system(image="busybox:1.36")
    nodes.api.delete(f"/apis/batch/v1/namespaces/{prefix}/jobs/behind"
                     "?propagationPolicy=Background")
    gitops("diff", repo)
    sync()
    assert uids(nodes, prefix) == {"before": before["before"]}


def test_with_something_else_they_run_again(system, sync, gitops, nodes, repo,
                                            prefix):
    sync()
    first = uids(nodes, prefix)
    system(data="w", image="busybox:1.36")
    shown = gitops("diff", repo, expect=1).out
    assert f"replace   Job {prefix}/before" in shown
    assert "it is a hook, and runs because its app changes" in shown
    assert "1 to change, 2 to replace" in shown
    assert uids(nodes, prefix) == first
    document = sync("-o", "json").json
    assert actions(document) == {
        "before": "replace", "c": "change", "behind": "replace"}
    second = uids(nodes, prefix)
    assert not set(first.values()) & set(second.values())
    live = jobs(nodes, prefix)
    assert version(live["before"]) < version(config(nodes, prefix))
    gitops("diff", repo)


def test_a_delete_is_something_else(system, sync, nodes, repo, prefix):
    repo.commit({"d.yaml": objects.config_map("d", {"k": "v"}, prefix)})
    sync()
    first = uids(nodes, prefix)
    repo.commit({"d.yaml": None})
    sync()
    assert not config(nodes, prefix, "d")
    assert not set(first.values()) & set(uids(nodes, prefix).values())


def test_one_that_goes_when_it_has_succeeded(sync, gitops, nodes, repo,
                                             prefix):
    policy = "BeforeHookCreation,HookSucceeded"
    repo.commit({
        "before.yaml": hook(prefix, "before", "PreSync", policy),
        "c.yaml": objects.config_map("c", {"k": "v"}, prefix)})
    assert f"created   Job {prefix}/before" in sync().out
    assert config(nodes, prefix) and not jobs(nodes, prefix)
    gitops("diff", repo)
    assert sync("-o", "json").json["requests"]["writes"] == 0
    repo.commit({"c.yaml": objects.config_map("c", {"k": "w"}, prefix)})
    assert f"created   Job {prefix}/before" in sync().out
    assert not jobs(nodes, prefix)


@pytest.mark.parametrize("policy, stays", [
    ("HookFailed,BeforeHookCreation", False), ("BeforeHookCreation", True)])
def test_one_that_fails_holds_up_the_rest(sync, nodes, repo, prefix, policy,
                                          stays):
    """And runs again with the next sync, which still has all to do."""
    repo.commit({
        "before.yaml": hook(prefix, "before", "PreSync", policy, held=True),
        "c.yaml": objects.config_map("c", {"k": "v"}, prefix)})
    result = sync(expect=5)
    assert f"before.yaml:1: Job {prefix}/before: failed" in result.err
    assert not config(nodes, prefix)
    first = uids(nodes, prefix)
    assert len(first) == stays
    repo.commit({"before.yaml": hook(prefix, "before", "PreSync", policy)})
    sync()
    assert config(nodes, prefix)
    assert uids(nodes, prefix).keys() == {"before"}
    assert uids(nodes, prefix) != first


def test_one_that_fails_behind_the_rest_runs_again(sync, gitops, nodes, repo,
                                                   prefix):
    """Though its app has nothing else to do, and without those before it."""
    wave = "argocd.argoproj.io/sync-wave"

    later = hook(prefix, "later", "PostSync").replace(
        "annotations: {", f'annotations: {{{wave}: "1", ')
    repo.commit({
        "before.yaml": hook(prefix, "before", "PreSync"),
        "after.yaml": hook(prefix, "after", "PostSync", held=True),
        "later.yaml": later,
        "c.yaml": objects.config_map("c", {"k": "v"}, prefix)})
    assert f"Job {prefix}/after: failed" in sync(expect=5).err
    first = uids(nodes, prefix)
    assert first.keys() == {"after", "before"}

    shown = gitops("diff", repo, expect=1).out
    assert "it is a hook, and runs because it has failed" in shown
    assert "runs because one before it has failed" in shown
    assert "pending" in gitops("status", repo).out
    assert f"Job {prefix}/after: failed" in sync(expect=5).err
    second = uids(nodes, prefix)
    assert second["before"] == first["before"]
    assert second["after"] != first["after"] and "later" not in second

    repo.commit({"after.yaml": hook(prefix, "after", "PostSync")})
    sync()
    assert uids(nodes, prefix).keys() == {"after", "before", "later"}
    assert uids(nodes, prefix)["before"] == first["before"]
    assert sync("-o", "json").json["requests"]["writes"] == 0


@pytest.mark.parametrize("phase", ["Skip", "SyncFail", "PreDelete",
                                   "PostDelete", "PreDelete,PostDelete"])
def test_those_that_do_not_run_here_are_left(kube, control, repo, ns, phase):
    repo.commit({"h.yaml": hook(ns, "h", phase),
                 "c.yaml": objects.config_map("c", {"k": "v"}, ns)})
    result = kube("sync", "-v", repo)
    assert f"{HOOK} says {phase}" in result.out and "1 kept" in result.out
    assert jobs(control, ns) == {}
    kube("diff", repo)


@pytest.mark.parametrize("phase, policy, words", [
    ("PresSync", None, "'PresSync' is none of"),
    ("PreSync,", None, "'PreSync,' is none of"),
    ("PreSync", "HookSuceeded", "'HookSuceeded' is none of"),
])
def test_a_value_that_nobody_knows(kube, control, repo, ns, phase, policy,
                                   words):
    repo.commit({"h.yaml": hook(ns, "h", phase, policy)})
    result = kube("sync", repo, expect=2)
    assert f"h.yaml:1: Job {ns}/h: argocd.argoproj.io/hook" in result.err
    assert words in result.err


def test_what_is_no_hook_is_not_deleted(kube, control, repo, ns):
    """Somebody else's object of the same name."""
    where = f"{objects.config_maps(ns)}/h"
    made = control.api.create(objects.config_maps(ns), {
        "metadata": {"name": "h"}, "data": {"theirs": "x"}})
    repo.commit({
        "h.yaml": f"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {{name: h, namespace: {ns}, annotations: {{
              {HOOK}: PreSync}}}}
            """,
        "c.yaml": objects.config_map("c", {"k": "v"}, ns)})
    kube("sync", repo)
    live = control.api.get(where)
    assert live["metadata"]["uid"] == made["metadata"]["uid"]
    assert live["data"] == {"theirs": "x"}
    # Now it is one.
    repo.commit({"c.yaml": objects.config_map("c", {"k": "w"}, ns)})
    kube("sync", repo)
    assert control.api.get(where)["metadata"]["uid"] != \
        made["metadata"]["uid"]


def test_the_hooks_of_another_app_rest(kube, control, repo, ns, prefix):
    kube.env["GITOPS_APP"] = None
    one, two = (f"{prefix[:40]}-{i}" for i in (1, 2))
    repo.commit({
        "gitops.yaml": f"""
            apiVersion: gitops/v1
            apps:
            - {{name: {one}, path: one}}
            - {{name: {two}, path: two}}
            """,
        "one/h.yaml": hook(ns, "one", "PreSync"),
        "one/c.yaml": objects.config_map("c", {"k": "v"}, ns),
        "two/h.yaml": hook(ns, "two", "PreSync"),
        "two/c.yaml": objects.config_map("d", {"k": "v"}, ns)})
    kube("sync", repo)
    first = uids(control, ns)
    repo.commit({"one/c.yaml": objects.config_map("c", {"k": "w"}, ns)})
    kube("sync", repo)
    second = uids(control, ns)
    assert second["one"] != first["one"] and second["two"] == first["two"]


def test_without_validation(kube, control, repo, ns):
    repo.commit({"h.yaml": hook(ns, "h", "PreSync"),
                 "c.yaml": objects.config_map("c", {"k": "v"}, ns)})
    kube("sync", "--validate", "none", repo)
    first = uids(control, ns)
    kube("sync", "--validate", "none", repo)
    assert uids(control, ns) == first
    repo.commit({"c.yaml": objects.config_map("c", {"k": "w"}, ns)})
    kube("sync", "--validate", "none", repo)
    assert uids(control, ns).keys() == {"h"} and uids(control, ns) != first
