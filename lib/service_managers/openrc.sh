# OpenRC: a script in `/etc/init.d`, by `rc-service`.
# shellcheck shell=sh disable=SC2154,SC2034 # the arguments

manages() {
  has rc-service
}

look() {
  service=$script
  unit=$script
}

known() {
  [ -x "/etc/init.d/$service" ]
}

is_active() {
  rc-service "$service" status >/dev/null 2>&1 || return 1
}

forms() {
  for verbs in restart stop+start; do
    for program in rc-service /sbin/rc-service /usr/sbin/rc-service; do form "$verbs" "$program $service %"; done
    form "$verbs" "/etc/init.d/$service %"
  done
}
