# SPDX-License-Identifier: Apache-2.0
"""The manifests of real projects, read as they are.  A cluster of their own:
some bring an APIService that nobody serves."""

import os
import pathlib
import re
import shutil

import pytest

from bed.control import ROOT, Control

CORPUS = pathlib.Path(os.environ.get("GITOPS_CORPUS",
                                     ROOT.parent / "shared" / "corpus"))

# What can be applied as it stands, and the namespace it is meant for.
WHOLE = {
    "kube-prometheus/manifests": None,
    "podinfo/kustomize": "podinfo",
    "microservices-demo/kubernetes-manifests": "shop",
}

# What wants kinds that are not there, and a file that says so.
FOREIGN = {
    "flux2-kustomize-helm-example/clusters/staging": "it/apps.yaml:",
    "flux2-kustomize-helm-example/clusters/production": "it/artifacts.yaml:",
    "flux2-kustomize-helm-example/infrastructure/configs": "it/gateway.yaml:",
    "flux2-kustomize-helm-example/infrastructure/controllers":
        "it/cert-manager.yaml:",
    "microservices-demo/istio-manifests": "it/frontend-gateway.yaml:",
}

# What is built as a kustomization, and the namespace for it.
BUILT = {
    "podinfo/kustomize": "built-podinfo",
    "microservices-demo/kustomize/tests/memorystore-with-all-components":
        "built-shop",
}

# Objects that are members of Lists.
LISTED = {"kube-prometheus/manifests": 39}


@pytest.fixture(scope="module")
def prod(tmp_path_factory):
    plane = Control(tmp_path_factory.mktemp("corpus"))
    yield plane
    plane.stop()


@pytest.fixture
def project(repo):
    """Commit a folder of the corpus without its kustomization.yaml, which
    would make it something else than plain manifests."""
    def take(folder):
        source = CORPUS / folder
        if not source.is_dir():
            pytest.skip("corpus is not beside the project")
        shutil.copytree(source, repo.path / "it", dirs_exist_ok=True,
                        ignore=shutil.ignore_patterns("kustomization.yaml"))
        repo.commit()
        return repo
    return take


def objects_in(folder):
    """How many documents have a kind at their left margin, but for Lists."""
    return sum(len(re.findall(r"^kind: (?!\w+List$)", path.read_text(), re.M))
               for path in folder.rglob("*.yaml"))


@pytest.mark.parametrize("folder", [*WHOLE, *FOREIGN])
def test_render_of_a_real_project(gitops, project, folder):
    repo = project(folder)
    text = gitops("render", repo, secrets_shown=True).out
    assert len(re.findall(r"^kind: ", text, re.M)) == LISTED.get(
        folder, 0) + objects_in(repo.path / "it")
    assert gitops("render", repo, secrets_shown=True).out == text


@pytest.mark.parametrize("folder", WHOLE)
def test_row_47_sync_then_diff_three_times(gitops, prod, project, folder):
    repo = project(folder)
    gitops.kubeconfig = prod.kubeconfig
    space = WHOLE[folder]
    where = ["-n", space] if space else []
    if space:
        prod.api.namespace(space)

    gitops("diff", *where, repo, expect=1)
    gitops("sync", *where, repo)
    for _ in range(3):
        gitops("diff", *where, repo)
        again = gitops("sync", *where, "-o", "json", repo).json
        assert again["requests"]["writes"] == 0


@pytest.mark.parametrize("folder", FOREIGN)
def test_unknown_kinds_of_a_project_are_refused_with_their_places(
        gitops, prod, project, folder):
    repo = project(folder)
    gitops.kubeconfig = prod.kubeconfig
    result = gitops("sync", "-n", "default", repo, expect=2)
    assert FOREIGN[folder] in result.err
    assert "CustomResourceDefinition" in result.err, "a hint"


@pytest.mark.parametrize("folder", BUILT)
def test_sync_then_diff_of_a_real_kustomization(gitops, prod, repo, folder):
    source = CORPUS / folder.split("/")[0]
    if not source.is_dir():
        pytest.skip("corpus is not beside the project")
    shutil.copytree(source, repo.path, dirs_exist_ok=True)
    repo.commit()
    gitops.kubeconfig = prod.kubeconfig
    prod.api.namespace(BUILT[folder])
    where = ["-n", BUILT[folder], "--path", folder.partition("/")[2], repo]
    gitops("sync", *where)
    gitops("diff", *where)
    again = gitops("sync", "-o", "json", *where).json
    assert again["requests"]["writes"] == 0
