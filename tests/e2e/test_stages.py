# SPDX-License-Identifier: Apache-2.0
"""What must wait for what: definitions and their objects, namespaces and
their contents, webhooks, and objects that are on their way out."""

import textwrap
import threading

import pytest

from bed import objects


def test_row_19_definition_and_objects_in_any_order(kube, control, repo,
                                                    prefix):
    """The object comes first in the file, and is in a namespace that comes
    last."""
    files = objects.system(prefix)
    order = ["widgets", "crd", "namespace"]
    repo.commit({"all.yaml": "---\n".join(
        textwrap.dedent(files[f"deploy/{name}.yaml"]) for name in order)})
    shown = kube("diff", repo, expect=1)
    assert f"Widget {prefix}/left" in shown.out
    kube("sync", repo)
    assert control.api.find(objects.paths(prefix)["Widget left"])
    kube("diff", repo)


def test_a_new_version_of_a_definition_and_its_objects(kube, control, repo,
                                                       prefix):
    repo.commit(objects.system(prefix))
    kube("sync", "--path", "deploy", repo)

    newer = objects.crd(prefix).rstrip() + """
          - name: v2
            served: true
            storage: false
            schema:
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties:
                      size: {type: integer}
                      colour: {type: string}
        """
    repo.commit({
        "deploy/crd.yaml": newer,
        "deploy/widgets.yaml": f"""
            apiVersion: {prefix}.example.com/v2
            kind: Widget
            metadata: {{name: left, namespace: {prefix}}}
            spec: {{size: 9, colour: green}}
            """})
    kube("sync", "--path", "deploy", repo)
    path = objects.paths(prefix)["Widget left"].replace("/v1/", "/v2/")
    assert control.api.get(path)["spec"]["size"] == 9
    kube("diff", "--path", "deploy", repo)


def test_a_custom_object_that_its_schema_refuses(kube, control, repo, prefix):
    """The definition lives already, so the server itself can say it."""
    repo.commit(objects.system(prefix))
    kube("sync", "--path", "deploy", repo)
    repo.commit({"deploy/widgets.yaml": f"""
        apiVersion: {prefix}.example.com/v1
        kind: Widget
        metadata: {{name: left, namespace: {prefix}}}
        spec: {{size: nine}}
        """})
    result = kube("sync", "--path", "deploy", repo, expect=2)
    assert "deploy/widgets.yaml:1" in result.err
    assert "spec.size" in result.err


def test_row_21_a_definition_whose_names_are_taken(kube, control, repo,
                                                   prefix):
    """It will never be established: said at once, with the server's words."""
    first = objects.crd(prefix)
    second = first.replace("widgets", "gadgets").replace(
        "singular: widget}", "singular: gadget}")
    repo.commit({"a.yaml": first})
    kube("sync", repo)
    repo.commit({"a.yaml": first, "b.yaml": second})
    result = kube("sync", "--timeout", "20s", repo, expect=3)
    assert result.seconds < 15
    assert "b.yaml:1" in result.err and "Widget" in result.err


def hold(control, ns):
    """Keep a Namespace, that is being deleted from now on, from going."""
    live = control.api.get(f"/api/v1/namespaces/{ns}")
    live["metadata"]["finalizers"] = ["example.com/hold"]
    control.api.call("PUT", f"/api/v1/namespaces/{ns}", live)
    control.api.delete(f"/api/v1/namespaces/{ns}")


def let_go(control, ns):
    """As its controller would, which is not here."""
    for one in control.api.items(objects.config_maps(ns)):
        control.api.delete(
            f"{objects.config_maps(ns)}/{one['metadata']['name']}")
    live = control.api.get(f"/api/v1/namespaces/{ns}")
    live["spec"]["finalizers"] = []
    control.api.call("PUT", f"/api/v1/namespaces/{ns}/finalize", live)
    control.api.merge(f"/api/v1/namespaces/{ns}",
                      {"metadata": {"finalizers": None}})


