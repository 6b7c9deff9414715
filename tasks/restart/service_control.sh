# How a service is started and stopped, for the programs that come below this. They take root: the deploy path, service, command: the host's
# restart_command, limit: seconds until it must be active, settle: seconds that it must stay active, and may: yes, or what may restart it:
# "sudo VERBS WORD...", or doas, where VERBS is stop+start or restart, and the word % is the verb. They call `begin` first. Between this and
# them are the functions of the device's own service manager, in place of some of these.
#
# It ends with service if the service was started on the set that is live and failed, which the release is blamed for; with another kind if it
# could not be tried.
# shellcheck shell=sh disable=SC2154,SC2034,SC2317 # the arguments, and what the functions of a manager use

# begin: finds out how the service manager is told, and opens what takes the output of that.
begin() {
  plain_name "$service"
  # It is called as the device calls it.
  unit=$service
  by=
  case $may in
    "sudo "* | "doas "*)
      by=${may%% *}
      words=${may#* }
      ;;
    *)
      words=$(forms)
      words=${words%%"$nl"*}
      ;;
  esac
  verbs=${words%% *}
  words=${words#* }
  # What a restart prints is kept for a failure, where only we can read it. It is opened from the state folder, and run from where we were.
  here=${LOCKSTEP_HERE:-$(pwd)}
  if state "$root" && rm -f restart.log && (umask 077 && : >restart.log); then exec 9>>restart.log; else exec 9>/dev/null; fi 2>/dev/null
  cd "$here" || exit 1
}

# forms: all ways to tell the service manager, the best first, a line for each, by form.
forms() { :; }

# form VERBS WORDS: one of them.
form() {
  printf '%s %s\n' "$1" "$2"
}

# control VERB: has the service manager do it, by sudo if needed.
control() {
  said "${by:+$by -n}" "$1" "$words"
}

# detached COMMAND...: what it leaves running must not hold the streams of this session.
detached() {
  "$@" </dev/null >&9 2>&1 9>&-
}

# pause: a short wait, if sleep knows fractions.
pause() {
  sleep 0.2 2>/dev/null || sleep 1
}

# is_active: whether it is active.
is_active() { false; }

# activity: "active", or another word.
activity() {
  if is_active; then echo active; else echo "not active"; fi
}

# still_fit: ends if the service cannot be started any more, no matter who asks.
still_fit() { :; }

# log: what the service itself said.
log() { service_log "" "$root"; }

# verdict: what the service manager makes of it, if that is not success.
verdict() { :; }

# reload_units: has the service manager read what has changed of the service.
reload_units() { :; }

# start_unit VERB: starts it by this verb.
start_unit() {
  if detached control "$1"; then return; fi
  refused
  return 1
}

# stop_unit: stops it.
stop_unit() { detached control stop; }

# not_stopped: what follows if it could not be stopped and should be started. A script may fail because nothing runs.
not_stopped() { :; }

# refused: ends if nobody was allowed to do anything.
refused() {
  if [ -n "$by" ]; then
    for verb in stop start restart; do
      case +$verbs+ in *"+$verb+"*) said "granted $by" "$verb" "$words" || die privilege "$by no longer lets us $verb $service, or asks for a password" ;; esac
    done
  fi
  still_fit
}

# untried MESSAGE: ends if the service was not started on the set that is live now.
untried() {
  refused
  log
  die not-tried "$1; that says nothing about the release, which is not marked as failed"
}

# fail MESSAGE: ends if the service failed on the set that is live now.
fail() {
  log
  die service "$1$(verdict)"
}

# restart_service: stops it and starts it, in the manager's own way if it has one.
restart_service() {
  if [ "$verbs" != restart ]; then stop_unit || not_stopped; fi
  start_unit "${verbs#stop+}" || fail "$service failed to start"
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
