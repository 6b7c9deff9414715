# Takes back a switch that was armed, or announced, and has not happened. $1: deploy path.
# shellcheck shell=sh
own "$1"
disarm "$1"
rm -f live.next journal || explain . "cannot close the journal"
flush .
