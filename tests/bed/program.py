# SPDX-License-Identifier: Apache-2.0
"""Run gitops as a user does, and look at everything it leaves behind."""

import base64
import itertools
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time

from bed.process import die_with_parent

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

MEASURE = [sys.executable, "-I", "-S",
           str(pathlib.Path(__file__).with_name("measure.py"))]

# Every credential and secret value of the tests holds this word.
CANARY = "CANARY-"

# A leak may be spelled in base64, at any of three alignments.
def spellings(word):
    found = {word}
    raw = word.encode()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw).decode()
        # Drop the characters that depend on what stands before and behind.
        found.add(text[(shift * 8 + 5) // 6:len(raw) * 8 // 6])
    return {w for w in found if len(w) >= 6}


SANITIZER = re.compile(
    r"AddressSanitizer|LeakSanitizer|UndefinedBehavior|runtime error:")


def binary():
    """The build under test: GITOPS names it, or GITOPS_BIN; else the one with
    sanitizers, where it was made."""
    for name in ("GITOPS", "GITOPS_BIN"):
        if os.environ.get(name):
            return pathlib.Path(os.environ[name])
    sanitized = ROOT / "build" / "san" / "gitops"
    return sanitized if sanitized.exists() else ROOT / "gitops"


def plain_binary():
    """A build without sanitizers, which multiply memory, or None."""
    for path in (binary(), binary().parent.parent / "gitops",
                 ROOT / "gitops"):
        if path.exists() and not is_sanitized(path):
            return path
    return None


def is_sanitized(path):
    return b"__asan_init" in pathlib.Path(path).read_bytes()


class Result:
    """What a run did: status (-n where signal n ended it), out, err, seconds
    on the wall, cpu seconds, maxrss_kb (only of a measured run)."""

    def __init__(self, argv, status, out, err, seconds, usage, peak):
        self.argv = argv
        self.status = status
        self.out = out
        self.err = err
        self.seconds = seconds
        self.cpu = usage.ru_utime + usage.ru_stime
        self.maxrss_kb = int(peak.read_text().split()[1]) if peak else None

    @property
    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return (f"$ {' '.join(map(str, self.argv))}\n"
                f"status {self.status} after {self.seconds:.2f} s\n"
                f"--- stdout\n{self.out[-6000:]}\n"
                f"--- stderr\n{self.err[-6000:]}")


apps = itertools.count(1)


class Program:
    """gitops with a home and an environment of its own.  Tests share a
    cluster, so that each has an app of its own in it."""

    def __init__(self, home, path=None):
        self.home = pathlib.Path(home)
        self.path = path or binary()
        self.home.mkdir(parents=True, exist_ok=True)
        self.secrets = set(spellings(CANARY))
        self.kubeconfig = None
        self.env = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "GITOPS_APP": f"t{os.getpid()}-{next(apps)}",
            # Most tests have no nodes on which anything could run.
            "GITOPS_WAIT": "0",
            "ASAN_OPTIONS": "exitcode=99:detect_stack_use_after_return=1",
            "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        }

    def hide(self, *secrets):
        """From now on none of these may be seen in any output."""
        self.secrets.update(secrets)

    def environment(self, extra):
        env = dict(self.env)
        if self.kubeconfig:
            env["KUBECONFIG"] = str(self.kubeconfig)
        env.update(extra or {})
        return {k: str(v) for k, v in env.items() if v is not None}

    def start(self, *args, env=None, cwd=None, **more):
        """A run that goes on beside the test."""
        return subprocess.Popen(
            [str(self.path), *map(str, args)], cwd=cwd or self.home,
            env=self.environment(env), stdin=subprocess.DEVNULL,
            preexec_fn=hear_signals, **more)

    def __call__(self, *args, expect=0, env=None, cwd=None, timeout=120,
                 measure=False, memory=None, secrets_shown=False,
                 started=None, stdout=None):
        """Run it, and check the exit status (one, a tuple, or None for any).

        measure        measure memory, without what Python weighs
        memory         RLIMIT_AS in bytes; not for a build with ASan
        secrets_shown  the command prints Secrets on purpose (render)
        started        called with the process id
        stdout         a file instead of a pipe (/dev/full)
        """
        argv = [str(self.path), *map(str, args)]
        run = argv
        peak = None
        if measure:
            peak = self.home.parent / "peak"
            run = [*MEASURE, str(peak), *argv]

        def before():
            hear_signals()
            die_with_parent()
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            process = subprocess.Popen(
                run, cwd=cwd or self.home, env=self.environment(env),
                stdin=subprocess.DEVNULL, stdout=stdout or out, stderr=err,
                start_new_session=True, preexec_fn=before)
            late = threading.Timer(timeout, kill_group, [process.pid])
            late.start()
            if started:
                started(process.pid)
            _, raw, usage = os.wait4(process.pid, 0)
            late.cancel()
            seconds = time.monotonic() - begin
            process.returncode = os.waitstatus_to_exitcode(raw)
            out.seek(0)
            err.seek(0)
            result = Result(argv, process.returncode,
                            out.read().decode("utf-8", "surrogateescape"),
                            err.read().decode("utf-8", "surrogateescape"),
                            seconds, usage, peak)

        assert seconds < timeout, f"did not end:\n{result}"
        self.look_for_faults(result)
        self.look_for_secrets(result.err, f"on stderr:\n{result}")
        if not secrets_shown:
            self.look_for_secrets(result.out, f"on stdout:\n{result}")
        if expect is not None:
            allowed = expect if isinstance(expect, tuple) else (expect,)
            assert result.status in allowed, \
                f"expected status {expect}:\n{result}"
        return result

    @staticmethod
    def look_for_faults(result):
        assert not SANITIZER.search(result.err), str(result)
        assert result.status not in (99, -signal.SIGSEGV, -signal.SIGABRT,
                                     -signal.SIGBUS), str(result)

    def look_for_secrets(self, text, where):
        for secret in self.secrets:
            assert secret not in text, f"leaked {secret!r} {where}"

    def look_in_home(self):
        """Nothing that was cached or left lying holds a secret."""
        for path in self.home.rglob("*"):
            if path.is_file() and not path.is_symlink():
                text = path.read_bytes().decode("latin-1")
                self.look_for_secrets(text, f"in {path}")


def hear_signals():
    """In the child: a suite that was started in the background has SIGINT and
    SIGHUP ignored, and the program would rightly go on ignoring them."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
