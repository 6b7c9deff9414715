# Restarts the service and waits until it is active and stays so, below service_control.sh, which says what it takes (root, service, command,
# limit, settle, may) and what it ends with.
# shellcheck shell=sh disable=SC2154 # the arguments
begin
restart_service
stay_active

if state "$root" && [ -f journal ]; then
  # shellcheck disable=SC2094 # another file
  { grep -v '^restarted=' journal; echo restarted=yes; } >journal.next && flush journal.next && mv journal.next journal && flush .
fi
