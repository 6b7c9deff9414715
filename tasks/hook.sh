# Runs a hook of the user's. Takes command (a line of shell), run, device (the host's name), release, version (of the release, or empty) and
# ended (how the host ended, or empty).
# shellcheck shell=sh disable=SC2154 # the arguments
LOCKSTEP_RUN=$run
LOCKSTEP_HOST=$device
LOCKSTEP_RELEASE=$release
LOCKSTEP_VERSION=$version
LOCKSTEP_STATUS=$ended
export LOCKSTEP_RUN LOCKSTEP_HOST LOCKSTEP_RELEASE LOCKSTEP_VERSION LOCKSTEP_STATUS
as_before sh -c "$command"
