"""Runs one command and writes what it cost as JSON: python3 measure.py FILE COMMAND [ARGUMENT...]

wall_ms         from its start to its end
own_cpu_ms      user + system time of its own process
children_cpu_ms the same of all that it started and waited for
peak_rss_kib    of its process, or of its largest child where that was larger
exit_code       negative: ended by that signal

Deno tells no child's usage, and /usr/bin/time does not tell a process from its children.
"""

import json
import os
import sys
import time

file, command = sys.argv[1], sys.argv[2:]
start = time.monotonic()
pid = os.posix_spawnp(command[0], command, os.environ)
# Ended, but not yet taken away: /proc still tells it from its children.
os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
wall = time.monotonic() - start
with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
    # The program's name, in parentheses, may hold spaces. Behind it: state, parent, ..., utime, stime, cutime, cstime.
    fields = stat.read().rpartition(")")[2].split()
own, children = (sum(map(int, fields[at : at + 2])) / os.sysconf("SC_CLK_TCK") for at in (11, 13))
_, status, usage = os.wait4(pid, 0)
with open(file, "w", encoding="utf-8") as result:
    json.dump(
        {
            "wall_ms": wall * 1000,
            "own_cpu_ms": own * 1000,
            "children_cpu_ms": children * 1000,
            "peak_rss_kib": usage.ru_maxrss,
            "exit_code": os.waitstatus_to_exitcode(status),
        },
        result,
    )
