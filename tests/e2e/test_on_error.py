# SPDX-License-Identifier: Apache-2.0
"""--on-error: what becomes of the rest where an object fails."""

import pytest

from bed import objects
from test_wait import job, sync  # noqa: F401

WAVE = "argocd.argoproj.io/sync-wave"
DEPENDS = "config.kubernetes.io/depends-on"


def config_map(ns, name, key=None, value=None, data="v"):
    annotations = f', annotations: {{{key}: "{value}"}}' if key else ""
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}, namespace: {ns}{annotations}}}
data: {{k: {data}}}
"""


def service(ns, name="broken", key="x", value="y"):
    """The server refuses it."""
    return f"""\
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: {ns}, annotations: {{{key}: "{value}"}}}}
spec: {{ports: [{{port: 70000}}]}}
"""


def names(control, ns):
    return sorted(item["metadata"]["name"]
                  for item in control.api.items(objects.config_maps(ns))
                  if item["metadata"]["name"] != "kube-root-ca.crt")


@pytest.fixture
def broken(kube, repo, ns):
    repo.commit({
        "broken.yaml": service(ns),
        "after.yaml": config_map(ns, "after", DEPENDS,
                                 f"/namespaces/{ns}/Service/broken"),
        "further.yaml": config_map(ns, "further", DEPENDS,
                                   f"/namespaces/{ns}/ConfigMap/after"),
        "wave.yaml": config_map(ns, "wave", WAVE, "1"),
        "other.yaml": config_map(ns, "other")})


def test_the_default_is_to_stop_before_anything(broken, kube, control, repo,
                                                ns):
    result = kube("sync", repo, expect=2)
    assert "spec.ports[0].port" in result.err
    assert names(control, ns) == []


@pytest.mark.parametrize("validate", ["server", "none"])
def test_it_goes_on_with_what_does_not_need_it(broken, kube, control, repo,
                                               ns, validate):
    result = kube("sync", "--on-error", "continue", "--validate", validate,
                  repo, expect=3)
    assert names(control, ns) == ["other"]
    assert f"broken.yaml:1: Service {ns}/broken" in result.err
    assert "1 of 5 objects failed" in result.err
    assert f"failed    Service {ns}/broken" in result.out
    for name in ("after", "further", "wave"):
        assert f"skipped   ConfigMap {ns}/{name}" in result.out
    # Mended, all else is made.
    repo.commit({"broken.yaml": service(ns).replace("70000", "80")})
    kube("sync", "--on-error", "continue", repo)
    assert names(control, ns) == ["after", "further", "other", "wave"]


def test_the_document_says_who_failed(broken, kube, repo):
    document = kube("sync", "--on-error", "continue", "-o", "json", repo,
                    expect=3).json
    assert document["summary"]["failed"] == 1
    assert document["summary"]["skipped"] == 3
    assert document["summary"]["created"] == 1
    assert {o["name"]: o["outcome"] for o in document["objects"]} == {
        "broken": "failed", "after": "skipped", "further": "skipped",
        "wave": "skipped", "other": "created"}


def test_nothing_is_deleted_where_something_failed(kube, control, repo, ns):
    repo.commit({"a.yaml": config_map(ns, "a"), "b.yaml": config_map(ns, "b")})
    kube("sync", repo)
    repo.commit({"a.yaml": config_map(ns, "a", data="w"), "b.yaml": None,
                 "broken.yaml": service(ns)})
    kube("sync", "--on-error", "continue", repo, expect=3)
    assert names(control, ns) == ["a", "b"]
    repo.commit({"broken.yaml": None})
    kube("sync", repo)
    assert names(control, ns) == ["a"]


def test_an_app_that_depends_on_it_waits(kube, control, repo, ns, prefix):
    kube.env["GITOPS_APP"] = None
    one, two, three = (f"{prefix[:40]}-{i}" for i in (1, 2, 3))
    repo.commit({
        "gitops.yaml": f"""
            apiVersion: gitops/v1
            apps:
            - {{name: {one}, path: one}}
            - {{name: {two}, path: two, dependsOn: [{one}]}}
            - {{name: {three}, path: three}}
            """,
        "one/broken.yaml": service(ns),
        "two/a.yaml": config_map(ns, "two"),
        "three/a.yaml": config_map(ns, "three")})
    kube("sync", "--on-error", "continue", repo, expect=3)
    assert names(control, ns) == ["three"]


def test_what_is_unhealthy_holds_up_its_own_waves(sync, nodes, repo, prefix):
    repo.commit({
        "job.yaml": job(prefix, "fails", held=True).replace(
            "spec:\n", "spec:\n  activeDeadlineSeconds: 1\n", 1),
        "other.yaml": config_map(prefix, "other"),
        "wave.yaml": config_map(prefix, "wave", WAVE, "1")})
    result = sync("--on-error", "continue", expect=5)
    assert "job.yaml:1: Job" in result.err
    assert names(nodes, prefix) == ["other"]
    assert "skipped   ConfigMap" in result.out


# ---- apps that do not render ----

APPS = """
apiVersion: gitops/v1
apps:
- {{name: {ns}-web, path: web}}
- {{name: {ns}-db, path: db}}
- {{name: {ns}-shop, path: shop, dependsOn: [{ns}-db]}}
"""


@pytest.fixture
def apps(kube, gitops, repo, ns):
    """Three that were synced; then db does not render any more."""
    gitops.env.update(GITOPS_APP=None)
    repo.commit({"gitops.yaml": APPS.format(ns=ns),
                 **{f"{app}/{app}.yaml": config_map(ns, app)
                    for app in ("web", "db", "shop")},
                 "web/moves.yaml": config_map(ns, "moves")})
    kube("sync", repo)
    repo.commit({"db/kustomization.yaml": "resources: [db.yaml, no.yaml]",
                 "web/web.yaml": config_map(ns, "web", data="new"),
                 "shop/shop.yaml": config_map(ns, "shop", data="new")})


def data(control, ns, name):
    return control.api.get(f"{objects.config_maps(ns)}/{name}")["data"]["k"]


def test_an_app_that_does_not_render_stops_all(apps, kube, control, repo, ns):
    result = kube("sync", repo, expect=2)
    assert f"app {ns}-db: db/kustomization.yaml:1: " in result.err
    assert data(control, ns, "web") == "v"


def test_or_is_left_alone_with_what_depends_on_it(apps, kube, control, repo,
                                                  ns):
    was = control.api.get(objects.config_maps(ns) + "/db")
    result = kube("sync", repo, "--on-error", "continue", expect=3)
    assert f"app {ns}-shop: left alone, since it depends" in result.err
    assert [data(control, ns, name) for name in ("web", "shop")] == \
        ["new", "v"]
    assert control.api.get(objects.config_maps(ns) + "/db") == was
    result = kube("history", repo, "-o", "json")
    runs = {app["name"]: [one["result"] for one in app["syncs"]]
            for app in result.json["apps"]}
    assert runs == {f"{ns}-web": ["done"] * 2, f"{ns}-db": ["done"],
                    f"{ns}-shop": ["done"]}


def test_what_it_may_want_is_not_deleted(apps, kube, control, repo, ns):
    """It has moved, and nobody can tell where to."""
    repo.commit({"web/moves.yaml": None,
                 "db/moves.yaml": config_map(ns, "moves")})
    kube("sync", repo, "--on-error", "continue", expect=3)
    assert "moves" in names(control, ns)
    repo.commit({"db/kustomization.yaml": "resources: [db.yaml, moves.yaml]"})
    uid = control.api.get(objects.config_maps(ns) + "/moves")["metadata"]["uid"]
    kube("sync", repo)
    now = control.api.get(objects.config_maps(ns) + "/moves")["metadata"]
    assert now["uid"] == uid
    kube("diff", repo)


def test_status_and_diff_tell_of_the_others(apps, kube, repo, ns):
    result = kube("status", repo, "-o", "json", expect=2)
    found = {app["name"]: app for app in result.json["apps"]}
    assert {name: app["state"] for name, app in found.items()} == {
        f"{ns}-web": "pending", f"{ns}-db": "unknown",
        f"{ns}-shop": "pending"}
    broken = found[f"{ns}-db"]
    assert "no.yaml" in broken["error"] and broken["sync"]["result"] == "done"
    diff = kube("diff", repo, "--name-only", expect=2)
    assert sorted(diff.out.splitlines()) == [f"ConfigMap {ns}/shop",
                                             f"ConfigMap {ns}/web"]
