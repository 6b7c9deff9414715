"""Runs one command and writes what it cost as JSON: python3 measure.py FILE COMMAND [ARGUMENT...]

wall_ms         from its start to its end
own_cpu_ms      user + system time of its own process
children_cpu_ms the same of all that it started, those too that it left behind
peak_rss_kib    of its process, or of its largest child where that was larger
tree_peak_kib   the most that it, and all that it started for themselves alone, held at once
traffic_bytes   what went over loopback meanwhile, both ways, headers too: on a quiet machine, its own
exit_code       negative: ended by that signal

Deno tells no child's usage, and /usr/bin/time does not tell a process from its children. What the command leaves behind (ssh's
masters, which would make the next run cheaper) is ended, when the clock has stopped.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:  # The process has ended, or is not ours to look into.
        return ""


def descendants(pid):
    """Every process below this one. The kernel lists children by the thread that started them."""
    found = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for thread in threads:
        for child in read(f"/proc/{pid}/task/{thread}/children").split():
            found += [int(child), *descendants(int(child))]
    return found


def private_kib(pid):
    """Resident memory that no other process shares."""
    lines = read(f"/proc/{pid}/smaps_rollup").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))


def resident_kib(pid):
    fields = read(f"/proc/{pid}/statm").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") // 1024 if fields else 0


class TreePeak(threading.Thread):
    """Looks at the tree's memory again and again, and takes 3 % of a processor at most for it."""

    def __init__(self, main):
        super().__init__(daemon=True)
        self.main = main
        self.peak_kib = 0
        self.ended = threading.Event()

    def run(self):
        pause = 0.05
        while not self.ended.wait(pause):
            begun = time.thread_time()
            others = (pid for pid in descendants(os.getpid()) if pid != self.main)
            self.peak_kib = max(self.peak_kib, resident_kib(self.main) + sum(map(private_kib, others)))
            pause = max(0.1, 30 * (time.thread_time() - begun))


def children_cpu():
    """Seconds of all that has been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def loopback_bytes():
    for line in read("/proc/net/dev").splitlines():
        name, _, counts = line.partition(":")
        if name.strip() == "lo":
            return int(counts.split()[0])
    return 0


def end_leftovers():
    """Ends what the command left behind, and takes it into account."""
    deadline = time.monotonic() + 5
    while left := descendants(os.getpid()):
        for pid in left:
            try:
                os.kill(pid, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
        except ChildProcessError:
            pass
        time.sleep(0.01)


file, command = sys.argv[1], sys.argv[2:]
# What its parent leaves behind becomes our child.
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
# A wrapper that became this very process (pyenv's, say) may have had children of its own.
before = children_cpu()
traffic = loopback_bytes()
start = time.monotonic()
main = os.posix_spawnp(command[0], command, os.environ)
tree = TreePeak(main)
tree.start()
# Ended, but not yet taken away: /proc still tells it from its children.
os.waitid(os.P_PID, main, os.WEXITED | os.WNOWAIT)
wall = time.monotonic() - start
tree.ended.set()
tree.join()
# The program's name, in parentheses, may hold spaces. Behind it: state, parent, ..., utime, stime.
own = sum(map(int, read(f"/proc/{main}/stat").rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
_, status, usage = os.wait4(main, 0)
end_leftovers()
with open(file, "w", encoding="utf-8") as result:
    json.dump(
        {
            "wall_ms": wall * 1000,
            "own_cpu_ms": own * 1000,
            "children_cpu_ms": max(0, children_cpu() - before - own) * 1000,
            "peak_rss_kib": usage.ru_maxrss,
            "tree_peak_kib": max(tree.peak_kib, usage.ru_maxrss),
            "traffic_bytes": loopback_bytes() - traffic,
            "exit_code": os.waitstatus_to_exitcode(status),
        },
        result,
    )
