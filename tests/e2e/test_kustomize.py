# SPDX-License-Identifier: Apache-2.0
"""Kustomizations from a repository to the cluster, and bases from elsewhere."""

import subprocess

import pytest

from bed import objects
from bed.gitservers import https_git, repositories

# Fixtures come by import.
__all__ = ["https_git", "repositories"]


def shop(ns, level="info"):
    return {
        "base/kustomization.yaml": """
            resources: [web.yaml]
            configMapGenerator:
            - name: settings
              literals: [level=info]
            """,
        "base/web.yaml": """
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              selector: {app: web}
              ports: [{port: 80}]
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  containers:
                  - name: main
                    image: nginx:1.25
                    envFrom: [{configMapRef: {name: settings}}]
            """,
        "overlays/prod/kustomization.yaml": f"""
            resources: [../../base]
            namespace: {ns}
            namePrefix: prod-
            images: [{{name: nginx, newTag: "1.26"}}]
            replicas: [{{name: web, count: 3}}]
            configMapGenerator:
            - name: settings
              behavior: merge
              literals: [level={level}]
            """,
    }


def deployment(control, ns):
    return control.api.get(
        f"/apis/apps/v1/namespaces/{ns}/deployments/prod-web")["spec"]


def used(control, ns):
    """The ConfigMap that the Deployment takes its variables from."""
    container, = deployment(control, ns)["template"]["spec"]["containers"]
    return container["envFrom"][0]["configMapRef"]["name"]


def test_an_overlay_is_synced(kube, control, repo, ns):
    repo.commit(shop(ns))
    where = ["--path", "overlays/prod", repo]
    kube("sync", *where)
    spec = deployment(control, ns)
    assert spec["replicas"] == 3
    assert spec["template"]["spec"]["containers"][0]["image"] == "nginx:1.26"
    first = used(control, ns)
    assert first.startswith("prod-settings-")

    again = kube("sync", "-o", "json", *where).json
    assert again["requests"]["writes"] == 0
    kube("diff", *where)

    # Other content, another name, and those who use it follow.
    repo.commit(shop(ns, level="debug"))
    kube("sync", *where)
    second = used(control, ns)
    assert second != first
    data = control.api.get(f"/api/v1/namespaces/{ns}/configmaps/{second}")
    assert data["data"] == {"level": "debug"}


def test_an_error_of_the_server_names_the_file_of_the_base(kube, repo, ns):
    files = shop(ns)
    files["base/web.yaml"] = files["base/web.yaml"].replace(
        "port: 80", "port: 0")
    repo.commit(files)
    result = kube("sync", "--path", "overlays/prod", repo, expect=2)
    assert "base/web.yaml:1: " in result.err


def test_what_no_server_takes_is_only_printed(plain, repo, tmp_path):
    repo.commit({"kustomization.yaml": "resources: [a.yaml]\n",
                 "a.yaml": "kind: Thing\nmetadata: {name: a}\n"})
    assert plain("render", repo).out == "kind: Thing\nmetadata:\n  name: a\n"
    result = plain("sync", "--cluster", f"dir:{tmp_path}/c", repo, expect=2)
    assert "a.yaml:1: apiVersion is missing" in result.err


# ---- bases elsewhere ----

@pytest.fixture
def base(repositories):
    """A repository with a base, one directory down."""
    repo = repositories.make()
    repo.commit({
        "lib/web/kustomization.yaml": "resources: [a.yaml, ../more]\n",
        "lib/web/a.yaml": objects.config_map("a", {"x": "1"}),
        "lib/more/kustomization.yaml": "resources: [b.yaml]\n",
        "lib/more/b.yaml": objects.config_map("b", {"x": "1"})})
    repo.push()
    return repo


@pytest.fixture
def git(gitops, https_git):
    """gitops that trusts the server's CA."""
    gitops.env["GITOPS_GIT_CA_FILE"] = str(https_git.ca)
    return gitops


def overlay(repo, url, more=""):
    repo.commit({"kustomization.yaml":
                 f"resources: ['{url}']\nnamePrefix: p-\n{more}"})


