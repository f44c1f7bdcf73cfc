"""Runs a command to its end and prints {"status", "s", "cpu_s", "peak_mib"}: wall and CPU seconds, peak resident memory.

A process of its own, and a small one: the kernel counts the memory of whoever starts a program as the program's first
peak, so that a large starter would hide a small program.
"""

import json
import os
import sys
import time

start = time.perf_counter()
null = os.open(os.devnull, os.O_RDWR)
child = os.posix_spawnp(
    sys.argv[1], sys.argv[1:], os.environ,
    file_actions=[(os.POSIX_SPAWN_DUP2, null, 0), (os.POSIX_SPAWN_DUP2, null, 1)])
_, status, usage = os.wait4(child, 0)
print(json.dumps({
    "status": os.waitstatus_to_exitcode(status), "s": time.perf_counter() - start,
    "cpu_s": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024}))
