# SPDX-License-Identifier: Apache-2.0
"""What the server refuses is found before the first write, and all of it is
said at once, each with its file and line."""

from bed import objects

WRONG = {
    "b/port.yaml": """
        # a comment on line 1
        apiVersion: v1
        kind: Service
        metadata: {name: wrong-port, namespace: NS}
        spec: {ports: [{port: 99999}]}
        """,
    "b/typo.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: fine, namespace: NS}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: typo, namespace: NS}
        spec:
          replicaz: 3
          selector: {matchLabels: {a: b}}
          template:
            metadata: {labels: {a: b}}
            spec: {containers: [{name: c, image: i}]}
        """,
}


def wrong(ns):
    return {name: text.replace("NS", ns) for name, text in WRONG.items()}


def names(control, ns):
    return {item["metadata"]["name"]
            for item in control.api.items(objects.config_maps(ns))}


def test_validation_stops_before_the_first_write(kube, control, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns),
                 **wrong(ns)})
    result = kube("sync", repo, expect=2)

    assert "b/port.yaml:2" in result.err
    assert "spec.ports[0].port" in result.err
    assert "b/typo.yaml:5" in result.err
    assert "replicaz" in result.err
    assert not names(control, ns) & {"a", "fine"}


def test_row_27_diff_reports_the_same_errors(kube, repo, ns):
    repo.commit(wrong(ns))
    result = kube("diff", repo, expect=2)
    assert "b/port.yaml:2" in result.err and "b/typo.yaml:5" in result.err


def test_errors_are_in_the_json_document_too(kube, repo, ns):
    repo.commit(wrong(ns))
    result = kube("sync", "-o", "json", repo, expect=2)
    text = result.out
    assert "b/port.yaml:2" in text and "b/typo.yaml:5" in text
    assert result.json["exitStatus"] == 2


def test_without_validation_the_writes_tell(kube, control, repo, ns):
    """Partial: what could be applied was, and the rest is named."""
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns),
                 **wrong(ns)})
    result = kube("sync", "--validate", "none", repo, expect=3)
    assert "b/port.yaml:2" in result.err
    assert names(control, ns) >= {"a", "fine"}


def test_an_object_of_a_new_namespace_is_validated(kube, control, repo,
                                                   prefix):
    """A namespace of the same sync does not hide an error."""
    repo.commit({
        "ns.yaml": f"""
            apiVersion: v1
            kind: Namespace
            metadata: {{name: {prefix}}}
            """,
        **{name: text.replace("NS", prefix) for name, text in WRONG.items()}})
    result = kube("sync", repo, expect=2)
    assert "b/port.yaml:2" in result.err and "b/typo.yaml:5" in result.err
    assert not control.api.find(f"/api/v1/namespaces/{prefix}")


def test_unknown_kinds_are_named_together(kube, repo, ns):
    repo.commit({
        "a.yaml": f"""
            apiVersion: apps/v1
            kind: Deploymnt
            metadata: {{name: a, namespace: {ns}}}
            """,
        "b.yaml": f"""
            apiVersion: nowhere.example.com/v1
            kind: Thing
            metadata: {{name: b, namespace: {ns}}}
            """})
    result = kube("sync", repo, expect=2)
    assert "a.yaml:1" in result.err and "b.yaml:1" in result.err
    assert "Deployment" in result.err, "the nearest kind"


def test_a_missing_namespace_is_said_plainly(kube, control, repo, prefix):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, prefix)})
    result = kube("sync", repo, expect=2)
    assert prefix in result.err and "a.yaml:1" in result.err


def test_an_immutable_field_names_the_object(kube, control, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns),
                 "web.yaml": objects.deployment(ns)})
    kube("sync", repo)
    repo.commit({
        "a.yaml": objects.config_map("a", {"x": "2"}, ns),
        "web.yaml": objects.deployment(ns).replace(
            "selector: {matchLabels: {app: web}}",
            "selector: {matchLabels: {app: web, tier: front}}").replace(
            "metadata: {labels: {app: web}}",
            "metadata: {labels: {app: web, tier: front}}")})
    result = kube("sync", repo, expect=2)
    assert "web.yaml:1" in result.err and "immutable" in result.err
    live = control.api.get(f"{objects.config_maps(ns)}/a")
    assert live["data"] == {"x": "1"}


def test_the_same_object_twice_names_both_places(kube, repo, ns):
    text = objects.config_map("a", {"x": "1"}, ns)
    repo.commit({"one.yaml": text, "two.yaml": "# moved down\n" + text})
    result = kube("sync", repo, expect=2)
    assert "one.yaml:1" in result.err and "two.yaml:2" in result.err
