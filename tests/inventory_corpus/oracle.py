"""Ansible as a long-lived process: reads questions (JSON, one a line) from stdin, answers each with a line of JSON.

A question names a folder to work in, the options of ansible-inventory, and patterns. The answer is what `ansible-inventory --list`
prints and what `ansible PATTERN --list-hosts` names: their own classes are run, only the start of the programs is saved.
"""
import contextlib
import io
import json
import os
import sys

from ansible import context
from ansible.cli import CLI
from ansible.cli.inventory import InventoryCLI
from ansible.utils.helpers import deduplicate_list
from ansible.utils.context_objects import CLIArgs
from ansible.utils.display import Display

NO_MATCH = "Could not match supplied host pattern, ignoring: "
warnings = []


def set_context(options):
    """Ansible keeps the options of its first run for good; here every question has its own."""
    context.CLIARGS = CLIArgs.from_options(options)


context._init_global_context = set_context
Display.warning = lambda self, message, formatted=False: warnings.append(str(message))
Display.deprecated = lambda self, *args, **named: None
# What Ansible wants to say in passing belongs to nobody here; answers go to the true standard output.
answers = os.fdopen(os.dup(1), "w", encoding="utf-8")


def list_of(cli):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            cli.run()
        except SystemExit:
            pass
    return json.loads(printed.getvalue())


def select(inventory, pattern):
    """Hosts in order and the patterns passed over; `error` where Ansible ends with one."""
    del warnings[:]
    inventory.clear_caches()
    try:
        if "@" in pattern:
            # Only --limit reads files, and it keeps the order of `all`: Ansible's own evaluation of the limit has the pattern's.
            limited = CLI.get_host_list(inventory, pattern)
            hosts = deduplicate_list(inventory._evaluate_patterns(inventory._subset))
            assert set(limited) == set(hosts)
        else:
            hosts = CLI.get_host_list(inventory, None, pattern)
        found = {"hosts": [str(host) for host in hosts]}
    except Exception as error:
        found = {"error": str(error)}
    passed_over = [warning[len(NO_MATCH):] for warning in warnings if warning.startswith(NO_MATCH)]
    return {**found, "unmatched": list(dict.fromkeys(passed_over))}


def answer(question):
    os.chdir(question["cwd"])
    args = ["ansible-inventory", *question["args"], "--list"]
    kept = []
    prerequisites = CLI._play_prereqs

    class Cli(InventoryCLI):
        @staticmethod
        def _play_prereqs():
            kept.extend(prerequisites())
            return kept

    del warnings[:]
    try:
        cli = Cli(args)
        found = {"list": list_of(cli)}
        # Python prints an infinity, which no reader of JSON takes.
        json.dumps(found, allow_nan=False)
    except Exception as error:
        return {"error": "\n".join(["%s: %s" % (type(error).__name__, error), *warnings])}
    found["warnings"] = list(warnings)
    found["patterns"] = {pattern: select(kept[1], pattern) for pattern in question["patterns"]}
    return found


for line in sys.stdin:
    answers.write(json.dumps(answer(json.loads(line))) + "\n")
    answers.flush()
