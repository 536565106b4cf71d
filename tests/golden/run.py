#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the whole program on cases that are directories of plain files.

    make golden              compare, byte for byte
    make golden REWRITE=1    take what comes for right; read the diff as code

A case holds

    in/      the configuration repository: one commit on main; in-2/, if it
             is there, is the tree of a second commit
    live/    what the directory cluster has before, if anything
    args     the command lines, one a line; "$ live" has the files of the
             cluster printed instead, and "$ git ..." what git says; "$ take
             hand" puts the files of hand/ into the cluster, as somebody by
             hand: one that is empty is deleted there
    env      NAME=value lines, if any
    message  the message of the commits, if it matters; message-2 that of the
             second
    out      standard output of all of them
    err      standard error
    status   their exit statuses, one a line

Each runs in a clone of its own, with the cluster beside it in ../live, under
an environment that holds nothing else.  The path of the temporary directory
is shown as TMP, and what a report says of the run itself as "...".  No value
of a Secret may be seen; in the cases they hold "CANARY".

Cases of kustomizations are files of their own: see archive.py.
"""

import concurrent.futures
import difflib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import archive

HERE = pathlib.Path(__file__).resolve().parent
GITOPS = os.environ["GITOPS"]
REWRITE = bool(os.environ.get("REWRITE"))
RESULTS = ("out", "err", "status")
SECONDS = 60
CANARIES = (b"CANARY", b"Q0FOQVJZ")
# Who ran it, when and how long.
RUN = re.compile(rb'("run": \{)[^{}]*(\})')
# How long a sync took, on a slow machine.
TOOK = re.compile(rb"(?m)^(\d+ [a-z].* -> .*) in [0-9dhms]+$")

# Commits get the same ids on every machine and every day.
GIT_ENV = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


def git(repo, *args, data=None):
    subprocess.run(
        ["git", "-C", repo, *args],
        env=GIT_ENV, input=data, check=True, stdout=subprocess.DEVNULL)


def make_repository(case, repo):
    """A repository whose commits are in/, in-2/ and so on."""
    text = read(case / "message") or b"say what is wanted"
    repo.mkdir()
    git(repo, "init", "-q", "-b", "main")
    for tree in sorted(case.glob("in*")):
        for old in repo.iterdir():
            if old.name != ".git":
                shutil.rmtree(old) if old.is_dir() else old.unlink()
        # With times of their own: git takes a file of the same size and
        # an old time for the one it knows.
        shutil.copytree(tree, repo, symlinks=True, dirs_exist_ok=True,
                        copy_function=shutil.copy)
        git(repo, "add", "-A")
        git(repo, "commit", "-q", "--allow-empty", "-F", "-",
            data=read(case / tree.name.replace("in", "message")) or text)


def environment(case, tmp):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp / "home")}
    presets = case / "env"
    if presets.exists():
        for line in presets.read_text().splitlines():
            name, _, value = line.partition("=")
            env[name] = value
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
        if name in os.environ:
            env[name] = os.environ[name]
    return env


def take_files(source, live):
    for path in source.rglob("*"):
        target = live / path.relative_to(source)
        if path.is_file() and path.stat().st_size:
            shutil.copy(path, target)
        elif path.is_file():
            target.unlink()


def list_live(tmp):
    """The cluster's files: "==> name", then what they hold.  The record
    tells of this machine and of today."""
    live = tmp / "live"
    text = b""
    for path in sorted(live.rglob("*")):
        if path.is_file() and not path.name.startswith(
                (".", "configmap_gitops-")):
            name = str(path.relative_to(live)).encode()
            text += b"==> " + name + b"\n" + path.read_bytes()
    return text


def run_case(case):
    """What the case gives: {"out": bytes, "err": bytes, "status": bytes}."""
    with tempfile.TemporaryDirectory() as name:
        tmp = pathlib.Path(name).resolve()
        make_repository(case, tmp / "repo")
        (tmp / "home").mkdir()
        if (case / "live").exists():
            shutil.copytree(case / "live", tmp / "live", symlinks=True)
        got = dict.fromkeys(RESULTS, b"")
        for line in (case / "args").read_text().splitlines():
            if line == "$ live":
                got["out"] += list_live(tmp)
                continue
            if line.startswith("$ take "):
                take_files(case / line.split()[-1], tmp / "live")
                continue
            if line.startswith("$ git "):
                got["out"] += subprocess.run(
                    shlex.split(line)[1:], cwd=tmp / "repo", env=GIT_ENV,
                    check=True, capture_output=True).stdout
                continue
            done = subprocess.run(
                [GITOPS, *shlex.split(line)], cwd=tmp / "repo",
                env=environment(case, tmp), stdin=subprocess.DEVNULL,
                capture_output=True, timeout=SECONDS)
            got["out"] += done.stdout
            got["err"] += done.stderr
            got["status"] += b"%d\n" % done.returncode
        for result in RESULTS:
            text = got[result].replace(str(tmp).encode(), b"TMP")
            got[result] = TOOK.sub(rb"\1", RUN.sub(rb"\1...\2", text))
        return got


def read(path):
    return path.read_bytes() if path.exists() else b""


def compare(case, got):
    """What differs, as diff(1) shows it."""
    text = ""
    for result in RESULTS:
        if read(case / result) != got[result]:
            diff = subprocess.run(
                ["diff", "-N", "-u", "--label", f"{case.name}/{result}",
                 "--label", "now", case / result, "-"],
                input=got[result], capture_output=True, check=False)
            text += diff.stdout.decode(errors="backslashreplace")
        for canary in CANARIES:
            if canary in got[result]:
                text += f"{result} shows a secret: {canary.decode()}\n"
    return text


def rewrite(case, got):
    for result in RESULTS:
        path = case / result
        if got[result]:
            path.write_bytes(got[result])
        else:
            path.unlink(missing_ok=True)


def run_archive(path):
    """The same for a case in one file."""
    _, sections = archive.load(path)
    with tempfile.TemporaryDirectory() as name:
        top = archive.unpack(sections, pathlib.Path(name))
        done = subprocess.run(
            [GITOPS, "render", "--worktree", "--path", top, "."], cwd=name,
            env=environment(path, pathlib.Path(name)),
            stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    assert done.returncode == (2 if done.stderr else 0), done
    return {"out": done.stdout, "err": done.stderr}


def compare_archive(path, got):
    _, sections = archive.load(path)
    text = ""
    for name in archive.RESULTS:
        if sections.get(name, b"") != got[name]:
            lines = [part.decode(errors="backslashreplace").splitlines(True)
                     for part in (sections.get(name, b""), got[name])]
            text += "".join(difflib.unified_diff(
                *lines, f"{path.stem}/{name}", "now"))
    return text


def run_all(cases, run, take, show):
    """How many fail."""
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, got in zip(cases, pool.map(run, cases)):
            if REWRITE:
                take(case, got)
            difference = show(case, got)
            failed += bool(difference)
            if difference:
                print(f"FAILED  {case.name}\n{difference}", end="")
    return failed


def main():
    wanted = sys.argv[1:]
    cases = [path.parent for path in sorted(HERE.glob("*/args"))
             if not wanted or path.parent.name in wanted]
    archives = [path for path in sorted(HERE.glob("kustomize/*.txt"))
                if not wanted or path.stem in wanted]
    failed = run_all(cases, run_case, rewrite, compare) + run_all(
        archives, run_archive, archive.save, compare_archive)
    print(f"{len(cases) + len(archives) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
