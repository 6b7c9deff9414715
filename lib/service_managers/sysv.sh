# SysV init: a script in `/etc/init.d`, run as it is.
# shellcheck shell=sh disable=SC2154,SC2034 # the arguments

manages() {
  [ -x "/etc/init.d/$script" ]
}

look() {
  service=$script
  unit=$script
}

known() {
  [ -x "/etc/init.d/$service" ]
}

is_active() {
  if "/etc/init.d/$service" status >/dev/null 2>&1; then return 0; fi
  # A script that does not know status exits as one whose service is stopped does: with 1 or 3.
  if grep -q status "/etc/init.d/$service" 2>/dev/null; then return 3; fi
  return 2
}

forms() {
  for verbs in stop+start restart; do
    form "$verbs" "/etc/init.d/$service %"
    for program in service /usr/sbin/service /sbin/service; do form "$verbs" "$program $service %"; done
  done
}
