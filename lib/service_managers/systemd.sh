# systemd: a unit, by `systemctl`.
# shellcheck shell=sh disable=SC2154,SC2034 # the arguments

manages() {
  if ! has systemctl; then return 1; fi
  # If it did not boot the device, another manager may look after services.
  if [ ! -d /run/systemd/system ]; then return 2; fi
}

look() {
  if ! state=$(systemctl show -p Id -p LoadState -p ActiveState -p CanStart -p CanStop -p InvocationID "$service" 2>/dev/null); then
    # If systemd did not boot the device, it knows no unit; if it did, it owes an answer.
    if [ -d /run/systemd/system ]; then echo "silent=yes"; fi
    state=
  fi
  case $nl$state in
    *"${nl}Id="*)
      unit=${nl}$state
      unit=${unit#*"${nl}Id="}
      unit=${unit%%"$nl"*}
      ;;
  esac
  # Its usual name is how it was written, with or without the suffix; an alias leads to another.
  case $unit in "" | "$service.service" | *[!A-Za-z0-9_@:.+\\-]*) unit=$service ;; esac
  case $state in *ActiveState=active*) active=yes ;; *ActiveState=*) active=no ;; esac
  printf '%s\n' "$state"
}

known() {
  case $state in
    *LoadState=loaded* | *LoadState=masked* | *LoadState=bad-setting* | *LoadState=error*) ;;
    *) return 1 ;;
  esac
}

forms() {
  # The rule may have an alias.
  names=
  for name in "$service" "${service%.service}" "${service%.service}.service" "$unit" "${unit%.service}" "${unit%.service}.service"; do
    case " $names " in *" $name "*) ;; *) names="$names $name" ;; esac
  done
  for verbs in stop+start restart; do
    for program in systemctl /usr/bin/systemctl /bin/systemctl; do
      for name in $names; do form "$verbs" "$program % $name"; done
    done
  done
}

# shown NAME: a property of the unit, of those in $properties.
shown() {
  rest=${nl}$properties$nl
  case $rest in *"${nl}$1="*)
    rest=${rest#*"${nl}$1="}
    echo "${rest%%"$nl"*}"
    ;;
  esac
}

# With what tells one start from another.
activity() {
  properties=$(systemctl show -p ActiveState -p SubState -p MainPID -p NRestarts "$service")
  case $(shown ActiveState) in
    active) echo "active, process $(shown MainPID), restart $(shown NRestarts)" ;;
    "") echo "systemd does not say" ;;
    *) echo "$(shown ActiveState) ($(shown SubState))" ;;
  esac
}

still_fit() {
  case $(systemctl show -p LoadState "$service" 2>/dev/null) in
    *LoadState=masked*) die unsuitable "$service is masked by now" ;;
    *LoadState=not-found*) die unsuitable "the device no longer knows $service" ;;
    *LoadState=*) ;;
    *) die not-tried "systemd does not answer" ;;
  esac
}

log() {
  service_log "$service" "$root"
}

verdict() {
  properties=$(systemctl show -p Result -p ExecMainStatus -p NRestarts "$service" 2>/dev/null)
  case $(shown Result) in "" | success) ;; *)
    echo "; Result=$(shown Result), ExecMainStatus=$(shown ExecMainStatus), NRestarts=$(shown NRestarts)"
    ;;
  esac
}

# systemd reads a unit's file that has changed since it last did.
reload_units() {
  case $(systemctl show -p NeedDaemonReload "$service" 2>/dev/null) in
    *NeedDaemonReload=yes*)
      # shellcheck disable=SC2086
      ${by:+$by -n} systemctl daemon-reload || fail "the unit of $service has changed on the disk, and systemctl daemon-reload is not allowed"
      ;;
  esac
}

# A unit that was started too often lately (it kept dying on the set before) is refused for a while, for seconds as systemd comes: it is asked
# again until then. A start that is refused is no new invocation, and older versions say why.
start_unit() {
  # A unit that failed too often is not started again before this; a user who may not do it does not need it either.
  control reset-failed 2>/dev/null
  late=$(($(date +%s) + limit))
  before=$(systemctl show -p InvocationID "$service")
  until control "$1"; do
    if [ "$(systemctl show -p InvocationID "$service")" != "$before" ]; then return 1; fi
    refused
    case $before in
      *InvocationID=*) ;;
      *) case $(systemctl show -p Result "$service") in Result=start-limit*) ;; *) return 1 ;; esac ;;
    esac
    if [ "$(date +%s)" -ge "$late" ]; then untried "$service was not started within $limit s"; fi
    sleep 1
  done
}

stop_unit() {
  control stop
}

not_stopped() {
  untried "$service could not be stopped"
}
