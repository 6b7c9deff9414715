# The session loop: reads framed requests on stdin, runs each, answers with a marker line on stdout and on stderr. It travels as the
# command of ssh, in one line (see transport.ts), because dash reads a script on stdin in blocks and would swallow requests, and because
# csh takes no newline inside quotes: so each line here is whole, ends in ; or in a word that may be followed by a space, and has no
# single quote, no backslash and no exclamation mark.
#
# $2 says that we became this user by sudo: who can do that can do all that we can, and is believed as we are. $1 marks the greeting. What marks all that follows comes on stdin, where no list of processes shows it: nobody can guess it, so nothing that
# is printed can pass for it. Behind it on its line is login.sh, which puts away what the login has set, and sets $run, which runs a program once
# it is defined (quotes cannot be written here). Until then nothing of ours has a name that a login might use.
# A request is a line "ID SECONDS BYTES TEXT KEEP N1 N2 ...", then TEXT bytes of function definitions (whole lines, ASCII), then N1 lines that
# are the function to call, N2 lines that are its first argument, and so on, then BYTES bytes that are its standard input. If KEEP is 1 the
# definitions are there for all requests that follow. 0 SECONDS: it cannot take long, and a fork of the loop runs it, which costs a tenth.
# The values travel on in the environment, which nobody else can look at, not as words of a command, which every user of the device can list;
# see arguments in prelude.sh.
#
# Every 5 s a beat goes out. If the controller is gone, it is what makes the far side of a silent link say so; then nothing can be
# written any more, and the loop is ended, and with it its hold on the device. It is no child of the loop: children are programs at work.
# A beat is one write of one line (bash writes line by line), so it comes whole, wherever it comes.
# bash takes options from the environment.
# shellcheck disable=SC2154 # login.sh sets run
set +aefmuvxC;
LOCKSTEP_NL=$(echo; echo .);
LOCKSTEP_NL=${LOCKSTEP_NL%.};
echo "$LOCKSTEP_NL$1 hello";
read -r LOCKSTEP_MARKER LOCKSTEP_LOGIN || exit 0;
eval "$LOCKSTEP_LOGIN";
m=$LOCKSTEP_MARKER;
nl=$LOCKSTEP_NL;
lib=;
LOCKSTEP_SESSION=$$;
export LOCKSTEP_SESSION;
limit=;
whole=;
if timeout -s KILL 9 dd iflag=fullblock count=0 </dev/null >/dev/null 2>&1; then
  limit="timeout -s KILL";
  whole=yes;
elif timeout -s KILL 9 true 2>/dev/null; then limit="timeout -s KILL"; fi;
LOCKSTEP_LIMIT=$limit;
LOCKSTEP_UMASK=$(umask);
if [ -O /proc/1 ]; then LOCKSTEP_UID=0; else LOCKSTEP_UID=$(id -u); fi;
LOCKSTEP_SUDO_UID=${2:+$SUDO_UID};
export LOCKSTEP_LIMIT LOCKSTEP_UMASK LOCKSTEP_UID LOCKSTEP_SUDO_UID;
exec 3>&1;
beat=$(
  trap "" PIPE;
  while sleep 5 3>&-; do
    echo "$m beat" >&3 || { kill -9 $LOCKSTEP_SESSION; exit; };
    if kill -0 $LOCKSTEP_SESSION; then :; else exit; fi;
  done >/dev/null 2>&1 </dev/null 3>&3 &
  echo $!
);
exec 3>&-;
# shellcheck disable=SC2064 # a single quote would end the word that this loop is
trap "kill $beat" EXIT;
while read -r id secs bytes size keep counts; do
  text=;
  # A shell reads a pipe byte by byte; dd costs as much as some two thousand of them.
  if [ -n "$whole" ] && [ "$size" -gt 2000 ]; then
    text=$(dd bs="$size" count=1 iflag=fullblock 2>/dev/null);
    if [ "${#text}" -lt $((size - 1)) ]; then exit 0; fi;
  else
    while [ "$size" -gt 0 ]; do
      IFS= read -r line || exit 0;
      text=$text$nl$line;
      size=$((size - ${#line} - 1));
    done;
  fi;
  text=$lib$nl$text;
  if [ "$keep" = 1 ]; then lib=$text; fi;
  at=0;
  for n in $counts; do
    value=;
    join=;
    while [ "$n" -gt 0 ]; do
      IFS= read -r line || exit 0;
      value=$value$join$line;
      join=$nl;
      n=$((n - 1));
    done;
    at=$((at + 1));
    export "LOCKSTEP_$at=$value";
  done;
  export "LOCKSTEP_COUNT=$at";
  if [ "$secs" = 0 ]; then
    (eval "$text$nl$run") </dev/null;
    code=$?;
  elif [ "$bytes" = 0 ]; then
    ${limit:+$limit "$secs"} sh -c "$text$nl$run" lockstep </dev/null;
    code=$?;
  else
    ${limit:+$limit "$secs"} sh -c "$text$nl$run" lockstep;
    code=$?;
  fi;
  while [ "$at" -gt 0 ]; do
    unset "LOCKSTEP_$at";
    at=$((at - 1));
  done;
  echo "$nl$m $id $code";
  echo "$nl$m $id" >&2;
  if [ "$bytes" -gt 0 ] && [ "$code" -gt 0 ]; then exit 1; fi;
done
