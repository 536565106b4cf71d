# SPDX-License-Identifier: Apache-2.0
"""sync makes the cluster match the repository, and does no more than that."""

from bed import objects
from bed.control import Control
from bed.process import wait_until


def test_first_sync_makes_everything(kube, control, repo, prefix):
    repo.commit(objects.system(prefix))
    kube("sync", "--path", "deploy", repo)

    for name, path in objects.paths(prefix).items():
        assert control.api.find(path), f"{name} is missing"
    live = control.api.get(objects.paths(prefix)["Deployment"])
    assert live["spec"]["replicas"] == 2
    managers = [m["manager"] for m in live["metadata"]["managedFields"]]
    assert managers == ["gitops"]
    secret = control.api.get(objects.paths(prefix)["Secret"])
    assert secret["data"].keys() == {"password"}


def test_second_sync_changes_nothing(kube, control, repo, prefix):
    repo.commit(objects.system(prefix))
    kube("sync", "--path", "deploy", repo)
    before = objects.versions(control.api, prefix)

    second = kube("sync", "--path", "deploy", "-o", "json", repo)
    assert objects.versions(control.api, prefix) == before
    assert second.json["requests"]["writes"] == 0


def test_diff_is_empty_after_every_sync(kube, repo, prefix):
    for replicas in (1, 3, 2):
        repo.commit(objects.system(prefix, replicas=replicas))
        kube("diff", "--path", "deploy", repo, expect=1)
        kube("sync", "--path", "deploy", repo)
        after = kube("diff", "--path", "deploy", repo)
        assert "Deployment" not in after.out


def test_controllers_do_not_make_a_difference(gitops, repo, prefix, tmp_path):
    """Status, revisions and defaults that controllers write are not ours."""
    plane = Control(tmp_path / "plane")
    try:
        plane.start_controllers()
        gitops.kubeconfig = plane.kubeconfig
        repo.commit(objects.system(prefix))
        gitops("sync", "--path", "deploy", repo)
        path = objects.paths(prefix)["Deployment"]
        wait_until(lambda: plane.api.get(path).get("status", {})
                   .get("availableReplicas") == 2, 60, "two pods")

        gitops("diff", "--path", "deploy", repo)
        before = plane.api.get(path)["metadata"]["generation"]
        again = gitops("sync", "--path", "deploy", "-o", "json", repo).json
        assert again["requests"]["writes"] == 0
        assert plane.api.get(path)["metadata"]["generation"] == before
    finally:
        plane.stop()


def test_a_change_in_git_changes_only_its_object(kube, control, repo, prefix):
    repo.commit(objects.system(prefix))
    kube("sync", "--path", "deploy", repo)
    before = objects.versions(control.api, prefix)

    repo.commit(objects.system(prefix, replicas=4))
    kube("sync", "--path", "deploy", repo)
    after = objects.versions(control.api, prefix)
    moved = {name for name in after if after[name] != before[name]}
    assert moved == {"Deployment"}
    live = control.api.get(objects.paths(prefix)["Deployment"])
    assert live["spec"]["replicas"] == 4


def test_a_custom_resource_gets_its_defaults(kube, control, repo, prefix):
    repo.commit(objects.system(prefix))
    kube("sync", "--path", "deploy", repo)
    right = control.api.get(objects.paths(prefix)["Widget right"])
    assert right["spec"] == {"size": 4, "colour": "blue"}


def test_field_removed_in_git_is_removed(kube, control, repo, ns):
    repo.commit({"a.yaml": objects.config_map(
        "a", {"x": "1", "drop": "2"}, ns)})
    kube("sync", repo)
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    shown = kube("diff", repo, expect=1)
    assert "-  drop:" in shown.out
    kube("sync", repo)
    live = control.api.get(f"{objects.config_maps(ns)}/a")
    assert live["data"] == {"x": "1"}


def test_namespace_option_places_objects_that_name_none(kube, control, repo,
                                                        ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"})})
    kube("sync", "-n", ns, repo)
    assert control.api.find(f"{objects.config_maps(ns)}/a")
    kube("diff", "-n", ns, repo)


def test_a_revision_can_be_named(kube, control, repo, ns):
    first = repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    repo.git("tag", "v1.0.0")
    repo.commit({"a.yaml": objects.config_map("a", {"x": "2"}, ns)})

    for rev, value in (("main", "2"), (first, "1"), ("main", "2"),
                       ("v1.0.0", "1"), ("HEAD", "2"), ("main~1", "1")):
        kube("sync", "--rev", rev, repo)
        live = control.api.get(f"{objects.config_maps(ns)}/a")
        assert live["data"] == {"x": value}, rev


def test_uncommitted_files_are_not_synced(kube, control, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    repo.write({"a.yaml": objects.config_map("a", {"x": "9"}, ns)})
    kube("sync", repo)
    live = control.api.get(f"{objects.config_maps(ns)}/a")
    assert live["data"] == {"x": "1"}
    kube("diff", repo)
    assert "9" in kube("diff", "--worktree", repo, expect=1).out
    refused = kube("sync", "--worktree", repo, expect=2)
    assert "commit" in refused.err


def test_json_and_lists_are_manifests(kube, control, repo, ns):
    repo.commit({
        "list.yaml": f"""
            apiVersion: v1
            kind: List
            items:
            - apiVersion: v1
              kind: ConfigMap
              metadata: {{name: one, namespace: {ns}}}
              data: {{x: "1"}}
            - apiVersion: v1
              kind: ConfigMapList
              items:
              - apiVersion: v1
                kind: ConfigMap
                metadata: {{name: two, namespace: {ns}}}
                data: {{x: "2"}}
            """,
        "three.json": '{"apiVersion": "v1", "kind": "ConfigMap", '
                      '"metadata": {"name": "three", "namespace": "%s"}}' % ns,
    })
    kube("sync", repo)
    found = {item["metadata"]["name"]
             for item in control.api.items(objects.config_maps(ns))}
    assert found >= {"one", "two", "three"}


def test_quiet_says_nothing_on_success(kube, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    for _ in range(2):
        result = kube("sync", "-q", repo)
        assert (result.out, result.err) == ("", "")


def test_no_validation_writes_at_once(kube, control, repo, prefix):
    repo.commit(objects.system(prefix))
    kube("sync", "--validate", "none", "--path", "deploy", repo)
    kube("diff", "--path", "deploy", repo)
    before = objects.versions(control.api, prefix)
    kube("sync", "--validate", "none", "--path", "deploy", repo)
    assert objects.versions(control.api, prefix) == before


def test_empty_render_is_never_synced(kube, repo):
    repo.commit({"README.md": "nothing here\n", "empty/x.yaml": "# none\n"})
    for path in (".", "empty", "missing"):
        result = kube("sync", "--path", path, repo, expect=2)
        assert result.err