def wanted(repo, ns):
    repo.commit({
        "ns.yaml": "apiVersion: v1\nkind: Namespace\n"
                   f"metadata: {{name: {ns}}}\n",
        "a.yaml": objects.config_map("a", {"x": "1"}, ns)})


def test_row_29_a_namespace_that_is_wanted_is_made_anew(kube, control, repo,
                                                        ns):
    wanted(repo, ns)
    kube("sync", repo)
    before = control.api.get(f"/api/v1/namespaces/{ns}")["metadata"]["uid"]
    hold(control, ns)
    later = threading.Timer(1, let_go, (control, ns))
    later.start()
    done = kube("sync", repo)
    later.join()
    assert "2 created" in done.out
    now = control.api.get(f"/api/v1/namespaces/{ns}")["metadata"]
    assert now["uid"] != before and "deletionTimestamp" not in now
    kube("diff", repo)


def test_row_29_what_holds_a_namespace_is_named(kube, control, repo, ns):
    wanted(repo, ns)
    kube("sync", repo)
    hold(control, ns)
    result = kube("sync", "--timeout", "3s", repo, expect=4)
    assert f"Namespace {ns}" in result.err
    assert "example.com/hold" in result.err
    let_go(control, ns)


def test_row_29_a_namespace_on_its_way_out(kube, control, repo, ns):
    """Nobody makes it anew: to try again is no help."""
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    if control.own:
        # Without its controller, which other tests may have started.
        live = control.api.get(f"/api/v1/namespaces/{ns}")
        live["metadata"]["finalizers"] = ["example.com/hold"]
        control.api.call("PUT", f"/api/v1/namespaces/{ns}", live)
    control.api.delete(f"/api/v1/namespaces/{ns}")
    result = kube("sync", repo, expect=2)
    assert "a.yaml:1" in result.err
    assert f"namespace {ns} is being deleted" in result.err


@pytest.fixture
def going(kube, control, repo, ns):
    """An object that was deleted, and is held by a finalizer: its path."""
    repo.commit({"a.yaml": f"""
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: a
          namespace: {ns}
          finalizers: [example.com/hold]
        data: {{x: "1"}}
        """})
    kube("sync", repo)
    path = f"{objects.config_maps(ns)}/a"
    control.api.delete(path)
    repo.commit({"a.yaml": objects.config_map("a", {"x": "2"}, ns)})
    yield path
    if "finalizers" in (control.api.find(path) or {"metadata": {}})["metadata"]:
        control.api.merge(path, {"metadata": {"finalizers": None}})


def test_row_30_an_object_on_its_way_out_is_never_patched(going, kube,
                                                          control, repo, ns):
    """What holds it is named."""
    shown = kube("diff", repo, expect=1).out
    assert f"replace   ConfigMap {ns}/a" in shown
    assert "it is being deleted, and made anew once it is gone" in shown
    before = control.api.get(going)
    result = kube("sync", "--timeout", "3s", repo, expect=4)
    assert "a.yaml:1" in result.err and "example.com/hold" in result.err
    assert control.api.get(going) == before


def test_row_30_an_object_on_its_way_out_is_waited_for(going, kube, control,
                                                       repo, ns):
    later = threading.Timer(1, control.api.merge, (
        going, {"metadata": {"finalizers": None}}))
    later.start()
    kube("sync", repo)
    later.join()
    assert control.api.get(going)["data"] == {"x": "2"}
    kube("diff", repo)


def test_a_later_stage_does_not_begin_after_a_failure(kube, control, repo,
                                                      ns):
    repo.commit({
        "config.yaml": f"""
            apiVersion: v1
            kind: ConfigMap
            metadata: {{name: bad, namespace: {ns}}}
            data: {{x: [no, string]}}
            """,
        "web.yaml": objects.deployment(ns)})
    result = kube("sync", "--validate", "none", repo, expect=3)
    assert "config.yaml:1" in result.err
    assert not control.api.find(
        f"/apis/apps/v1/namespaces/{ns}/deployments/web")
