# How a service is started and stopped, for the programs that come behind this. $1: deploy path, $2: manager, $3: service, $4: restart command, $5: seconds
# until active, $6: seconds that it must stay active, $7: yes, or what may restart it: "sudo VERBS WORD...", or doas, where VERBS is stop+start
# or restart, and the word % is the verb.
#
# It ends with service where the service was started on the set that is live and failed, which the release is blamed for; with another kind
# where it could not be tried.
# shellcheck shell=sh
root=$1
manager=$2
service=$3
command=$4
limit=$5
settle=$6
plain_name "$service"
by=
words=
case $7 in "sudo "* | "doas "*)
  by=${7%% *}
  words=${7#* }
  ;;
esac
case $by$manager in
  systemd) words="stop+start systemctl % $service" ;;
  openrc) words="restart rc-service $service %" ;;
  runit) words="restart sv % $service" ;;
  sysv) words="stop+start /etc/init.d/$service %" ;;
esac
verbs=${words%% *}
words=${words#* }

# control VERB: has the service manager do it, by sudo where needed.
control() {
  said "${by:+$by -n}" "$1" "$words"
}

# pause: a short wait, where sleep knows fractions.
pause() {
  sleep 0.2 2>/dev/null || sleep 1
}

# shown NAME: a property of the unit, of those in $properties.
shown() {
  # shellcheck disable=SC2154 # nl is the prelude's
  rest=${nl}$properties$nl
  case $rest in *"${nl}$1="*)
    rest=${rest#*"${nl}$1="}
    echo "${rest%%"$nl"*}"
    ;;
  esac
}

# activity: "active", or another word; for systemd with what tells one start from another.
activity() {
  case $manager in
    systemd)
      properties=$(systemctl show -p ActiveState -p SubState -p MainPID -p NRestarts "$service")
      case $(shown ActiveState) in
        active) echo "active, process $(shown MainPID), restart $(shown NRestarts)" ;;
        "") echo "systemd does not say" ;;
        *) echo "$(shown ActiveState) ($(shown SubState))" ;;
      esac
      ;;
    openrc) if rc-service "$service" status >/dev/null 2>&1; then echo active; else echo "not active"; fi ;;
    runit) case $(sv status "$service") in run:*) echo active ;; *) echo "not active" ;; esac ;;
    sysv) if "/etc/init.d/$service" status >/dev/null 2>&1; then echo active; else echo "not active"; fi ;;
  esac
}

# What a restart prints is kept for a failure, where only we can read it. It is opened from the state folder, and run from where we were.
here=${LOCKSTEP_HERE:-$(pwd)}
if state "$root" && rm -f restart.log && (umask 077 && : >restart.log); then exec 9>>restart.log; else exec 9>/dev/null; fi 2>/dev/null
cd "$here" || exit 1

# detached COMMAND...: what it leaves running must not hold the streams of this session.
detached() {
  "$@" </dev/null >&9 2>&1 9>&-
}

# start_unit VERB: starts the unit. One that was started too often lately (it kept dying on the set before) is refused for a while, for seconds as
# systemd comes: it is asked again until then. A start that is refused is no new invocation, and older versions say why.
start_unit() {
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

# verdict: what systemd makes of it, where that is not success.
verdict() {
  if [ "$manager" != systemd ]; then return; fi
  properties=$(systemctl show -p Result -p ExecMainStatus -p NRestarts "$service" 2>/dev/null)
  case $(shown Result) in "" | success) ;; *)
    echo "; Result=$(shown Result), ExecMainStatus=$(shown ExecMainStatus), NRestarts=$(shown NRestarts)"
    ;;
  esac
}

# refused: ends where nobody was let to do anything.
refused() {
  if [ -n "$by" ]; then
    for verb in stop start restart; do
      case +$verbs+ in *"+$verb+"*) said "granted $by" "$verb" "$words" || die privilege "$by does not let us $verb $service any more, or asks for a password" ;; esac
    done
  fi
  if [ "$manager" = systemd ]; then
    case $(systemctl show -p LoadState "$service" 2>/dev/null) in
      *LoadState=masked*) die unsuitable "$service is masked by now" ;;
      *LoadState=not-found*) die unsuitable "the device does not know $service any more" ;;
      *LoadState=*) ;;
      *) die not-tried "systemd does not answer" ;;
    esac
  fi
}

# log: what the service itself said.
log() {
  case $manager in
    systemd) service_log "$service" "$root" ;;
    *) service_log "" "$root" ;;
  esac
}

# untried MESSAGE: ends where the service was not started on the set that is live now.
untried() {
  refused
  log
  die not-tried "$1; that says nothing of the release, which is not marked as failed"
}

# fail MESSAGE: ends where the service failed on the set that is live now.
fail() {
  log
  die service "$1$(verdict)"
}

# start_service: starts it. Who may only restart it does that: it starts what does not run.
start_service() {
  how=start
  if [ -n "$by" ]; then how=${verbs#stop+}; fi
  if [ "$manager" = systemd ]; then
    # A unit that failed too often is not started again before this; whoever may not do it does not need it either.
    control reset-failed 2>/dev/null
    start_unit "$how" || fail "$service failed to start"
  elif ! detached control "$how"; then
    refused
    fail "$service failed to start"
  fi
}

# stop_service: stops it.
stop_service() {
  if [ -n "$by" ] && [ "$verbs" = restart ]; then die privilege "$by lets us restart $service, not stop it"; fi
  if [ "$manager" = systemd ]; then control stop; else detached control stop; fi
}

# restart_service: stops it and starts it, in the manager's own way where it has one.
restart_service() {
  case $manager in
    command)
      # It may hold a password: it is read, so that it is in no list of processes.
      LOCKSTEP_COMMAND=$command
      export LOCKSTEP_COMMAND
      # shellcheck disable=SC2016
      detached as_before sh -c 'command=$LOCKSTEP_COMMAND; unset LOCKSTEP_COMMAND; eval "$command"'
      code=$?
      case $code in
        0) ;;
        126 | 127) untried "there is no such command as restart_command says (exit code $code)" ;;
        *) fail "restart_command ended with exit code $code" ;;
      esac
      ;;
    systemd)
      if [ "$verbs" != restart ]; then control stop || untried "$service could not be stopped"; fi
      # A unit that failed too often is not started again before this; whoever may not do it does not need it either.
      control reset-failed 2>/dev/null
      start_unit "${verbs#stop+}" || fail "$service failed to start"
      ;;
    *)
      if [ "$verbs" != restart ]; then detached control stop; fi
      if ! detached control "${verbs#stop+}"; then
        refused
        fail "$service failed to start"
      fi
      ;;
  esac
}

# stay_active: waits until it is active, and sees that it stays so.
stay_active() {
  end=$(($(date +%s) + limit))
  until case $(activity) in active*) ;; *) false ;; esac do
    if [ "$(date +%s)" -ge "$end" ]; then
      refused
      fail "$service is not active within $limit s: $(activity)"
    fi
    pause
  done
  first=$(activity)
  case $first in active*) ;; *) fail "$service did not stay active: $first" ;; esac
  # One more, because the clock tells whole seconds and cuts both ends.
  end=$(($(date +%s) + settle + 1))
  while [ "$(date +%s)" -lt "$end" ]; do
    now=$(activity)
    if [ "$now" != "$first" ]; then fail "$service did not stay active for $settle s: $now"; fi
    pause
  done
}
