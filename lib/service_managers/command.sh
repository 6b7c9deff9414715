# The host's own `restart_command`, which can only restart; whether the service is active is not known. `auto` never finds it.
# shellcheck shell=sh disable=SC2154 # the arguments

known() {
  # It is the user's own word that there is a service.
  true
}

restart_service() {
  # It may hold a password: it is read, so that it is in no list of processes.
  LOCKSTEP_COMMAND=$command
  export LOCKSTEP_COMMAND
  # shellcheck disable=SC2016
  detached as_before sh -c 'command=$LOCKSTEP_COMMAND; unset LOCKSTEP_COMMAND; eval "$command"'
  code=$?
  case $code in
    0) ;;
    126 | 127) untried "the command in restart_command does not exist (exit code $code)" ;;
    *) fail "restart_command exited with code $code" ;;
  esac
}

stay_active() {
  :
}
