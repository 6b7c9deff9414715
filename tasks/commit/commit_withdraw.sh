# Takes back a switch that was armed, or announced, and has not happened. Takes root (the deploy path).
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
disarm "$root"
rm -f live.next journal || explain . "cannot close the journal"
flush .
