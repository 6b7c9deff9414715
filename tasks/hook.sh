# Runs a hook of the user's. $1: the command, as a line of shell, $2: the run, $3: the host, $4: the release, $5: its version or empty, $6: how the
# host ended or empty.
# shellcheck shell=sh
LOCKSTEP_RUN=$2
LOCKSTEP_HOST=$3
LOCKSTEP_RELEASE=$4
LOCKSTEP_VERSION=$5
LOCKSTEP_STATUS=$6
export LOCKSTEP_RUN LOCKSTEP_HOST LOCKSTEP_RELEASE LOCKSTEP_VERSION LOCKSTEP_STATUS
as_before sh -c "$1"
