# SPDX-License-Identifier: Apache-2.0
"""Charts through gitops and through kustomize, both with the real helm: the
same bytes, or refused by both."""

import functools
import http.server
import os
import pathlib
import subprocess
import tempfile
import textwrap
import threading

import pytest

from kustomize import BUILD, helm, kustomize

pytestmark = pytest.mark.skipif(not (helm() and kustomize()),
                                reason="needs Go, to build helm")

CHART = {
    "Chart.yaml": """
        apiVersion: v2
        name: web
        version: 1.2.3
        """,
    "values.yaml": """
        replicas: 1
        image: {name: nginx, tag: "1.25"}
        list: [a, b]
        map: {one: 1, two: 2}
        """,
    "crds/crd.yaml": """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: things.example.com}
        spec: {group: example.com, scope: Namespaced}
        """,
    "templates/all.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata:
          name: {{ .Release.Name }}-web
          namespace: {{ .Release.Namespace }}
        spec:
          replicas: {{ .Values.replicas }}
          template:
            spec:
              containers:
              - name: main
                image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: values}
        data:
          values: |
        {{ toYaml .Values | indent 4 }}
          kube: {{ .Capabilities.KubeVersion.Version | quote }}
          has: {{ .Capabilities.APIVersions.Has "example.com/v1" | quote }}
        """,
    "templates/hook.yaml": """
        apiVersion: batch/v1
        kind: Job
        metadata:
          name: before
          annotations: {helm.sh/hook: pre-install}
        """,
    "templates/tests/test.yaml": """
        apiVersion: v1
        kind: Pod
        metadata:
          name: try
          annotations: {helm.sh/hook: test}
        """,
}

# What stands in helmCharts beside the name.
ENTRIES = {
    "nothing": "",
    "a-release": "releaseName: shop",
    "a-namespace": "releaseName: shop, namespace: there",
    "crds": "releaseName: shop, includeCRDs: true",
    "no-hooks": "releaseName: shop, skipHooks: true",
    "no-tests": "releaseName: shop, skipTests: true",
    "versions": "releaseName: shop, kubeVersion: 1.29.1, "
                "apiVersions: [example.com/v1]",
    "a-template": "nameTemplate: \"{{ \\\"x\\\" }}-y\"",
    "a-file": "releaseName: shop, valuesFile: mine.yaml",
    "more-files": "releaseName: shop, additionalValuesFiles: [more.yaml]",
    "both": "releaseName: shop, valuesFile: mine.yaml, "
            "additionalValuesFiles: [more.yaml], "
            "valuesInline: {replicas: 9}",
    "inline": "releaseName: shop, valuesInline: {replicas: 7, "
              "list: [c], map: {one: null, three: 3}}",
    "merge": "releaseName: shop, valuesMerge: merge, valuesInline: "
             "{replicas: 7, list: [c], map: {one: 5, three: 3}}",
    "override": "releaseName: shop, valuesMerge: override, valuesInline: "
                "{replicas: 7, list: [c], map: {one: 5, three: 3}}",
    "replace": "releaseName: shop, valuesMerge: replace, valuesInline: "
               "{replicas: 7, image: {name: a, tag: b}}",
    "numbers": "releaseName: shop, valuesInline: {big: 1234567890123, "
               "float: 1.5, text: \"010\", yes: true, none: null, e: 1e3}",
    "wrong-merge": "releaseName: shop, valuesMerge: mix, "
                   "valuesInline: {replicas: 7}",
    "no-file": "releaseName: shop, valuesFile: none.yaml",
    "no-values": "releaseName: shop, valuesInline: {image: null}",
}

FILES = {
    "mine.yaml": "replicas: 3\nimage: {name: mine, tag: x}\n",
    "more.yaml": "replicas: 4\nmap: {four: 4}\n",
}


def write(directory, files):
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"))


def environment(**more):
    return {"PATH": f"{BUILD}:/usr/bin:/bin", "HOME": "/nonexistent",
            "TMPDIR": tempfile.gettempdir(),
            "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", ""), **more}


def render(directory, *options, **env):
    done = subprocess.run(
        [os.environ["GITOPS"], "render", "--worktree", "--enable-helm",
         *options, directory], capture_output=True, text=True, check=False,
        env=environment(**env))
    assert done.returncode in (0, 2), done
    return done.returncode, done.stdout, done.stderr


def build(directory):
    done = subprocess.run([kustomize(), "build", "--enable-helm", directory],
                          capture_output=True, text=True, check=False,
                          env=environment())
    return done.returncode, done.stdout, done.stderr


def assert_same(directory, top="."):
    ours, out, err = render(directory, "--path", top)
    theirs, wanted, why = build(directory / top)
    assert (ours == 0) == (theirs == 0), err + why
    assert out == wanted


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry(name, tmp_path):
    write(tmp_path / "charts/web", CHART)
    write(tmp_path, FILES)
    write(tmp_path, {"kustomization.yaml":
                     f"helmCharts:\n- {{name: web, {ENTRIES[name]}}}\n"})
    assert_same(tmp_path)


def test_the_namespace_of_a_layer_above(tmp_path):
    write(tmp_path / "base/charts/web", CHART)
    write(tmp_path, {
        "base/kustomization.yaml":
            "helmCharts: [{name: web, releaseName: shop}]\n",
        "kustomization.yaml":
            "resources: [base]\nnamespace: above\nnamePrefix: p-\n"
            "buildMetadata: [originAnnotations]\n",
    })
    assert_same(tmp_path)


def test_a_home_for_charts(tmp_path):
    write(tmp_path / "elsewhere/web", CHART)
    write(tmp_path, {"kustomization.yaml": """
        helmGlobals: {chartHome: elsewhere}
        helmCharts: [{name: web, releaseName: shop}]
        """})
    assert_same(tmp_path)


def test_a_home_outside_of_the_root_is_refused(tmp_path):
    write(tmp_path / "elsewhere/web", CHART)
    write(tmp_path, {"top/kustomization.yaml": """
        helmGlobals: {chartHome: ../../elsewhere}
        helmCharts: [{name: web, releaseName: shop}]
        """})
    status, _, err = render(tmp_path, "--path", "top")
    assert status == 2 and "top/kustomization.yaml:2" in err


def test_two_charts_with_the_same_objects(tmp_path):
    write(tmp_path / "charts/web", CHART)
    write(tmp_path, {"kustomization.yaml": """
        helmCharts:
        - {name: web, releaseName: one}
        - {name: web, releaseName: two}
        """})
    assert_same(tmp_path)


def test_in_a_component(tmp_path):
    write(tmp_path / "part/charts/web", CHART)
    write(tmp_path, {
        "part/kustomization.yaml": """
            apiVersion: kustomize.config.k8s.io/v1alpha1
            kind: Component
            helmCharts: [{name: web, releaseName: shop}]
            """,
        "kustomization.yaml": "components: [part]\nnamespace: x\n"})
    assert_same(tmp_path)


def test_a_generator(tmp_path):
    write(tmp_path / "charts/web", CHART)
    write(tmp_path, {
        "gen.yaml": """
            apiVersion: builtin
            kind: HelmChartInflationGenerator
            metadata: {name: any}
            name: web
            releaseName: shop
            valuesInline: {replicas: 5}
            """,
        "kustomization.yaml": "generators: [gen.yaml]\nnamespace: x\n"})
    assert_same(tmp_path)


def test_the_older_field(tmp_path):
    write(tmp_path / "charts/web", CHART)
    write(tmp_path, {"kustomization.yaml": """
        helmChartInflationGenerator:
        - {chartName: web, releaseName: shop, values: charts/web/values.yaml}
        """})
    assert_same(tmp_path)


def test_what_helm_says_is_shown(tmp_path):
    write(tmp_path / "charts/web", CHART)
    write(tmp_path / "charts/web", {
        "templates/bad.yaml": '{{ fail "this is not enough" }}\n'})
    write(tmp_path, {"kustomization.yaml":
                     "helmCharts:\n- {name: web, releaseName: shop}\n"})
    status, _, err = render(tmp_path)
    assert status == 2
    assert "kustomization.yaml:2" in err and "this is not enough" in err


@pytest.mark.parametrize("entry, words", [
    ("name: none", "charts/none"),
    ("name: web, releaseName: -x", "releaseName"),
    ("name: -web", "name"),
    ("name: web, configHome: /etc", "configHome"),
    ("name: none, repo: http://127.0.0.1:1, version: ^1", "version"),
    ("name: none, repo: https://charts.example.com, version: 1.0.0",
     "--allow-remote charts.example.com"),
    ("name: none, repo: oci://charts.example.com/a, version: 1.0.0",
     "--allow-remote charts.example.com"),
])
def test_refused(tmp_path, entry, words):
    write(tmp_path / "charts/web", CHART)
    write(tmp_path, {"kustomization.yaml": f"helmCharts:\n- {{{entry}}}\n"})
    status, _, err = render(tmp_path)
    assert status == 2
    assert "kustomization.yaml:2" in err and words in err


def test_helm_that_is_not_there(tmp_path):
    write(tmp_path / "charts/web", CHART)
    write(tmp_path, {"kustomization.yaml":
                     "helmCharts:\n- {name: web, releaseName: shop}\n"})
    status, _, err = render(tmp_path, PATH="/nonexistent")
    assert status == 2
    assert "'helm'" in err and "PATH" in err and "hint: " in err


def test_a_link_out_of_the_tree_is_no_part_of_a_chart(tmp_path):
    (tmp_path / "secret").write_text("CANARY")
    write(tmp_path / "repo/charts/web", CHART)
    write(tmp_path / "repo/charts/web", {"templates/leak.yaml": """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: leak}
        data: {text: {{ .Files.Get "leak" | quote }}}
        """})
    (tmp_path / "repo/charts/web/leak").symlink_to(tmp_path / "secret")
    write(tmp_path / "repo", {
        "kustomization.yaml":
            "helmCharts: [{name: web, releaseName: shop}]\n"})
    status, out, err = render(tmp_path / "repo")
    assert status == 2 and "CANARY" not in out + err
    assert "charts/web/leak" in err


def test_nothing_is_left_behind(tmp_path):
    write(tmp_path / "in/charts/web", CHART)
    write(tmp_path / "in", {
        "kustomization.yaml": "helmCharts: [{name: web, releaseName: a}]\n"})
    (tmp_path / "tmp").mkdir()
    status, _, _ = render(tmp_path / "in", TMPDIR=str(tmp_path / "tmp"))
    assert status == 0
    assert not list((tmp_path / "tmp").iterdir())


# ---- a repository of charts ----

@pytest.fixture
def charts(tmp_path):
    """Its address, and the paths that were asked for."""
    root = tmp_path / "served"
    write(tmp_path / "source/web", CHART)
    root.mkdir()
    env = environment(HOME=str(tmp_path))
    for command in (["package", tmp_path / "source/web", "-d", root],
                    ["repo", "index", root]):
        subprocess.run([helm(), *command], check=True, env=env,
                       stdout=subprocess.DEVNULL)
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(self.path)

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Handler, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def test_a_chart_is_pulled_once(charts, tmp_path):
    url, asked = charts
    top = tmp_path / "in"
    write(top, {"kustomization.yaml": f"""
        helmCharts:
        - {{name: web, repo: "{url}", version: 1.2.3, releaseName: shop}}
        """})
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    allow = ("--allow-remote", "127.0.0.1")
    status, first, err = render(top, *allow, **home)
    assert status == 0, err
    n = len(asked)
    assert n == 2
    assert render(top, *allow, **home) == (0, first, "")
    assert len(asked) == n
    assert not (top / "charts").exists()

    status, wanted, _ = build(top)
    assert status == 0 and first == wanted


def test_a_chart_that_is_not_in_the_repository(charts, tmp_path):
    url, _ = charts
    write(tmp_path / "in", {"kustomization.yaml": f"""
        helmCharts:
        - {{name: web, repo: "{url}", version: 9.9.9, releaseName: shop}}
        """})
    status, _, err = render(tmp_path / "in", "--allow-remote", "127.0.0.1",
                            XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert status == 2
    assert "kustomization.yaml:2" in err and "9.9.9" in err
    assert not list(pathlib.Path(tmp_path, "cache").rglob("Chart.yaml"))


def test_nothing_is_pulled_without_leave(charts, tmp_path):
    url, asked = charts
    write(tmp_path / "in", {"kustomization.yaml": f"""
        helmCharts:
        - {{name: web, repo: "{url}", version: 1.2.3, releaseName: shop}}
        """})
    status, _, err = render(tmp_path / "in")
    assert status == 2 and "--allow-remote 127.0.0.1" in err
    assert not asked
