# Restarts the service and waits until it is active and stays so, behind service_control.sh, which says what it is given and what it ends with.
# shellcheck shell=sh disable=SC2154
restart_service
if [ "$manager" != command ]; then stay_active; fi

if state "$root" && [ -f journal ]; then
  # shellcheck disable=SC2094 # another file
  { grep -v '^restarted=' journal; echo restarted=yes; } >journal.next && flush journal.next && mv journal.next journal && flush .
fi
