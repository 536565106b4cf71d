# SPDX-License-Identifier: Apache-2.0
"""The real kustomize, helm and kapp, built from their modules, and our own reader
and writer of YAML as a program."""

import functools
import os
import pathlib
import shutil
import subprocess

PEER = pathlib.Path(__file__).resolve().parent
ROOT = PEER.parent.parent
BUILD = pathlib.Path(os.environ.get("PEER_BUILD", ROOT / "build" / "peer"))


@functools.cache
def built(name, package, module):
    """The program of a Go module, or None where there is no Go to build it."""
    if not shutil.which("go"):
        return None
    program = BUILD / name
    subprocess.run(["go", "build", "-o", program, package], cwd=module,
                   check=True)
    return program


def kustomize():
    return built("kustomize", "sigs.k8s.io/kustomize/kustomize/v5", PEER)


def helm():
    return built("helm", "helm.sh/helm/v3/cmd/helm", PEER / "helm")


def kapp():
    """For the bench alone."""
    return built("kapp", "carvel.dev/kapp/cmd/kapp",
                 PEER.parent / "bench" / "kapp")


def compile_c(name, *patterns):
    """NAME.c of this directory with these sources of lib/, with sanitizers."""
    program = BUILD / name
    sources = [PEER / f"{name}.c"]
    for pattern in patterns:
        sources += ROOT.glob(f"lib/{pattern}.c")
    headers = ROOT.glob("lib/*/*.h")
    newest = max(path.stat().st_mtime for path in [*sources, *headers])
    if program.exists() and program.stat().st_mtime > newest:
        return program
    BUILD.mkdir(parents=True, exist_ok=True)
    libraries = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "yaml-0.1", "jansson",
         "libcrypto", "libpcre2-8"], check=True, capture_output=True,
        text=True).stdout
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c17", "-O1", "-g",
         "-D_POSIX_C_SOURCE=200809L", "-DARENA_MALLOC", "-I", ROOT / "lib",
         "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
         *sources, "-o", program, *libraries.split(), "-lm"], check=True)
    return program


@functools.cache
def roundtrip():
    """yaml_roundtrip.c: YAML read and printed."""
    return compile_c("yaml_roundtrip", "document/*", "base/*")


def build(directory):
    """kustomize build: exit status, output, errors."""
    done = subprocess.run([kustomize(), "build", directory],
                          capture_output=True)
    return done.returncode, done.stdout, done.stderr


def print_again(path):
    """What gitops makes of a file: exit status, output, errors."""
    with open(path, "rb") as file:
        done = subprocess.run([roundtrip()], stdin=file, capture_output=True)
    assert done.returncode in (0, 2), done.stderr.decode(errors="replace")
    return done.returncode, done.stdout, done.stderr