def head(repo):
    return repo.git("rev-parse", "HEAD")


def test_a_base_elsewhere(git, https_git, base, repo):
    oid = head(base)
    url = f"{https_git.url(base)}//lib/web?ref={oid}"
    overlay(repo, url)
    result = git("render", "--allow-remote", "localhost", repo)
    assert "name: p-a" in result.out and "name: p-b" in result.out

    # The commit is in the cache now, and is what it was.
    base.commit({"lib/web/a.yaml": objects.config_map("a", {"x": "2"})})
    base.push()
    before = len(https_git.requests())
    again = git("render", "--allow-remote", "localhost", repo)
    assert again.out == result.out
    assert len(https_git.requests()) == before


def test_a_place_may_be_a_part_of_a_host(git, https_git, base, repo):
    overlay(repo, f"{https_git.url(base)}//lib/web?ref={head(base)}")
    path = https_git.url(base).split("/", 3)[3].split("/")[0]
    for place, status in (
            (f"localhost:{https_git.port}", 0), ("LOCALHOST", 0),
            (f"localhost/{path}", 0), (f"localhost/{path[:-1]}", 2),
            ("localhost:1", 2), ("localhos", 2), ("localhost.example", 2)):
        git("render", "--allow-remote", place, repo, expect=status)


def test_nothing_is_fetched_unless_the_caller_says_so(git, https_git, base,
                                                       repo):
    overlay(repo, f"{https_git.url(base)}//lib/web?ref={head(base)}")
    before = len(https_git.requests())
    for flags in ([], ["--allow-remote", "example.com"]):
        result = git("render", *flags, repo, expect=2)
        assert "kustomization.yaml:1: " in result.err
        assert "--allow-remote localhost" in result.err
    assert len(https_git.requests()) == before


@pytest.mark.parametrize("ref", ["", "?ref=main", "?ref=v1", "?ref=0123456",
                                 "?timeout=10"])
def test_what_can_move_is_no_base(git, https_git, base, repo, ref):
    overlay(repo, f"{https_git.url(base)}//lib/web{ref}")
    result = git("render", "--allow-remote", "localhost", repo, expect=2)
    assert "kustomization.yaml:1: " in result.err
    assert "40 digits" in result.err


def test_faults_of_a_base_elsewhere_name_its_place(git, https_git, base, repo):
    oid = base.commit({"lib/web/a.yaml": "kind: [\n"})
    base.push()
    url = https_git.url(base)
    overlay(repo, f"{url}//lib/web?ref={oid}")
    result = git("render", "--allow-remote", "localhost", repo, expect=2)
    assert f"{url}@{oid[:7]}//lib/web/a.yaml:2: " in result.err


def test_a_base_elsewhere_stays_in_its_tree(git, https_git, base, repo,
                                            tmp_path):
    (tmp_path / "outside.yaml").write_text(
        objects.config_map("stolen", {"x": "CANARY"}))
    for path in ("../../../outside.yaml", str(tmp_path / "outside.yaml")):
        oid = base.commit({"lib/web/kustomization.yaml":
                           f"resources: ['{path}']\n"})
        base.push()
        overlay(repo, f"{https_git.url(base)}//lib/web?ref={oid}")
        result = git("render", "--allow-remote", "localhost", repo, expect=2)
        assert "stolen" not in result.out + result.err


def test_origins_of_a_base_elsewhere(git, https_git, base, repo):
    url, oid = https_git.url(base), head(base)
    overlay(repo, f"{url}//lib/web?ref={oid}",
            "buildMetadata: [originAnnotations]\n")
    out = git("render", "--allow-remote", "localhost", repo).out
    assert f"path: lib/web/a.yaml\n      ref: {oid}\n" in out \
        or f"path: lib/web/a.yaml\n      repo: {url}\n" in out


def test_a_cached_base_needs_no_network(git, https_git, base, repo):
    overlay(repo, f"{https_git.url(base)}//lib/web?ref={head(base)}")
    git("render", "--allow-remote", "localhost", repo)
    subprocess.run(["rm", "-rf", base.bare], check=True)
    git("render", "--allow-remote", "localhost", repo)
