"""Reads the live set of a device in a loop, as a service would, and ends with 1 at the first thing that must not be seen.

watch.py LIVE SETS: SETS is JSON, for every set that may be live the digest of its files by name, metadata.json among them. Two ways by turns:
  - the live name is opened once, and all files through that folder: they must be one set, whole;
  - each file is opened by the live name: it must be there, and be that of one of the sets.
Ends when its standard input ends, and prints what it has seen, as JSON.
"""

import hashlib
import json
import os
import select
import sys

live, sets = sys.argv[1], json.loads(sys.argv[2])
seen = {"reads": 0, "switches": 0, "moved": 0}


def fail(message):
    print(message, flush=True)
    sys.exit(1)


def digest(path, folder=None):
    file = os.open(path, os.O_RDONLY, dir_fd=folder)
    try:
        sha = hashlib.sha256()
        while chunk := os.read(file, 1 << 20):
            sha.update(chunk)
        return sha.hexdigest()
    finally:
        os.close(file)


def names(folder, prefix=""):
    found = []
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            inner = os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=folder)
            try:
                found += names(inner, prefix + entry.name + "/")
            finally:
                os.close(inner)
        else:
            found.append(prefix + entry.name)
    return found


def same_folder(folder):
    now, then = os.stat(live), os.fstat(folder)
    return (now.st_dev, now.st_ino) == (then.st_dev, then.st_ino)


def read_at_once():
    """Returns the set's metadata digest, or None where the set was replaced and then removed while it was read."""
    try:
        folder = os.open(live, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        fail(f"the live name cannot be opened: {error}")
    try:
        try:
            found = {name: digest(name, folder) for name in names(folder)}
        except FileNotFoundError as error:
            found = str(error)
        if found in sets:
            return found["metadata.json"]
        # Once it is not live any more, it may be removed.
        try:
            moved = not same_folder(folder)
        except OSError as error:
            fail(f"the live name cannot be followed: {error}")
        if not moved:
            fail(f"the live set is none of ours: {found}")
        seen["moved"] += 1
        return None
    finally:
        os.close(folder)


def read_by_name():
    for name in sets[0]:
        try:
            found = digest(os.path.join(live, name))
        except OSError as error:
            fail(f"{name} cannot be opened by the live name: {error}")
        if all(found != files[name] for files in sets):
            fail(f"{name} is of none of the sets: {found}")


last = None
while not select.select([sys.stdin], [], [], 0)[0]:
    metadata = read_at_once()
    if metadata is not None:
        seen["switches"] += last is not None and metadata != last
        last = metadata
    read_by_name()
    seen["reads"] += 1
print(json.dumps(seen), flush=True)
