# Takes back a switch that was armed, or announced, and has not happened. $1: deploy path.
# shellcheck shell=sh
cd "$1" || exit 1
disarm
rm -f .lockstep/live.next .lockstep/journal || explain .lockstep "cannot close the journal"
flush .lockstep
