"""Ansible as a long-lived process: reads questions (JSON, one a line) from stdin, answers each with a line of JSON.

A question names a folder to work in, the options of ansible-inventory, and patterns. The answer is what `ansible-inventory --list`
prints and what `ansible PATTERN --list-hosts` names: their own classes are run, only the start of the programs is saved.
"""
import contextlib
import datetime
import io
import json
import os
import sys

from ansible import context
from ansible.cli import CLI
from ansible.cli.inventory import InventoryCLI
from ansible.errors import AnsibleError
from ansible.inventory import group
from ansible.parsing.yaml.objects import AnsibleVaultEncryptedUnicode
from ansible.playbook.play import Play
from ansible.plugins.loader import vars_loader
from ansible.plugins.inventory.ini import InventoryModule
from ansible.release import __version__
from ansible.template import Templar
from ansible.utils.context_objects import CLIArgs
from ansible.utils.display import Display
from ansible.utils.helpers import deduplicate_list
from ansible.utils.shlex import shlex_split
from ansible.vars.hostvars import HostVars

NO_MATCH = "Could not match supplied host pattern, ignoring: "
warnings = []


class InOrder(dict):
    """A set that keeps the order of its members."""

    def __init__(self, members=()):
        super().__init__(dict.fromkeys(members))

    def add(self, member):
        self[member] = None

    def remove(self, member):
        del self[member]

    def update(self, members):
        for member in members:
            self[member] = None

    def difference_update(self, members):
        for member in list(members):
            self.pop(member, None)


def set_context(options):
    """Ansible keeps the options of its first run for good; here every question has its own."""
    context.CLIARGS = CLIArgs.from_options(options)


context._init_global_context = set_context
# Below the third level the order of hosts follows the addresses of Python's objects, another one at every run: here it is that of
# the groups, which is one of those.
group.set = InOrder
Display.warning = lambda self, message, formatted=False: warnings.append(str(message))
Display.deprecated = lambda self, *args, **named: None
# For every host and group Ansible looks for its plugins anew, which takes half of the time; here they stay the same.
vars_plugins = list(vars_loader.all())
vars_loader.all = lambda *args, **named: iter(vars_plugins)
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


def secrets_of(inventory, manager):
    """The plain values of the encrypted variables, by host; null where there is no password."""
    secrets = {}
    for host in inventory.get_hosts():
        for name, value in manager.get_vars(host=host, include_hostvars=False, stage="all").items():
            if isinstance(value, AnsibleVaultEncryptedUnicode):
                try:
                    plain = value.data
                except AnsibleError:
                    plain = None
                secrets.setdefault(host.name, {})[name] = plain if plain != value._ciphertext.decode() else None
    return secrets


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


def rendered(loader, inventory, manager, name):
    """What every variable of a host comes to, as in a play."""
    HostVars(inventory, manager, loader)
    play = Play().load({"hosts": "all", "gather_facts": False, "name": "corpus", "tasks": []}, variable_manager=manager, loader=loader)
    host = inventory.get_host(name)
    variables = manager.get_vars(play=play, host=host)
    magic = MAGIC | set(host.get_magic_vars()) | set(manager._options_vars)
    names = [name for name in manager.get_vars(host=host, include_hostvars=False) if name not in magic]
    found = {}
    for name in sorted(set(names)):
        try:
            value = Templar(loader=loader, variables=variables).template(variables[name])
            if value == variables["omit"]:
                found[name] = {"omitted": True}
            else:
                found[name] = {"value": json.loads(json.dumps(value, default=as_json, allow_nan=False))}
        except Exception as error:
            found[name] = {"error": "%s: %s" % (type(error).__name__, error)}
    return found


MAGIC = {
    "ansible_facts", "ansible_playbook_python", "ansible_config_file", "environment", "groups", "inventory_dir", "inventory_file", "omit",
    "playbook_dir",
}


def as_json(value):
    if isinstance(value, AnsibleVaultEncryptedUnicode):
        return value.data
    if isinstance(value, (set, tuple)):
        return sorted(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


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
    found["secrets"] = secrets_of(kept[1], kept[2]) if question.get("secrets", True) else {}
    found["rendered"] = {name: rendered(*kept, name) for name in question.get("render", []) if kept[1].get_host(name)}
    found["patterns"] = {pattern: select(kept[1], pattern) for pattern in question["patterns"]}
    return found


def piece(read, text):
    """One value or its absence: `error` where Ansible ends with one, `other` where JSON has no word for it."""
    try:
        value = read(text)
    except Exception as error:
        return {"error": "%s: %s" % (type(error).__name__, error)}
    try:
        return {"value": json.loads(json.dumps(value, allow_nan=False))}
    except (TypeError, ValueError):
        return {"other": repr(value)}


READERS = {
    "literals": InventoryModule._parse_value,
    "words": lambda text: shlex_split(text, comments=True),
}

for line in sys.stdin:
    question = json.loads(line)
    if "read" in question:
        found = [piece(READERS[question["read"]], text) for text in question["texts"]]
    else:
        found = __version__ if "version" in question else answer(question)
    answers.write(json.dumps(found) + "\n")
    answers.flush()
