# SPDX-License-Identifier: Apache-2.0
"""diff says what sync would change, and changes nothing."""

from bed import objects


def test_exit_codes(kube, repo, prefix, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    kube("diff", repo, expect=1)
    kube("sync", repo)
    kube("diff", repo, expect=0)
    kube("diff", "--no-such-option", repo, expect=2)
    kube("diff", "--rev", "no-such-branch", repo, expect=2)
    repo.commit({"a.yaml": "a: [\n"})
    kube("diff", repo, expect=2)


def test_diff_writes_nothing(kube, control, repo, prefix):
    """Not even a resource version of etcd moves."""
    repo.commit(objects.system(prefix))
    result = kube("diff", "-o", "json", "--path", "deploy", repo, expect=1)
    assert result.json["requests"]["writes"] == 0
    assert set(objects.versions(control.api, prefix).values()) == {None}

    kube("sync", "--path", "deploy", repo)
    before = objects.versions(control.api, prefix)
    repo.commit(objects.system(prefix, replicas=5))
    kube("diff", "--path", "deploy", repo, expect=1)
    assert objects.versions(control.api, prefix) == before


def test_diff_is_a_unified_diff_of_the_object(kube, repo, ns):
    data = {f"k{i:02}": "v" for i in range(12)}
    repo.commit({"a.yaml": objects.config_map("a", data, ns)})
    kube("sync", repo)
    repo.commit({"a.yaml": objects.config_map(
        "a", {**data, "k06": "changed"}, ns)})
    out = kube("diff", repo, expect=1).out
    assert "-  k06: v\n" in out and "+  k06: changed " in out
    # Three lines of context, and no more.
    assert " k03: v\n" in out and "k02" not in out
    assert " k09: v\n" in out and "k10" not in out
    assert f"ConfigMap {ns}/a" in out


def test_what_the_server_keeps_is_not_shown(kube, repo, ns):
    repo.commit({"web.yaml": objects.deployment(ns)})
    kube("sync", repo)
    repo.commit({"web.yaml": objects.deployment(ns, replicas=3)})
    out = kube("diff", repo, expect=1).out
    for word in ("managedFields", "resourceVersion", "uid", "generation",
                 "creationTimestamp", "status:"):
        assert word not in out


def test_objects_are_listed_in_the_order_of_their_stages(kube, repo, prefix):
    repo.commit(objects.system(prefix))
    out = kube("diff", "--path", "deploy", repo, expect=1).out
    kinds = ["Namespace", "CustomResourceDefinition", "ServiceAccount",
             "ConfigMap", "Service ", "Deployment", "Ingress"]
    # Headings only: the objects themselves name each other.
    heads = "\n".join(line for line in out.splitlines()
                      if line[:1] not in " +-@\\")
    places = [heads.index(kind) for kind in kinds]
    assert places == sorted(places)


def test_diff_is_the_same_each_time(kube, repo, prefix):
    repo.commit(objects.system(prefix))
    runs = {kube("diff", "--path", "deploy", repo, expect=1).out
            for _ in range(3)}
    assert len(runs) == 1


def test_json_is_one_document_with_sorted_keys(kube, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    for command, status in (("diff", 1), ("sync", 0), ("diff", 0),
                            ("sync", 0)):
        document = kube(command, "-o", "json", repo, expect=status).json
        assert list(document) == sorted(document)
        assert document["exitStatus"] == status


def test_json_is_written_on_failure_too(kube, repo):
    repo.commit({"a.yaml": "kind: [\n"})
    result = kube("diff", "-o", "json", repo, expect=2)
    assert result.json["exitStatus"] == 2
    assert "a.yaml:" in result.json["errors"][0]["message"]


def test_colour_is_for_terminals(kube, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    assert "\033" not in kube("diff", repo, expect=1).out
    coloured = kube("diff", "--color", "always", repo, expect=1).out
    assert "\033[" in coloured
    assert "\033" not in kube("diff", "--color=never", repo, expect=1).out


def test_full_disk_is_an_error(kube, repo, ns):
    repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}, ns)})
    with open("/dev/full", "w") as full:
        result = kube("diff", repo, expect=2, stdout=full)
    assert result.err


def test_two_revisions_need_no_cluster(gitops, repo):
    """No kubeconfig, and nobody is asked."""
    gitops.kubeconfig = None
    gitops.env["GITOPS_APP"] = None
    first = repo.commit({"a.yaml": objects.config_map("a", {"x": "1"}),
                         "b.yaml": objects.config_map("b", {"x": "1"})})
    repo.commit({"a.yaml": objects.config_map("a", {"x": "2"}),
                 "b.yaml": None, "c.yaml": objects.config_map("c", {})})
    result = gitops("diff", "-o", "json", "--from", first, repo, expect=1)
    assert result.json["cluster"] is None and result.json["requests"] is None
    assert result.json["from"]["commit"] == first
    assert {o["name"]: o["action"] for o in result.json["objects"]} == {
        "a": "change", "b": "delete", "c": "create"}
    gitops("diff", "--from", "HEAD", repo)


def test_apps_with_the_same_inputs_are_not_rendered(gitops, repo):
    """They are broken, which nobody finds out; but what can be reached from
    outside is an input, too."""
    gitops.env["GITOPS_APP"] = None
    names = ("closed", "up", "link")
    repo.commit({
        "gitops.yaml": "apiVersion: gitops/v1\napps:\n" + "".join(
            f"- {{name: {n}, path: {n}}}\n" for n in names),
        **{f"{n}/bad.yaml": "a: [\n" for n in names},
        "up/kustomization.yaml": "resources: [../base]\n"})
    (repo.path / "link" / "more.yaml").symlink_to("../base/a.yaml")
    repo.commit({"base/a.yaml": objects.config_map("a", {"x": "1"})})
    repo.commit({"base/a.yaml": objects.config_map("a", {"x": "2"})})
    args = ["diff", "--from", "HEAD~1", repo, "--app"]
    assert gitops(*args, "closed").out.startswith("no differences: ")
    for name in ("up", "link"):
        gitops(*args, name, expect=2)
