# SPDX-License-Identifier: Apache-2.0
"""Hostile kustomizations: refused in little time and memory, and nothing
outside the tree is opened.  No cluster takes part."""

import json
import re
import shutil
import subprocess

import pytest

from bed import objects

MEMORY = 256 << 20
SENTINEL = "CANARY-outside-the-tree"


def y(value):
    """JSON is YAML."""
    return json.dumps(value) + "\n"


def conf(name="a", **data):
    return objects.config_map(name, data or {"x": "1"})


@pytest.fixture
def outside(tmp_path):
    """A file beside the repository that nobody may read."""
    path = tmp_path / "outside.yaml"
    path.write_text(objects.config_map("stolen", {"x": SENTINEL}))
    return path


# ---- files (T1, T2, T4) ----

FIELDS = {
    "resources": lambda p: {"resources": [p]},
    "bases": lambda p: {"bases": [p]},
    "components": lambda p: {"components": [p]},
    "configurations": lambda p: {"configurations": [p]},
    "crds": lambda p: {"crds": [p]},
    "openapi": lambda p: {"openapi": {"path": p}},
    "patches": lambda p: {"patches": [{"path": p,
                                       "target": {"kind": "ConfigMap"}}]},
    "strategic": lambda p: {"patchesStrategicMerge": [p]},
    "json6902": lambda p: {"patchesJson6902": [{
        "path": p, "target": {"version": "v1", "kind": "ConfigMap",
                              "name": "a"}}]},
    "replacements": lambda p: {"replacements": [{"path": p}]},
    "generators": lambda p: {"generators": [p]},
    "transformers": lambda p: {"transformers": [p]},
    "validators": lambda p: {"validators": [p]},
    "files": lambda p: {"configMapGenerator": [{"name": "g", "files": [p]}]},
    "key-file": lambda p: {"secretGenerator": [{"name": "g",
                                                "files": ["k=" + p]}]},
    "envs": lambda p: {"configMapGenerator": [{"name": "g", "envs": [p]}]},
    "env": lambda p: {"secretGenerator": [{"name": "g", "env": p}]},
    "targets": lambda p: {"transformers": [y({
        "apiVersion": "builtin", "kind": "ValueAddTransformer",
        "metadata": {"name": "v"}, "value": "x", "targetFilePath": p})]},
}

PATHS = {
    "above": "../../outside.yaml",
    "absolute": None,  # the file's own
    "back": "../top/../../outside.yaml",
    "beside": "../secret.yaml",
    "link": "link.yaml",
    "link-directory": "up/outside.yaml",
    "passwd": "/etc/passwd",
    "proc": "/proc/self/environ",
    "url": "https://192.0.2.1/outside.yaml",
}


def tree(repo, kustomization):
    repo.write({"top/kustomization.yaml": y(kustomization),
                "top/a.yaml": conf(), "secret.yaml": conf("b", x=SENTINEL)})
    (repo.path / "top" / "link.yaml").symlink_to("../../outside.yaml")
    (repo.path / "top" / "up").symlink_to("../..")
    repo.commit()


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("where", PATHS)
def test_files_outside(plain, repo, outside, field, where):
    """Nor beside: a file must lie below the kustomization that names it."""
    kustomization = FIELDS[field](PATHS[where] or str(outside))
    kustomization.setdefault("resources", ["a.yaml"])
    tree(repo, kustomization)
    for flags in ([], ["--worktree"]):
        result = plain("render", *flags, "--path", "top", repo, expect=2,
                       memory=MEMORY)
        assert re.search(r"top/kustomization\.yaml:\d+: ", result.err)
        assert SENTINEL not in result.out + result.err
        assert "root:" not in result.out + result.err
        assert result.cpu < 1
    if plain.checked:
        plain.checked("render", "--path", "top", repo, expect=2)


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
def test_nothing_outside_is_opened(plain, repo, outside, tmp_path):
    """What the kernel saw, of all of these at once."""
    trace = tmp_path / "trace"
    for where, path in PATHS.items():
        for field, make in FIELDS.items():
            kustomization = make(path or str(outside))
            kustomization.setdefault("resources", ["a.yaml"])
            name = f"{where}-{field}"
            repo.write({f"{name}/kustomization.yaml": y(kustomization),
                        f"{name}/a.yaml": conf()})
            (repo.path / name / "link.yaml").symlink_to("../../outside.yaml")
            (repo.path / name / "up").symlink_to("../..")
    # One render of plain directories meets them all.
    subprocess.run(
        ["strace", "-f", "-o", trace, "-e", "trace=%file,%network",
         plain.path, "render", "--worktree", repo.path],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=False,
        capture_output=True, timeout=60)
    text = trace.read_text()
    assert "kustomization.yaml" in text
    text = re.sub(r".*(readlink\w*|execve)\(.*", "", text)
    assert "outside.yaml" not in text
    assert "/etc/passwd" not in text and "environ" not in text
    assert "192.0.2.1" not in text


