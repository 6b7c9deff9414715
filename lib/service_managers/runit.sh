# runit: a folder in `/etc/service`, `/var/service` or `/service`, by `sv`.
# shellcheck shell=sh disable=SC2154,SC2034 # the arguments

manages() {
  has sv && { [ -d "/etc/service/$script" ] || [ -d "/var/service/$script" ] || [ -d "/service/$script" ]; }
}

look() {
  service=$script
  unit=$script
}

known() {
  [ -d "/etc/service/$service" ] || [ -d "/var/service/$service" ] || [ -d "/service/$service" ]
}

is_active() {
  case $(sv status "$service") in run:*) ;; *) return 1 ;; esac
}

forms() {
  for verbs in restart stop+start; do
    for program in sv /usr/bin/sv /bin/sv /sbin/sv; do form "$verbs" "$program % $service"; done
  done
}
