# SPDX-License-Identifier: Apache-2.0
"""repo_driver.c, built beside the gitops under test."""

import os
import pathlib
import subprocess

import pytest

from bed.program import Program, binary, is_sanitized

SOURCE = pathlib.Path(__file__).with_name("repo_driver.c")
ROOT = SOURCE.parent.parent.parent
PACKAGES = ("libgit2 libcurl yaml-0.1 jansson libcrypto libpcre2-8 "
            "zlib").split()


def build():
    directory = pathlib.Path(binary()).parent
    archive = directory / "libgitops.a"
    if not archive.exists():
        archive = directory / "build" / "libgitops.a"
    program = archive.with_name("repo_driver")
    newest = max(archive.stat().st_mtime, SOURCE.stat().st_mtime)
    if program.exists() and program.stat().st_mtime > newest:
        return program
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", *PACKAGES],
                           check=True, capture_output=True,
                           text=True).stdout.split()
    sanitizers = (["-fsanitize=address,undefined", "-DARENA_MALLOC"]
                  if is_sanitized(binary()) else [])
    fresh = program.with_name(f"repo_driver.{os.getpid()}")
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c17", "-O1", "-g",
         "-D_POSIX_C_SOURCE=200809L", *sanitizers, "-I", ROOT / "lib",
         "-o", fresh, SOURCE, archive, *flags], check=True)
    fresh.rename(program)
    return program


@pytest.fixture(scope="session")
def driver_path():
    return build()


@pytest.fixture
def driver(tmp_path, driver_path):
    """The driver, as somebody with a name, and no configuration of git."""
    program = Program(tmp_path / "home", driver_path)
    program.env |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.com",
        "GIT_COMMITTER_NAME": "Bot",
        "GIT_COMMITTER_EMAIL": "bot@example.com",
    }
    yield program
    program.look_in_home()
