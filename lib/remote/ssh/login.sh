# Puts away what a login has set, so that the programs of a device do the same on all of them: with POSIXLY_CORRECT, say, systemctl takes an
# option behind its verb for a unit. It comes over standard input, in one line (so each line here is whole, and ends in ; or in a word that
# may be followed by a space), before anything else of ours is set: what a login calls by such a name would be put away, too.
#
# What our programs need stays: where programs and their libraries are, who we are, and how a server is reached. The rest is kept under another
# name, for the user's own commands (see as_before in prelude.sh).
# shellcheck shell=sh disable=SC2016,SC2034,SC3040,SC3044 # for the loop, which evaluates it; what bash alone knows
LOCKSTEP_LOGIN=;
# First of all, because it says what is a letter.
if [ -n "${LC_ALL+set}" ]; then
  LOCKSTEP_LOGIN=LC_ALL;
  export "LOCKSTEP_LOGIN_LC_ALL=$LC_ALL";
fi;
LC_ALL=C;
export LC_ALL;
IFS=$LOCKSTEP_NL;
set -f;
# A value of several lines may look like another name here: one that is not set is skipped.
for LOCKSTEP_WORD in $(export -p); do
  LOCKSTEP_WORD=${LOCKSTEP_WORD#export };
  LOCKSTEP_WORD=${LOCKSTEP_WORD%%=*};
  case $LOCKSTEP_WORD in
    "" | [0-9]* | *[!A-Za-z0-9_]*) ;;
    _ | IFS | LC_ALL | LOCKSTEP_* | BASHOPTS | BASH_VERSINFO | SHELLOPTS | UID | EUID | PPID) ;;
    PATH | LD_LIBRARY_PATH | PWD | OLDPWD | HOME | USER | LOGNAME | SUDO_*) ;;
    *_proxy | *_PROXY | SSL_CERT_* | CURL_CA_BUNDLE) ;;
    *)
      if eval "[ -n \"\${$LOCKSTEP_WORD+set}\" ]"; then
        eval "export LOCKSTEP_LOGIN_$LOCKSTEP_WORD=\"\$$LOCKSTEP_WORD\"";
        unset "$LOCKSTEP_WORD";
        LOCKSTEP_LOGIN="$LOCKSTEP_LOGIN $LOCKSTEP_WORD";
      fi
      ;;
  esac;
done;
unset IFS;
set +f;
export LOCKSTEP_LOGIN;
# bash takes options and functions from the environment, too, and without POSIXLY_CORRECT it is no longer what it is as sh.
if shopt -u dotglob failglob nocaseglob nocasematch nullglob xpg_echo; then
  set -o posix;
  set +o pipefail;
  for LOCKSTEP_WORD in $(declare -F); do
    case $LOCKSTEP_WORD in declare | -*) ;; *) unset -f "$LOCKSTEP_WORD" ;; esac;
  done;
fi 2>/dev/null;
# What runs a program once it is defined.
run='arguments; eval "$LOCKSTEP_ARGUMENTS"; "$@"'