# ---- circles, and heights ----

def test_bases_in_a_circle(plain, repo):
    repo.commit({"a/kustomization.yaml": y({"resources": ["../b"]}),
                 "b/kustomization.yaml": y({"resources": ["../c"]}),
                 "c/kustomization.yaml": y({"components": ["../a"]})})
    result = plain("render", "--path", "a", repo, expect=2, memory=MEMORY)
    assert "c/kustomization.yaml:1: '../a' leads back" in result.err


def test_bases_above_each_other_without_end(plain, repo):
    repo.commit({f"b{i}/kustomization.yaml": y({"resources": [f"../b{i + 1}"]})
                 for i in range(200)})
    result = plain("render", "--path", "b0", repo, expect=2, memory=MEMORY)
    assert "above each other" in result.err and result.cpu < 1


def test_bases_that_double_at_each_level(plain, repo):
    """2^30 objects from 30 files."""
    files = {f"b{i}/kustomization.yaml": y({
        "resources": [f"../b{i + 1}", f"../c{i + 1}"], "namePrefix": "x"})
        for i in range(30)}
    files |= {f"c{i}/kustomization.yaml": y({
        "resources": [f"../b{i + 1}", f"../c{i + 1}"], "namePrefix": "y"})
        for i in range(30)}
    for name in ("b30", "c30"):
        files |= {f"{name}/kustomization.yaml": y({"resources": ["a.yaml"]}),
                  f"{name}/a.yaml": conf(name)}
    repo.commit(files)
    result = plain("render", "--path", "b0", repo, expect=2, memory=MEMORY,
                   timeout=30)
    assert result.cpu < 5
    assert "objects" in result.err or "memory" in result.err


# ---- amplification (T17) ----

def aliases(levels):
    lines = ["a0: &a0 [" + ", ".join("x" * 10) + "]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]"
              for i in range(1, levels)]
    return "\n".join(lines) + "\n"


def amplified():
    big = "x" * 1000_000
    many = "---\n".join(conf(f"a{i}") for i in range(5000))
    yield "aliases", {"kustomization.yaml": aliases(9)}
    yield "aliases-in-many-files", {
        "kustomization.yaml": y({"resources": [f"{i}.yaml"
                                               for i in range(200)]}),
        **{f"{i}.yaml": conf(f"a{i}") + aliases(5) for i in range(200)}}
    yield "label-of-a-megabyte", {
        "kustomization.yaml": y({"resources": ["a.yaml"],
                                 "commonLabels": {"l": big}}),
        "a.yaml": many}
    yield "prefix-of-a-megabyte", {
        "kustomization.yaml": y({"resources": ["a.yaml"], "namePrefix": big}),
        "a.yaml": many}
    yield "patch-of-a-megabyte", {
        "kustomization.yaml": y({"resources": ["a.yaml"], "patches": [
            {"path": "p.yaml", "target": {"kind": "ConfigMap"}}]}),
        "a.yaml": many,
        "p.yaml": y({"kind": "ConfigMap", "metadata": {"name": "p"},
                     "data": {f"k{i}": "v" for i in range(50_000)}})}
    yield "json-patch-that-copies", {
        "kustomization.yaml": y({"resources": ["a.yaml"], "patches": [
            {"path": "p.yaml", "target": {"kind": "ConfigMap"}}]}),
        "a.yaml": conf(),
        "p.yaml": y([{"op": "copy", "from": "/data", "path": f"/data/c{i}"}
                     for i in range(40)])}
    yield "json-patch-that-goes-deep", {
        "kustomization.yaml": y({"resources": ["a.yaml"], "patches": [
            {"path": "p.yaml", "target": {"kind": "ConfigMap"}}]}),
        "a.yaml": conf(),
        "p.yaml": y([{"op": "copy", "from": "/data",
                      "path": "/data" + "/c" * 2 ** i} for i in range(12)])}
    yield "replacements-that-go-deep", {
        "kustomization.yaml": y({"resources": ["a.yaml"], "replacements": [
            {"source": {"kind": "ConfigMap", "fieldPath": "data"},
             "targets": [{"select": {"kind": "ConfigMap"},
                          "fieldPaths": ["data" + ".c" * 100],
                          "options": {"create": True}}]}] * 50}),
        "a.yaml": conf()}
    yield "replacements-that-double", {
        "kustomization.yaml": y({"resources": ["a.yaml"], "replacements": [
            {"source": {"kind": "ConfigMap", "fieldPath": "data"},
             "targets": [{"select": {"kind": "ConfigMap"},
                          "fieldPaths": [f"data.c{i}"],
                          "options": {"create": True}}]}
            for i in range(60)]}),
        "a.yaml": conf()}
    yield "variables-that-grow", {
        "kustomization.yaml": y({
            "resources": ["a.yaml"], "configurations": ["c.yaml"],
            "vars": [{"name": "V", "objref": {
                "apiVersion": "v1", "kind": "ConfigMap", "name": "a"},
                "fieldref": {"fieldpath": "data.x"}}]}),
        "c.yaml": y({"varReference": [{"path": "data/y",
                                       "kind": "ConfigMap"}]}),
        "a.yaml": y({"apiVersion": "v1", "kind": "ConfigMap",
                     "metadata": {"name": "a"},
                     "data": {"x": big, "y": "$(V)" * 100_000}})}
    yield "fields-below-fields", {
        "kustomization.yaml": y({"resources": ["a.yaml"],
                                 "configurations": ["c.yaml"],
                                 "commonLabels": {"l": "1"}}),
        "c.yaml": y({"commonLabels": [{
            "path": "/".join(["a"] * 200_000), "create": True}]}),
        "a.yaml": conf()}


