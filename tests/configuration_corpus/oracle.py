"""Ansible's `ansible-config dump` as a long-lived process: reads questions (JSON, one a line) from stdin, answers each with a line of JSON.

A question names a folder to work in and an environment. Each is answered by a process of its own, forked before Ansible has read any
configuration, which runs the program's own class for the settings of all, of the connection ssh and of sudo. The answer is the exit code and
what it prints: three lists.
"""
import json
import os
import sys

# What takes long to load and reads no configuration.
import configparser  # noqa: F401
import jinja2.nativetypes  # noqa: F401
import yaml  # noqa: F401

PARTS = [[], ["-t", "connection", "ssh"], ["-t", "become", "sudo"]]


def answer(question):
    os.chdir(question["cwd"])
    os.environ.clear()
    os.environ.update(question["env"])
    from ansible import context
    from ansible.cli.config import ConfigCLI
    from ansible.utils.context_objects import CLIArgs

    def set_context(options):
        context.CLIARGS = CLIArgs.from_options(options)

    context._init_global_context = set_context
    for part in PARTS:
        ConfigCLI(["ansible-config", "dump", "--only-changed", "--format", "json", *part]).run()
        print("\0", flush=True)


for line in sys.stdin:
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writable, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        status = 1
        try:
            answer(json.loads(line))
            status = 0
        except BaseException:
            pass
        sys.stdout.flush()
        os._exit(status)
    os.close(writable)
    with os.fdopen(readable, encoding="utf-8", errors="replace") as output:
        text = output.read()
    _, status = os.waitpid(child, 0)
    print(json.dumps({"status": os.waitstatus_to_exitcode(status), "text": text}), flush=True)
