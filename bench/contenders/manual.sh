#!/bin/sh
# The deployment manual's steps 1 to 5 for one device, with its own commands: DEPLOY_HOST and DEPLOY_PATH are the arguments, ARTIFACTS_DIR and
# SSH_CONFIG come from the environment. Without its steps 6 and 7: the bench's devices run no service.
# shellcheck disable=SC2029 # what the manual hands to the device is meant to be expanded here
set -eu
DEPLOY_HOST=$1
DEPLOY_PATH=$2

on_device() { ssh -F "$SSH_CONFIG" "$DEPLOY_HOST" "$1"; }

# name and digest of every listed file
listed() { jq -r '.artifacts_manifest // {} | to_entries[] | "\(.key) \(.value.sha256 // .value)"' metadata.json; }

# deploy NAME: upload, compare, move
deploy() {
  expected=$(sha256sum "$1" | cut -d' ' -f1)
  temp=/tmp/$(basename "$1").new.$$
  scp -q -F "$SSH_CONFIG" "$1" "$DEPLOY_HOST:$temp"
  remote=$(on_device "sha256sum $temp | cut -d' ' -f1")
  if [ "$remote" != "$expected" ]; then
    echo "ERROR: checksum mismatch for $1: expected $expected, remote $remote" >&2
    on_device "rm -f $temp"
    exit 1
  fi
  final=$DEPLOY_PATH/artifacts_phase2/$1
  on_device "mkdir -p $(dirname "$final") && mv $temp $final"
}

cd "$ARTIFACTS_DIR"

# Step 1
listed | while read -r name expected; do
  [ "$(sha256sum "$name" | cut -d' ' -f1)" = "$expected" ] || { echo "ERROR: $name: checksum mismatch" >&2; exit 1; }
done

# Step 2
backup=$DEPLOY_PATH/backup/$(date +%Y%m%d-%H%M%S)
on_device "
  if [ -d $DEPLOY_PATH/artifacts_phase2 ]; then
    mkdir -p $backup
    cp -r $DEPLOY_PATH/artifacts_phase2/* $backup/
  fi
"

# Steps 3 and 4
for name in $(listed | cut -d' ' -f1); do deploy "$name"; done
deploy metadata.json

# Step 5
on_device "
  cd $DEPLOY_PATH/artifacts_phase2 &&
    jq -r '.artifacts_manifest // {} | to_entries[] | \"\(.value.sha256 // .value)  \(.key)\"' metadata.json | sha256sum -c --quiet
"
