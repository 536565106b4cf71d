# SPDX-License-Identifier: Apache-2.0
"""Servers of the tests: started on free ports, certain to end."""

import atexit
import ctypes
import os
import signal
import socket
import subprocess
import time

PATIENCE = 4  # times what a quiet machine takes
PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    """Run in the child: a killed test run leaves no server behind."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    """A port the kernel chose.  Another program may still take it before the
    server does, so whoever starts one must be ready to try again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """One server process with its log in a file."""

    def __init__(self, argv, log, env=None):
        self.argv = [str(arg) for arg in argv]
        self.log = log
        with open(log, "wb") as sink:
            self.process = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=sink,
                stderr=subprocess.STDOUT, env=env, start_new_session=True,
                preexec_fn=die_with_parent)
        atexit.register(self.stop)

    def stop(self):
        """SIGKILL: nothing that a test server keeps is worth a minute."""
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        atexit.unregister(self.stop)

    def alive(self):
        return self.process.poll() is None

    def tail(self, lines=15):
        with open(self.log, errors="replace") as source:
            return "".join(source.readlines()[-lines:])


def wait_until(check, seconds, what):
    """Call check() until it is true; its exceptions count as not yet.  It
    takes `seconds` at most on a quiet machine: one that is busy is no
    failure."""
    seconds *= PATIENCE
    deadline = time.monotonic() + seconds
    last = None
    while time.monotonic() < deadline:
        try:
            if check():
                return
        except Exception as error:
            last = error
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {seconds} s ({last})")
