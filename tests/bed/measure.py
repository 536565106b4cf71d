# SPDX-License-Identifier: Apache-2.0
"""Run a command and write to a file how many seconds it took, and its peak
memory in KiB.

usage: measure.py FILE COMMAND [ARGUMENT...]

The kernel counts as a process' memory also what it was before exec.  Started
from a test run of forty megabytes, a small program would look large; this is
a small process to start it from.  Nothing below its own size (some nine
megabytes) can be told apart.
"""

import os
import sys
import time

begin = time.monotonic()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
seconds = time.monotonic() - begin
with open(sys.argv[1], "w") as file:
    file.write(f"{seconds} {usage.ru_maxrss}")
code = os.waitstatus_to_exitcode(status)
os._exit(code if code >= 0 else 128 - code)
