# SPDX-License-Identifier: Apache-2.0
"""repo_driver.c and forge_driver.c, built beside the gitops under test."""

import os
import pathlib
import signal
import subprocess

import pytest

from bed.program import Program, binary, is_sanitized, plain_binary

SOURCE = pathlib.Path(__file__).with_name("repo_driver.c")
ROOT = SOURCE.parent.parent.parent
PACKAGES = ("libgit2 libcurl yaml-0.1 jansson libcrypto libpcre2-8 "
            "zlib").split()


def build(gitops=None, source=SOURCE):
    """Beside that gitops, with sanitizers where it has them."""
    gitops = pathlib.Path(gitops or binary())
    directory = gitops.parent
    archive = directory / "libgitops.a"
    if not archive.exists():
        archive = directory / "build" / "libgitops.a"
    program = archive.with_name(source.stem)
    newest = max(archive.stat().st_mtime, source.stat().st_mtime)
    if program.exists() and program.stat().st_mtime > newest:
        return program
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *PACKAGES],
                           check=True, capture_output=True,
                           text=True).stdout.split()
    sanitizers = (["-fsanitize=address,undefined", "-DARENA_MALLOC"]
                  if is_sanitized(gitops) else [])
    fresh = program.with_name(f"{source.stem}.{os.getpid()}")
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c17", "-O1", "-g",
         "-D_POSIX_C_SOURCE=200809L", *sanitizers, "-I", ROOT / "lib",
         "-o", fresh, source, archive, *flags], check=True)
    fresh.rename(program)
    return program


@pytest.fixture
def forge_driver(tmp_path):
    program = Program(tmp_path / "forge-home",
                      build(source=SOURCE.with_name("forge_driver.c")))
    yield program
    program.look_in_home()


@pytest.fixture(scope="session")
def driver_path():
    return build()


def named(program):
    """It commits as somebody, and no configuration of git is read."""
    program.env |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
        "GIT_COMMITTER_NAME": "Bot",
        "GIT_COMMITTER_EMAIL": "bot@example.com",
    }
    return program


@pytest.fixture
def driver(tmp_path, driver_path):
    program = named(Program(tmp_path / "home", driver_path))
    yield program
    program.look_in_home()


@pytest.fixture(scope="session")
def dying():
    """dying.c: LD_PRELOAD takes it, but not beside sanitizers."""
    library = pathlib.Path(build()).with_name("dying.so")
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o",
                    library, SOURCE.with_name("dying.c"), "-ldl"], check=True)
    return library


@pytest.fixture
def mortal(tmp_path, dying):
    """The plain driver: mortal(N, ...) kills it at its N-th step, and says
    whether it came to that."""
    gitops = plain_binary()
    if not gitops:
        pytest.skip("needs a build without sanitizers: make")
    program = named(Program(tmp_path / "mortal", build(gitops)))

    def run(n, *args):
        done = program(*args, env={"LD_PRELOAD": dying, "DIE_AT": n},
                       expect=(0, -signal.SIGKILL))
        return done.status != 0

    run.program = program
    return run
