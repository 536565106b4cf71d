# SPDX-License-Identifier: Apache-2.0
"""Charts as apps, with the real helm: what `helm template` prints of them."""

import json
import os
import subprocess
import tarfile

import pytest

from kustomize import helm
from test_helm import CHART, environment, write

pytestmark = pytest.mark.skipif(not helm(), reason="needs Go, to build helm")

# The keys of helm, and the options that mean the same.
SETTINGS = {
    "nothing": ("", ["web"]),
    "a-release": ("releaseName: shop", ["shop"]),
    "versions": ("kubeVersion: 1.30, apiVersions: [example.com/v1]",
                 ["web", "--kube-version=1.30",
                  "--api-versions=example.com/v1"]),
    "files": ("valuesFiles: [mine.yaml, ../more.yaml]",
              ["web", "--values=charts/mine.yaml", "--values=more.yaml"]),
    "inline": ("values: {replicas: 7, list: [c], map: {one: null, three: 3}}",
               ["web", '--set-json=replicas=7,list=["c"],map.one=null,'
                       'map.three=3']),
    "both": ("valuesFiles: [mine.yaml], values: {image: {tag: '1.10'}}",
             ["web", "--values=charts/mine.yaml",
              '--set-json=image.tag="1.10"']),
    "numbers": ("values: {big: 1234567890123, float: 1.5, yes: true, "
                "text: '010'}",
                ["web", '--set-json=big=1234567890123,float=1.5,yes=true,'
                        'text="010"']),
}

FILES = {
    "charts/mine.yaml": "replicas: 3\nimage: {name: mine, tag: x}\n",
    "more.yaml": "replicas: 4\nmap: {four: 4}\n",
}


def gitops(directory, *args, **env):
    return subprocess.run([os.environ["GITOPS"], *args, "--worktree",
                           directory], capture_output=True, text=True,
                          check=False, env=environment(**env))


def write_apps(directory, settings="", more=""):
    write(directory, {"gitops.yaml": (
        "apiVersion: gitops/v1\napps:\n"
        f"- {{name: web, path: charts, namespace: there, {more}"
        f"helm: {{{settings}}}}}\n")})