@pytest.mark.parametrize("name, files", list(amplified()), ids=lambda v: v
                         if isinstance(v, str) else "")
def test_small_trees_that_ask_for_much(plain, repo, name, files):
    repo.commit(files)
    result = plain("render", repo, expect=2, memory=MEMORY, timeout=30)
    assert result.cpu < 5, str(result)
    assert re.search(r"\.yaml:\d+: |memory", result.err)


# ---- expressions ----

@pytest.mark.parametrize("pattern", [
    "(a+)+$", "(a|aa)+$", "(.*a){25}$", "a" * 70_000, "(" * 300, "[a",
    "(?=a)", "(?<=a)b", r"(a)\1", "(?R)", "(*VERB)", "a**", "a{1000000}",
    "a{1000}{1000}", "\x00"], ids=repr)
def test_selectors_that_never_end(plain, repo, pattern):
    """They match by steps that are counted, or are none."""
    repo.commit({
        "kustomization.yaml": y({"resources": ["a.yaml"], "patches": [{
            "target": {"name": pattern},
            "patch": "[{op: add, path: /x, value: 1}]"}]}),
        "a.yaml": conf("a" * 60 + "b")})
    result = plain("render", repo, expect=(0, 2), memory=MEMORY, timeout=30)
    assert result.cpu < 2, str(result)


# ---- what runs ----

@pytest.mark.parametrize("field", ["generators", "transformers", "validators"])
@pytest.mark.parametrize("config", [
    {"apiVersion": "v1", "kind": "Script"},
    {"apiVersion": "someteam.example.com/v1", "kind": "ChartInflator"},
    {"apiVersion": "v1", "kind": "Fn", "annotations": {
        "config.kubernetes.io/function": "exec: {path: ./run.sh}"}},
    {"apiVersion": "v1", "kind": "Fn", "annotations": {
        "config.kubernetes.io/function": "container: {image: evil}"}},
    {"apiVersion": "builtin", "kind": "HelmChartInflationGenerator"},
], ids=lambda c: c["kind"] if isinstance(c, dict) else c)
def test_programs_are_not_started(plain, repo, tmp_path, field, config):
    annotations = config.pop("annotations", {}) if "annotations" in config \
        else {}
    config = config | {"metadata": {"name": "x", "annotations": annotations}}
    repo.commit({"kustomization.yaml": y({"resources": ["a.yaml"],
                                          field: ["p.yaml"]}),
                 "a.yaml": conf(), "p.yaml": y(config),
                 "run.sh": f"#!/bin/sh\ntouch {tmp_path}/PWNED\n"})
    result = plain("render", repo, expect=2)
    assert "p.yaml:1: " in result.err
    assert not (tmp_path / "PWNED").exists()


def test_values_of_secrets_are_in_no_error(plain, repo):
    repo.commit({
        "kustomization.yaml": y({
            "resources": ["s.yaml"],
            "secretGenerator": [{"name": "g", "literals": ["CANARY-literal"],
                                 "envs": ["e.env"]}]}),
        "e.env": "CANARY key=1\n",
        "s.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"
                  "stringData: {a: CANARY-value\n"})
    result = plain("render", repo, expect=2)
    assert "CANARY-value" not in result.err
