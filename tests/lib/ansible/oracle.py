"""Reads cases (inventory texts and patterns) from stdin and prints what Ansible makes of them, all in one process."""
import json
import os
import sys
import tempfile

from ansible.cli.inventory import INTERNAL_VARS
from ansible.inventory.manager import InventoryManager
from ansible.parsing.ajson import AnsibleJSONEncoder
from ansible.parsing.dataloader import DataLoader
from ansible.vars.manager import VariableManager


def evaluate(case):
    loader = DataLoader()
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, text in enumerate(case["texts"]):
            files.append(os.path.join(folder, "%d.yaml" % number))
            with open(files[-1], "w", encoding="utf-8") as file:
                file.write(text)
        inventory = InventoryManager(loader, sources=files)
        manager = VariableManager(loader=loader, inventory=inventory)
        hosts = []
        for host in inventory.get_hosts():
            found = manager.get_vars(host=host, include_hostvars=False, stage="all")
            hosts.append([host.name, {name: value for name, value in found.items() if name not in INTERNAL_VARS}])
        selected = []
        for pattern in case["patterns"]:
            selected.append([host.name for host in inventory.get_hosts(pattern)])
        groups = {
            name: [[host.name for host in group.hosts], [child.name for child in group.child_groups]]
            for name, group in inventory.groups.items()
        }
        return {"hosts": hosts, "groups": groups, "selected": selected}


json.dump([evaluate(case) for case in json.load(sys.stdin)], sys.stdout, cls=AnsibleJSONEncoder)