def objects(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["items"]


@pytest.fixture
def chart(tmp_path):
    write(tmp_path / "charts", CHART)
    write(tmp_path, FILES)
    write_apps(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", SETTINGS)
def test_settings(name, chart):
    settings, options = SETTINGS[name]
    write_apps(chart, settings)
    ours = objects(gitops(chart, "render", "-o", "json"))
    printed = subprocess.run(
        [helm(), "template", "--namespace=there", "--include-crds",
         "--skip-tests", *options[1:], options[0], "charts"], cwd=chart,
        check=True, capture_output=True, text=True, env=environment()).stdout
    plain = chart / "plain"
    write(plain, {"all.yaml": printed})
    assert ours == objects(gitops(plain, "render", "-o", "json"))
    assert {"Deployment", "ConfigMap", "Job"} <= {o["kind"] for o in ours}


def test_definitions_may_be_left_out(chart):
    def kinds():
        return {o["kind"] for o in
                objects(gitops(chart, "render", "-o", "json"))}

    assert "CustomResourceDefinition" in kinds()
    write_apps(chart, "skipCRDs: true")
    assert "CustomResourceDefinition" not in kinds()


def test_objects_come_from_their_templates(chart):
    write(chart / "charts/charts/db", {
        "Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
        "templates/db.yaml": "apiVersion: v1\nkind: Service\n"
                             "metadata: {name: db}\n"})
    done = gitops(chart, "sync", "-o", "json", "--cluster",
                  f"dir:{chart}/cluster")
    assert done.returncode == 0, done.stderr
    assert {o["origin"] for o in json.loads(done.stdout)["objects"]} == {
        "charts/crds/crd.yaml", "charts/templates/all.yaml",
        "charts/templates/hook.yaml", "charts/charts/db/templates/db.yaml"}


def test_objects_go_where_the_release_is(chart):
    done = gitops(chart, "sync", "-o", "json", "--cluster",
                  f"dir:{chart}/cluster")
    spaces = {o["kind"]: o["namespace"] for o in
              json.loads(done.stdout)["objects"] if "namespace" in o}
    assert spaces["ConfigMap"] == spaces["Deployment"] == "there"


def test_variables_are_put_in_what_helm_prints(chart):
    write_apps(chart, "values: {image: {name: \"${name}\", tag: x}}",
               "vars: {name: nginx}, ")
    done = gitops(chart, "render")
    assert "image: nginx:x\n" in done.stdout, done.stderr


def test_a_dependency_that_is_packed(chart, tmp_path):
    write(tmp_path / "db", {
        "Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
        "templates/db.yaml": "apiVersion: v1\nkind: Service\n"
                             "metadata: {name: packed}\n"})
    write(chart / "charts", {"Chart.yaml": CHART["Chart.yaml"] + """
        dependencies:
        - {name: db, version: 0.1.0, repository: "https://example.com"}
        """})
    done = gitops(chart, "render")
    assert done.returncode == 2
    assert "gitops.yaml:3: charts: helm: " in done.stderr
    assert "missing in charts/" in done.stderr
    assert "hint: " in done.stderr and "helm dependency build" in done.stderr
    (chart / "charts/charts").mkdir()
    with tarfile.open(chart / "charts/charts/db-0.1.0.tgz", "w:gz") as tar:
        tar.add(tmp_path / "db", "db")
    assert "name: packed" in gitops(chart, "render").stdout


def test_what_helm_says_is_shown(chart):
    write(chart / "charts", {
        "templates/bad.yaml": '{{ fail "this is not enough" }}\n'})
    done = gitops(chart, "render")
    assert done.returncode == 2
    assert "gitops.yaml:3: charts: helm: " in done.stderr
    assert "templates/bad.yaml" in done.stderr
    assert "this is not enough" in done.stderr


def test_a_template_that_makes_no_object(chart):
    write(chart / "charts", {"templates/bad.yaml": "kind: Thing\n"})
    done = gitops(chart, "render")
    assert done.returncode == 2
    assert "charts/templates/bad.yaml: apiVersion is missing" in done.stderr


def test_without_helm_it_is_no_app(chart):
    write(chart, {"gitops.yaml": """
        apiVersion: gitops/v1
        apps: [{name: web, path: charts}]
        """})
    done = gitops(chart, "render", PATH="/nonexistent")
    assert done.returncode == 2
    assert "charts/Chart.yaml: this directory is a Helm chart" in done.stderr
    assert "helm: {}" in done.stderr


def test_helm_that_is_not_there(chart):
    done = gitops(chart, "render", PATH="/nonexistent")
    assert done.returncode == 2
    assert "'helm'" in done.stderr and "PATH" in done.stderr
    assert "hint: " in done.stderr


def test_charts_of_kustomizations_are_not_let_through(chart):
    write(chart, {"charts/kustomization.yaml": "helmCharts: [{name: x}]\n"})
    done = gitops(chart, "render")
    assert done.returncode == 2
    assert "'charts' is a kustomization" in done.stderr


def test_values_stay_in_the_tree(chart):
    write_apps(chart, "valuesFiles: [../../../../etc/passwd]")
    done = gitops(chart, "render")
    assert done.returncode == 2 and "root:" not in done.stdout + done.stderr
    assert "gitops.yaml:3: valuesFiles: " in done.stderr
    (chart / "link.yaml").symlink_to("/etc/passwd")
    write_apps(chart, "valuesFiles: [../link.yaml]")
    done = gitops(chart, "render")
    assert done.returncode == 2 and "root:" not in done.stdout + done.stderr
    assert "gitops.yaml:3: valuesFiles: link.yaml" in done.stderr


def test_nothing_is_left_behind(chart, tmp_path):
    (tmp_path / "tmp").mkdir()
    objects(gitops(chart, "render", "-o", "json",
                   TMPDIR=str(tmp_path / "tmp")))
    assert not list((tmp_path / "tmp").iterdir())
