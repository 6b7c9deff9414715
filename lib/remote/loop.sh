# The session loop: reads framed requests on stdin, runs each, answers with a marker line on stdout and on stderr. It travels as the
# command of ssh, in one line (see transport.ts), because dash reads a script on stdin in blocks and would swallow requests, and because
# csh takes no newline inside quotes: so each line here is whole, ends in ; or in a word that may be followed by a space, and has no
# single quote, no backslash and no exclamation mark.
#
# $1 marks the greeting. The marker of all that follows comes on stdin, where no list of processes shows it: nobody can guess it, so nothing
# that is printed can pass for it. A request is a line "ID SECONDS BYTES N1 N2 ...", then N1 lines that are the program, N2 lines
# that are its first argument, and so on, then BYTES bytes that are its standard input. Request 0 sets the prelude.
#
# Every 5 s a beat goes out. Where the controller is gone, it is what makes the far side of a silent link say so; then nothing can be
# written any more, and the loop is ended, and with it its hold on the device. It is no child of the loop: children are programs at work.
# A beat is one write of one line (bash writes line by line), so it comes whole, wherever it comes.
m=$1;
lib=;
nl=$(echo; echo .);
nl=${nl%.};
LOCKSTEP_SESSION=$$;
export LOCKSTEP_SESSION;
limit=;
if timeout -s KILL 9 true 2>/dev/null; then limit="timeout -s KILL"; fi;
LOCKSTEP_LIMIT=$limit;
LOCKSTEP_LC_ALL=$LC_ALL;
LOCKSTEP_UMASK=$(umask);
export LOCKSTEP_LIMIT LOCKSTEP_LC_ALL LOCKSTEP_UMASK;
echo "$nl$m hello";
read -r m || exit 0;
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
while read -r id secs bytes counts; do
  set --;
  for n in $counts; do
    value=;
    join=;
    while [ "$n" -gt 0 ]; do
      IFS= read -r line || exit 0;
      value=$value$join$line;
      join=$nl;
      n=$((n - 1));
    done;
    set -- "$@" "$value";
  done;
  if [ "$id" = 0 ]; then
    lib=$1;
    code=0;
  else
    text=$lib$nl$1;
    shift;
    if [ "$bytes" = 0 ]; then
      ${limit:+$limit "$secs"} sh -c "$text" lockstep "$@" </dev/null;
      code=$?;
    else
      ${limit:+$limit "$secs"} sh -c "$text" lockstep "$@";
      code=$?;
    fi;
  fi;
  echo "$nl$m $id $code";
  echo "$nl$m $id" >&2;
  if [ "$bytes" -gt 0 ] && [ "$code" -gt 0 ]; then exit 1; fi;
done
