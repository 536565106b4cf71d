# SPDX-License-Identifier: Apache-2.0
"""A host that fails us: its disk, its memory, its clock, its names."""

import errno
import os
import pathlib
import random
import signal
import subprocess
import threading

import pytest

from bed import objects
from bed.driver import dying, named
from bed.program import Program, plain_binary

__all__ = ["dying"]

FAILED = (0, 2, 3, 4)


@pytest.fixture(scope="session")
def luck(dying):
    """luck.c, beside dying.c."""
    library = pathlib.Path(dying).with_name("luck.so")
    source = pathlib.Path(__file__).parent.parent / "bed" / "luck.c"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o",
                    library, source, "-ldl"], check=True)
    return library


@pytest.fixture
def installed(tmp_path):
    """Without sanitizers, which want to be loaded first."""
    if not plain_binary():
        pytest.skip("needs a build without sanitizers: make")
    program = named(Program(tmp_path / "installed", plain_binary()))
    del program.env["GITOPS_APP"]
    return program


@pytest.fixture
def where(tmp_path):
    return tmp_path / "cluster"


@pytest.fixture
def on(where):
    return ("--cluster", f"dir:{where}")


def data(where):
    """What the objects of the directory hold, by file; each is whole."""
    found = {}
    for path in where.glob("**/*_?.yaml"):
        text = path.read_text()
        assert text.endswith("end: end\n") or "end: end\nkind" in text, path
        found[path.name] = text
    return found


def config(text):
    return {f"{name}.yaml": objects.config_map(
        name, {"a": text, "b": "long " * 2000, "end": "end"})
        for name in "abc"}


# ---- the disk ----

CAUSES = [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE, errno.EDQUOT]


def test_row_124_a_sync_whose_nth_write_fails(installed, dying, repo, where,
                                              on, tmp_path):
    """Files are the old ones or the new, never half of them; it is an error,
    and a rerun mends it."""
    left = tmp_path / "left"
    for n in range(1, 200):
        number = CAUSES[n % len(CAUSES)]
        repo.commit(config(str(n)))
        spoilt = installed("sync", *on, repo, expect=FAILED, env={
            "LD_PRELOAD": dying, "FAIL_AT": n, "FAIL_WITH": number,
            "FAIL_LEFT": left})
        for text in data(where).values():
            assert f'a: "{n}"' in text or f'a: "{n - 1}"' in text, text[:99]
        if spoilt.status:
            assert os.strerror(number) in spoilt.err, spoilt
        installed("sync", *on, repo)
        installed("diff", *on, repo)
        if left.exists():
            assert n > 20
            return
    raise AssertionError("it never came through")


def test_row_124_a_release_whose_nth_write_fails(installed, dying, repo,
                                                 tmp_path):
    repo.commit({"web.yaml": objects.deployment("x", image="acme/web:0")})
    left = tmp_path / "left"
    for n in range(1, 200):
        args = ("release", "--image", f"acme/web:{n}", repo)
        spoilt = installed(*args, expect=FAILED, env={
            "LD_PRELOAD": dying, "FAIL_AT": n, "FAIL_WITH": errno.ENOSPC,
            "FAIL_LEFT": left})
        text = (repo.path / "web.yaml").read_text()
        assert f"acme/web:{n}" in text or f"acme/web:{n - 1}" in text
        installed(*args)
        assert repo.git("status", "--porcelain") == "", f"{n}: {spoilt}"
        assert repo.git("rev-list", "--count", "HEAD") == str(n + 1)
        if left.exists():
            assert n > 20
            return
    raise AssertionError("it never came through")


# ---- memory ----

def test_row_125_no_memory_is_left(installed, luck, repo, where, on):
    """From the n-th allocation on: said in a word, and nothing is half done.
    There are thousands, of which some are tried."""
    chosen = random.Random(125)
    for n in sorted(chosen.sample(range(1, 40_000), 40)):
        repo.commit(config(str(n)))
        spoilt = installed("sync", *on, repo, expect=(0, 2), env={
            "LD_PRELOAD": luck, "MALLOC_AT": n})
        assert not spoilt.status or "memory" in spoilt.err, spoilt
        data(where)
        if not spoilt.status:
            assert n > 1000
            break
    installed("sync", *on, repo)
    installed("diff", *on, repo)


# ---- the clock ----

@pytest.mark.parametrize("luck_of", [
    {"AHEAD": 3600, "JUMP_AT": n} for n in (2, 3, 5, 8)] + [
    {"AHEAD": 7200}], ids=str)
def test_row_49_129_clocks_that_differ(installed, luck, control, repo, ns,
                                       luck_of):
    """Ours goes back an hour on the way, or is not that of the server:
    deadlines and pauses do not go by it, and nothing by its stamps."""
    env = {"LD_PRELOAD": luck, **luck_of}
    installed.env["GITOPS_APP"] = f"{ns}-clock"
    installed.kubeconfig = control.kubeconfig
    repo.commit({f"{name}.yaml": objects.config_map(name, {"k": "1"}, ns)
                 for name in "abc"})
    result = installed("sync", "--timeout", "60s", repo, env=env)
    assert result.seconds < 60
    repo.commit({"a.yaml": None, "b.yaml": objects.config_map("b", {}, ns)})
    installed("sync", "--timeout", "60s", repo, env=env)
    installed("diff", repo, env=env)
    again = installed("sync", "-o", "json", repo).json
    assert again["requests"]["writes"] == 0


# ---- names ----

@pytest.fixture
def by_name(installed, control, luck, repo, ns, tmp_path):
    """A sync to a server of that name."""
    repo.commit({"a.yaml": objects.config_map("a", {}, ns)})
    installed.env["GITOPS_APP"] = "names"

    def run(host, expect):
        installed.kubeconfig = control.write_kubeconfig(
            "named", {"token": "CANARY-t"}, {"server": f"https://{host}:6443"},
            directory=tmp_path)
        return installed("sync", "--timeout", "5s", repo, expect=expect,
                         env={"LD_PRELOAD": luck}, timeout=60)
    return run


def test_row_53_a_name_that_does_not_resolve(by_name):
    assert "nowhere.invalid" in by_name("nowhere.invalid", (2, 4)).err
    result = by_name("refused.test", 4)
    assert "'refused.test' cannot be resolved for now" in result.err


def test_row_54_a_name_server_that_never_answers(by_name):
    result = by_name("silent.test", 4)
    assert result.seconds < 15


# ---- signals that mean nothing ----

def test_row_66_a_storm_of_signals(gitops, control, repo, ns):
    """It is stopped and goes on, over and over: calls end early, and nothing
    comes of it."""
    repo.commit({f"{i}.yaml": objects.config_map(f"m{i}", {"k": "v" * 5000},
                                                 ns) for i in range(40)})
    gitops.kubeconfig = control.kubeconfig
    over = threading.Event()

    def storm(pid):
        def blow():
            while not over.wait(0.003):
                try:
                    os.kill(pid, signal.SIGSTOP)
                    os.kill(pid, signal.SIGCONT)
                    os.kill(pid, signal.SIGWINCH)
                except ProcessLookupError:
                    return
        threading.Thread(target=blow, daemon=True).start()

    try:
        gitops("sync", repo, started=storm)
    finally:
        over.set()
    gitops("diff", repo)
    assert len(control.api.items(objects.config_maps(ns))) >= 40
