# Sent once a session; every program runs with it in front. Exit codes of `die` become the kinds of lib/remote/exit_kinds.ts.
# shellcheck shell=sh disable=SC2034,SC3013 # every shell that devices have knows -ef
LC_ALL=C
export LC_ALL
nl='
'
cr=$(printf '\r')
umask 022
private=
reader=
foreign=
free=

# die KIND MESSAGE: ends the program; the controller reads the kind off the exit code and the evidence off stderr: what is behind the last
# record separator, whatever else was printed there before.
die() {
  printf '\036%s\n' "$2" >&2
  case $1 in
    no-space) exit 80 ;;
    not-writable) exit 81 ;;
    missing-tool) exit 82 ;;
    mismatch) exit 83 ;;
    not-found) exit 84 ;;
    locked) exit 85 ;;
    service) exit 86 ;;
    unhealthy) exit 87 ;;
    unsuitable) exit 88 ;;
    privilege) exit 89 ;;
    timeout) exit 90 ;;
    not-tried) exit 91 ;;
  esac
  exit 1
}

# arguments: the text that makes the values of the environment the positional parameters, and takes them out of the environment, so that what
# a program starts does not have them. Only our own numbers are in it.
arguments() {
  LOCKSTEP_ARGUMENTS="set --"
  taken="unset LOCKSTEP_COUNT"
  n=1
  while [ "$n" -le "$LOCKSTEP_COUNT" ]; do
    LOCKSTEP_ARGUMENTS="$LOCKSTEP_ARGUMENTS \"\$LOCKSTEP_$n\""
    taken="$taken LOCKSTEP_$n"
    n=$((n + 1))
  done
  LOCKSTEP_ARGUMENTS="$LOCKSTEP_ARGUMENTS; $taken"
}

# has TOOL: whether the device has it.
has() {
  command -v "$1" >/dev/null 2>&1
}

# within SECONDS COMMAND...: ends a command that takes too long, where the device can.
within() {
  if [ -n "$LOCKSTEP_LIMIT" ]; then
    # shellcheck disable=SC2086
    $LOCKSTEP_LIMIT "$@"
  else
    shift
    "$@"
  fi
}

# quoted TEXT: as curl's configuration takes it, between quotes.
quoted() {
  rest=$1
  text=
  while :; do
    case $rest in
      *[\"\\]*)
        start=${rest%%[\"\\]*}
        rest=${rest#"$start"}
        text=$text$start\\${rest%"${rest#?}"}
        rest=${rest#?}
        ;;
      *) break ;;
    esac
  done
  printf '"%s"' "$text$rest"
}

# fetch URL: what it answers, as the device itself sees it. A URL may hold a password, and every user of the device can list the words of a
# command: so curl and GNU wget read it. busybox's wget cannot; it is given no URL that has a user or a query, or that holds a secret ($private is
# yes). It has a limit of its own, but not in every build a working one. No proxy leads to the device itself. In a
# subshell.
fetch() {
  host=${1#*://}
  host=${host%%[/?#]*}
  case ${host##*@} in localhost | localhost:* | 127.* | "[::1]"*)
    unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
    ;;
  esac
  if has curl; then
    printf 'url = %s\n' "$(quoted "$1")" | within 10 curl -fsS --max-time 5 -K -
  elif ! has wget; then
    die missing-tool "the device has neither curl nor wget"
  elif wget --version >/dev/null 2>&1; then
    printf '%s\n' "$1" | within 5 wget -q -O - -i -
  else
    case $private$1 in
      yes* | http*://*@* | *\?*) fetch_by_nc "$1" ;;
      *)
        within 5 wget -q -O - -- "$1"
        code=$?
        # One that is inside the shell alone (busybox) is not found by the program that limits it.
        case $code in 126 | 127) wget -q -O - -- "$1" ;; *) return "$code" ;; esac
        ;;
    esac
  fi
}

# fetch_by_nc URL: the same by hand, for plain HTTP.
fetch_by_nc() {
  case $1 in http://*) ;; *) die missing-tool "only curl can keep the user and the query of an https URL out of the list of processes: install it" ;; esac
  has nc || die missing-tool "only curl or nc can keep the user and the query of a URL out of the list of processes: install one"
  host=${1#*://}
  path=/${host#*/}
  case $host in */*) ;; *) path=/ ;; esac
  host=${host%%/*}
  case $host in *\?*)
    path="/?${host#*\?}"
    host=${host%%\?*}
    ;;
  esac
  login=
  case $host in *@*)
    login="Authorization: Basic $(decoded "${host%@*}" | base64 | tr -d '\n')$cr$nl"
    host=${host##*@}
    ;;
  esac
  port=80
  case $host in *:[0-9]*) port=${host##*:} ;; esac
  name=${host%:"$port"}
  {
    printf 'GET %s HTTP/1.0\r\nHost: %s\r\n%sConnection: close\r\n\r\n' "$path" "$host" "$login"
    # Some servers take the end of a request for the end of all: this keeps it open, until nc has ended at the latest.
    sleep 5 2>/dev/null &
  } |
    within 5 nc "$name" "$port" | {
    IFS= read -r status || {
      echo "no answer from $name port $port" >&2
      return 1
    }
    case $status in
      *" 2"[0-9][0-9]*) ;;
      *)
        echo "$name port $port answers: ${status%"$cr"}" >&2
        return 1
        ;;
    esac
    while IFS= read -r header && [ -n "${header%"$cr"}" ]; do :; done
    cat
  }
}

# decoded TEXT: without the percent signs of a URL.
decoded() {
  rest=$1
  while :; do
    case $rest in
      *%[0-9A-Fa-f][0-9A-Fa-f]*)
        printf '%s' "${rest%%\%*}"
        rest=${rest#*%}
        # shellcheck disable=SC2059 # an octal number
        printf "\\$(printf %o "0x${rest%"${rest#??}"}")"
        rest=${rest#??}
        ;;
      *) break ;;
    esac
  done
  printf '%s' "$rest"
}

# free DIR: "KIB INODES" available to this user; INODES is - if the filesystem has no such limit or df cannot tell.
free() {
  # One program, where it can tell: BLOCK FREE INODES FREE.
  # shellcheck disable=SC2046
  set -- "$1" $(stat -f -c '%S %a %c %d' "$1" 2>/dev/null)
  if [ $# = 5 ]; then
    if [ "$4" -gt 0 ]; then inodes=$5; else inodes=-; fi
    printf '%s %s\n' "$(($3 * $2 / 1024))" "$inodes"
    return
  fi
  kib=$(df -Pk "$1" 2>/dev/null | awk 'NR > 1 { a = $(NF - 2) } END { print a }')
  inodes=$(df -Pi "$1" 2>/dev/null | awk 'NR > 1 { t = $(NF - 4); a = $(NF - 2) } END { print (t > 0 ? a : "-") }')
  printf '%s %s\n' "${kib:--}" "${inodes:--}"
}

# explain DIR MESSAGE: ends after a write under DIR failed, with the kind that a probe finds. The probe is a file that nobody had before and that
# has its name no longer when it is written to. If somebody else may write in DIR, it lies in a folder of its own there, because a shell that
# is not to overwrite a file opens a link to a device or a pipe all the same.
explain() {
  where=$(cd -P "$1" 2>/dev/null && pwd -P)
  where=${where:-$1}
  (
    set -C
    cd -P "$1" || exit 1
    probe=.lockstep-probe.$$
    at=$(stat -c %d:%i .)
    if [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(others . -prune)" ]; then
      if ! mkdir -m 700 "$probe"; then exit 1; fi
      if ! cd -P "./$probe" || [ ! -O . ] || [ "$(stat -c %d:%i ..)" != "$at" ]; then exit 1; fi
    fi
    if ! exec 8>"$probe"; then exit 1; fi
    rm -f "$probe"
    if [ "$(stat -c %d:%i .)" != "$at" ]; then cd -P .. && rmdir "./$probe"; fi
    printf '%65536s' '' >&8 || exit 2
    printf '%65536s' '' >&8 || exit 2
  ) 2>/dev/null
  case $? in
    0) ;;
    2) die no-space "$2: no space left under $where" ;;
    *)
      space=$(free "$1")
      case $space in "0 "* | *" 0") die no-space "$2: no space left under $where" ;; esac
      die not-writable "$2: $(id -un 2>/dev/null || id -u) cannot write in $where"
      ;;
  esac
  space=$(free "$1")
  if [ "${space%% *}" != - ] && [ "${space%% *}" -lt 256 ]; then
    die no-space "$2: no space left under $where"
  fi
  die exit "$2"
}

# receive BYTES: exactly so many bytes of standard input, to standard output. A dd that does not know how takes them one by one.
receive() {
  dd bs=65536 iflag=fullblock,count_bytes count="$1" 2>/dev/null && return
  if dd iflag=fullblock,count_bytes count=0 </dev/null >/dev/null 2>&1; then return 1; fi
  dd bs=1 count="$1" 2>/dev/null
}

# as_before COMMAND...: runs the user's own command, with the surroundings that a login has and without anything of ours.
as_before() (
  umask "$LOCKSTEP_UMASK"
  unset LC_ALL LOCKSTEP_UMASK LOCKSTEP_LIMIT LOCKSTEP_SESSION LOCKSTEP_UID LOCKSTEP_SUDO_UID LOCKSTEP_HERE
  for LOCKSTEP_NAME in $LOCKSTEP_LOGIN; do
    # bash says so if the device does not have the locale.
    eval "export $LOCKSTEP_NAME=\"\$LOCKSTEP_LOGIN_$LOCKSTEP_NAME\"" 2>/dev/null
    unset "LOCKSTEP_LOGIN_$LOCKSTEP_NAME"
  done
  unset LOCKSTEP_LOGIN LOCKSTEP_NAME
  # A shell of its own has none of our functions.
  exec "$@"
)

# flush PATH...: returns once the named files and folders are on the disk.
flush() {
  sync "$@" 2>/dev/null || sync
}

# flush_tree DIR: the same for a folder and all that is in it.
flush_tree() {
  find "$1" \( -type f -o -type d \) -exec sync {} + 2>/dev/null || sync
}

# digests: "SHA256  ./NAME" or "SHA256 *./NAME" for every regular file of the set that was entered, as `sha256sum -c` reads it. Where the
# device has openssl, large files (above 1 MiB) cost a fifth; it says nothing that could be read wrongly of a name with a line break, so those
# are left to sha256sum.
digests() {
  if [ -n "$foreign" ]; then
    # shellcheck disable=SC2046 # words
    find . $(others_folder) -prune -o -type f -exec sha256sum {} + || return 1
    more=$foreign
    while [ -n "$more" ]; do
      readable_by "${more%%"$nl"*}" "${more%%"$nl"*}"
      as_reader find "${more%%"$nl"*}" -type f -exec sha256sum {} + || return 1
      more=${more#*"$nl"}
    done
    reader=
    return
  fi
  if has openssl; then
    as_reader find . -type f -size +2048 ! -path "*$nl*" -exec openssl dgst -sha256 -r {} + -o -type f -exec sha256sum {} + 2>/dev/null && return
  fi
  as_reader find . -type f -exec sha256sum {} +
}

# trusted UID: whether what belongs to this user is believed: it is us, root, or the user who became us by sudo and so can do all that we can.
trusted() {
  case $1 in
    "") return 1 ;;
    0 | "$LOCKSTEP_UID" | "$LOCKSTEP_SUDO_UID") return 0 ;;
  esac
  return 1
}

# state DEPLOY_PATH: enters .lockstep (by cd -P, here and below: without it a shell goes there by the whole path again), from which everything
# of ours is named from then on, and the deploy path is `..`. Who owns the deploy path may rename this folder, but not move it elsewhere (that
# takes writing in it), so neither name can be made to lead away. Fails if it is not there, or if somebody else has put it there.
state() {
  cd "$1" 2>/dev/null && [ ! -L .lockstep ] && cd -P ./.lockstep 2>/dev/null && [ .. -ef "$1" ] && { [ -O . ] || trusted "$(stat -c %u .)"; }
}

# own DEPLOY_PATH: the same for programs that write: they end if it cannot be entered.
own() {
  if state "$1"; then return; fi
  if [ -L "$1/.lockstep" ] || [ -e "$1/.lockstep" ]; then
    die unsuitable "$1/.lockstep is not ours: another user owns it, or it is a link; nothing in it is trusted"
  fi
  die not-found "$1/.lockstep is gone"
}

# swappable PATH: the first folder on the way to it in which somebody else can exchange the next name, as "UID MODE FOLDER"; nothing where
# there is none. The last folder itself may belong to whom it likes, unless it is still to be made.
swappable() {
  path=$1
  links=0
  while [ "$links" -lt 40 ]; do
    set -- /
    whole=
    there=yes
    left=$path/
    while [ -n "$left" ]; do
      name=${left%%/*}
      left=${left#*/}
      case $name in "" | .) continue ;; esac
      whole=$whole/$name
      if [ ! -e "$whole" ] && [ ! -L "$whole" ]; then there=; fi
      if [ -n "$there" ]; then set -- "$@" "$whole"; fi
    done
    link=
    sticky=
    while read -r uid gid mode type; do
      at=$1
      shift
      # Where a sticky bit is, everybody may make names, and only their owner exchanges them.
      if [ -n "$sticky" ] && ! trusted "$uid"; then
        echo "$sticky"
        return
      fi
      sticky=
      case $type in symbolic*)
        link=$at
        break
        ;;
      esac
      if [ "$at" = "$whole" ]; then break; fi
      if ! trusted "$uid"; then
        echo "$uid $mode $at"
        return
      fi
      # The group of root is root's.
      case $gid:$mode in
        *[2367] | [!0]*:*[2367]? | 0?*:*[2367]?)
          sticky="$uid $mode $at"
          case $mode in [1357]???) ;; *)
            echo "$sticky"
            return
            ;;
          esac
          ;;
      esac
    done <<END
$(stat -c '%u %g %a %F' "$@")
END
    if [ -z "$link" ]; then return; fi
    links=$((links + 1))
    path=$(readlink "$link")
    case $path in /*) ;; *) path=${link%/*}/$path ;; esac
    path=$path${whole#"$link"}
  done
}

# open_state: the names in the state folder, which was entered, that somebody else owns or may write to. What lies in it is believed only if
# there are none. The sets in it are not meant: they belong to whom they belong.
open_state() {
  find . -path "./releases/*" -prune -o -path "./staging/*" -prune -o \
    \( ! -user 0 ! -user "$LOCKSTEP_UID" ! -user "${LOCKSTEP_SUDO_UID:-0}" -o ! -type l \( -perm -020 ! -group 0 -o -perm -002 \) \) -print
}

# others_folder: what a folder is to find(1) in which somebody else can exchange names.
others_folder() {
  echo "-type d ( ! -user 0 ! -user ${LOCKSTEP_SUDO_UID:-0} -o -perm -020 ! -group 0 -o -perm -002 )"
}

# others PATH [-prune]: the folders there, or this one alone, in which somebody else can exchange names.
others() {
  # shellcheck disable=SC2046 # words
  find "$@" $(others_folder) -print 2>/dev/null
}

# enter DEPLOY_PATH SET: enters the folder of a set, and finds out as which user it is read. Anyone who can rename something in a folder can also put a
# link in its place at any moment, so root does not open a file by its name there: that user does, who gets no further than before. $reader is
# "UID GID NAME" of who reads all of it, or empty if we do; then $foreign has the folders, a line each, that are others' to read.
enter() {
  cd -P "./$2" 2>/dev/null || return 1
  reader=
  foreign=
  if [ "$LOCKSTEP_UID" != 0 ]; then return; fi
  open=$(others .)$nl
  top=
  while [ "$open" != "$nl" ] && [ -n "$open" ]; do
    folder=${open%%"$nl"*}
    open=${open#*"$nl"}
    case $folder in "$top"/*) if [ -n "$top" ]; then continue; fi ;; esac
    top=$folder
    readable_by "$folder" "$(pwd -P)${folder#.}"
    if [ "$folder" = . ]; then return; fi
    foreign=$foreign$folder$nl
  done
  reader=
  # A release of ours, or a copy that is being made, whichever way we came.
  if [ ../../.. -ef "$1" ] && [ -O .. ] && [ -O ../.. ] && { [ .. -ef ../../releases ] || [ .. -ef ../../staging ]; }; then
    return
  fi
  # Anyone who can exchange a name on the way may have led us anywhere: nothing is shown that this user cannot see.
  case $2 in
    ../*) open=$1/${2#../} ;;
    releases/*) open=$1/.lockstep/$2 ;;
    *) open=$1/$2 ;;
  esac
  open=$(swappable "$open")
  if [ -n "$open" ]; then readable_by "${open#* * }" "${open#* * }"; fi
}

# readable_by FOLDER PATH: $reader is who can exchange names in that folder. If that is us, but others can, too, nobody can read it safely.
readable_by() {
  # shellcheck disable=SC2046 # three words
  reader=$(user_of $(stat -c '%u %g %U' "$1"))
  if trusted "${reader%% *}"; then
    die unsuitable "others may write in $2, so root cannot read it safely${nl}on the device: chmod -R go-w $2"
  fi
}

# reader_for NAME: $reader is who reads a file of the set that was entered.
reader_for() {
  left=$foreign
  while [ -n "$left" ]; do
    folder=${left%%"$nl"*}
    left=${left#*"$nl"}
    case ./$1 in "$folder"/*) readable_by "$folder" "$folder" ;; esac
  done
}

# user_of UID GID NAME: the reader of what belongs to that user and group. That a folder has a group does not say that its owner is in it, and
# he could make his own what runs as him: so it is his own group, and never root's.
user_of() {
  group=$({ getent passwd "$1" || cat /etc/passwd; } 2>/dev/null | awk -F: -v uid="$1" '$3 == uid { print $4; exit }')
  if [ -z "$group" ] && [ "$1" = "$2" ]; then group=$2; fi
  if [ "${group:-0}" = 0 ]; then group=65534; fi
  echo "$1 $group $3"
}

# reader_of DEPLOY_PATH SET: the reader of a set, "UID GID NAME" or empty, without entering it; mixed if it has several.
reader_of() (
  enter "$1" "$2" || exit 1
  if [ -z "$reader" ] && [ -n "$foreign" ]; then echo mixed; else echo "$reader"; fi
)

# enter_backups DEPLOY_PATH: enters the folder of the backups, from the state folder, and no other that was put in its place.
enter_backups() {
  [ ! -L ../backup ] && cd -P ../backup 2>/dev/null && [ .. -ef "$1" ]
}

# make_staging: makes the folder in which sets are put together: nobody else may come to what is in it until it is sealed, so that no path in
# it can be exchanged, and nobody reads a set before it has its modes. An earlier version let everybody look.
make_staging() {
  if [ ! -d staging ]; then
    mkdir -m 700 staging || explain . "cannot make .lockstep/staging"
  elif [ "$(stat -c %a staging)" != 700 ]; then
    chmod 700 staging || explain . "cannot close .lockstep/staging"
    # A process that had a folder in there open may be in it still.
    (
      cd -P staging || exit
      for name in * .backup; do
        if [ -e "$name" ] && [ ! -O "$name" ]; then remove "$name"; fi
      done
    )
  fi
}

# as_reader COMMAND...: runs a command in the set that was entered, as its reader.
as_reader() {
  if [ -z "$reader" ]; then
    "$@"
  else
    # shellcheck disable=SC2086 # three words
    as_user $reader "$@"
  fi
}

# owner_of READER: "UID:GID", as chown takes it.
owner_of() {
  # shellcheck disable=SC2086
  set -- $1
  echo "$1:$2"
}

# as_user UID GID NAME COMMAND...: runs a command with that user's rights and with nothing of ours but the current folder.
as_user() {
  id=$1
  group=$2
  user=$3
  shift 3
  set -- env -i "PATH=$PATH" LC_ALL=C "$@"
  if setpriv --reuid="$id" --regid="$group" --clear-groups true 2>/dev/null; then
    setpriv --reuid="$id" --regid="$group" --clear-groups "$@" </dev/null
  elif chroot --skip-chdir --userspec="$id:$group" --groups= / true 2>/dev/null; then
    chroot --skip-chdir --userspec="$id:$group" --groups= / "$@" </dev/null
  elif su -s /bin/sh -c true -- "$user" 2>/dev/null; then
    # shellcheck disable=SC2016
    su -s /bin/sh -c 'exec "$0" "$@"' -- "$user" "$@" </dev/null
  else
    die unsuitable "a set belongs to uid $id, and nothing here can read it as that user (setpriv, chroot --userspec or su)${nl}on the device: chown -hR root: $(pwd -P)"
  fi
}

# is_linked SET NAME: whether a link is on the way from the folder of a set to a name in it: then it is no file of that set.
is_linked() {
  way=$1
  left=$2/
  while [ -n "$left" ]; do
    way=$way/${left%%/*}
    left=${left#*/}
    if [ -L "$way" ]; then return 0; fi
  done
  return 1
}

# rights TO SET NAME: gives a new file or folder of ours the owner, group and mode of that of a set. A link has no mode to inherit, and no file
# runs as its owner or group because an older one did; a folder may hand its group on.
rights() {
  if is_linked "$2" "$3"; then return; fi
  like=$(stat -c '%a %u %g' "$1" "$2/$3" 2>/dev/null)
  case $like in *"$nl"*) ;; *) return ;; esac
  mine=${like%%"$nl"*}
  like=${like#*"$nl"}
  mode=${like%% *}
  owner=${like#* }
  case $mode in
    [2367]???) if [ -d "$1" ]; then mode=2${mode#?}; else mode=${mode#?}; fi ;;
    ????) mode=${mode#?} ;;
  esac
  # Changing the owner clears some of the mode.
  if [ "$owner" != "${mine#* }" ]; then
    chown -h "${owner% *}:${owner#* }" "$1" 2>/dev/null
    chmod "$mode" "$1"
  elif [ "$mode" != "${mine%% *}" ]; then
    chmod "$mode" "$1"
  fi
}

# remove NAME...: removes names of the current folder, with all that is in them. A folder in which somebody else can exchange names is entered
# step by step, and only names in the folder that was entered are removed: no path leads out of it meanwhile.
remove() {
  for name in "$@"; do
    if [ -L "$name" ] || [ ! -d "$name" ]; then
      rm -f "./$name" || return 1
    elif [ "$LOCKSTEP_UID" = 0 ] && [ -n "$(others . -prune)$(others "./$name")" ]; then
      empty "$name" && { rmdir "./$name" 2>/dev/null || [ ! -e "$name" ]; } || return 1
    else
      rm -rf "./$name" || return 1
    fi
  done
}

# empty FOLDER: removes all that is in a folder of the current one.
empty() (
  from=$(stat -c %d:%i .)
  cd -P "./$1" || exit 1
  if [ "$(stat -c %d:%i ..)" != "$from" ]; then exit 1; fi
  for name in * .[!.]* ..?*; do
    if [ -d "$name" ] && [ ! -L "$name" ]; then
      empty "$name" && rmdir "./$name"
    else
      rm -f "./$name"
    fi
  done
)

# field NAME FILE: the value of NAME=VALUE in one of our own small files.
field() {
  sed -n "s/^$1=//p" "$2" 2>/dev/null
}

# slot LINK: the name of the slot of ours that a link text leads to; fails if it leads elsewhere. What a link or a journal says may be
# somebody else's words.
slot() {
  case ${1#.lockstep/releases/} in
    "$1" | "" | */* | . | ..) return 1 ;;
  esac
  echo "${1#.lockstep/releases/}"
}

# boot_id: a word that is another after each start of the device.
boot_id() {
  boot=
  { read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
  echo "${boot:--}"
}

# started PID: when a process started, in ticks since boot; empty if there is none.
started() {
  stat=
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null
  if [ -z "$stat" ]; then return; fi
  # The program's name, in parentheses, may hold spaces.
  # shellcheck disable=SC2086
  set -- ${stat##*)}
  # One that has ended and was not yet taken note of (in a container without an init: never will be) is gone.
  case $1 in Z | X) return ;; esac
  echo "${20}"
}

# alive LOCK: whether the owner that a lock names still runs.
alive() {
  # shellcheck disable=SC2086
  set -- $1
  if [ "$3" != "$(boot_id)" ]; then return 1; fi
  if [ -d /proc/self ]; then [ "$(started "$1")" = "$2" ]; else kill -0 "$1" 2>/dev/null; fi
}

# plain_name SERVICE: ends if that is no name of one service: a path, an option or a pattern goes to no service manager.
plain_name() {
  case $1 in
    *[\*\?\[\]]*) die unsuitable "$1 is a pattern, not the name of one service" ;;
    *[[:space:]]*) die unsuitable "$1 has a space in it, so it is not the name of a service; systemd-escape shows how systemd writes it" ;;
    . | .. | -* | *[!A-Za-z0-9_@:.+\\-]*) die unsuitable "$1 is not the name of a service" ;;
  esac
}

# granted BY COMMAND...: whether sudo or doas would run this and ask for no password. It only asks, and runs nothing.
granted() {
  asked=$1
  shift
  if [ "$asked" = doas ]; then
    for file in /etc/doas.conf /etc/doas.d/*.conf; do
      case $(doas -C "$file" "$@" 2>/dev/null) in "permit nopass"*) return 0 ;; esac
    done
    return 1
  fi
  line=$(sudo -n -l "$@" 2>/dev/null) || return 1
  # Anyone who needs no password for one command is told yes for all that he may run with one, too.
  if [ -z "$free" ]; then
    free=no
    if sudo -n -v >/dev/null 2>&1; then free=yes; fi
  fi
  if [ "$free" = yes ]; then return 0; fi
  case $line in
    /*) sudo -n -ll 2>/dev/null | passwordless "${line##*/}" ;;
  esac
}

# passwordless COMMAND: whether the last rule that is for it asks for no password, by what `sudo -ll` says, or there is none that we can read.
# COMMAND has its path left out, for that of the rule may be another one to the same file.
passwordless() {
  asks=
  superuser=
  password=
  commands=
  while read -r line; do
    case $line in
      *" entry:"* | *" Role:"*)
        superuser=yes
        password=yes
        commands=
        ;;
      RunAsUsers:*) case "$line," in *[:,]" root,"* | *[:,]" ALL,"*) ;; *) superuser= ;; esac ;;
      Options:*) case $line in *!authenticate*) password=no ;; esac ;;
      Commands:*) commands=yes ;;
      "" | !*) ;;
      *) if [ -n "$commands" ] && [ -n "$superuser" ] && is_for "$line" "$1"; then asks=$password; fi ;;
    esac
  done
  [ "$asks" != yes ]
}

# is_for RULE COMMAND: whether a rule of sudoers is for a command.
is_for() {
  case $1 in ALL) return 0 ;; esac
  path=${1%% *}
  case $path in
    sha*:*)
      is_for "${1#* }" "$2"
      return
      ;;
    */) return 0 ;;
  esac
  # shellcheck disable=SC2254 # a pattern it is
  case ${2%% *} in ${path##*/}) ;; *) return 1 ;; esac
  case $1 in
    "$path") return 0 ;;
    *" ^"*) printf '%s\n' "${2#* }" | grep -E -q -e "${1#* }" ;;
    *)
      # shellcheck disable=SC2254
      case ${2#* } in ${1#* }) ;; *) return 1 ;; esac
      ;;
  esac
}

# said COMMAND VERB WORDS: runs COMMAND with these words, in which % is the verb.
said() {
  said=$1
  verb=$2
  set -f
  # shellcheck disable=SC2086
  set -- $3
  set +f
  n=$#
  while [ "$n" -gt 0 ]; do
    if [ "$1" = % ]; then set -- "$@" "$verb"; else set -- "$@" "$1"; fi
    shift
    n=$((n - 1))
  done
  $said "$@"
}

# service_log SERVICE DEPLOY_PATH: what the service said in the last two minutes, and what its last restart printed.
service_log() {
  (if state "$2" && [ -s restart.log ]; then tail -n 50 restart.log; fi)
  if [ -n "$1" ] && has journalctl; then
    # An alias has no journal of its own.
    unit=$(systemctl show -p Id "$1" 2>/dev/null)
    unit=${unit#Id=}
    case $unit in "" | "$1.service" | *[!A-Za-z0-9_@:.+\\-]*) unit=$1 ;; esac
    {
      sudo -n journalctl -u "$unit" --no-pager -l --since='2 minutes ago' 2>/dev/null ||
        journalctl -u "$unit" --no-pager -l --since='2 minutes ago' 2>/dev/null
    } | tail -n 50
  fi
}

# rename_over TOOL A B: rename(2), whatever B is. TOOL is what the device can do it with: mv, python3 or perl.
rename_over() {
  case $1 in
    mv) mv -T "$2" "$3" ;;
    python3) python3 -c 'import os, sys; os.rename(sys.argv[1], sys.argv[2])' "$2" "$3" ;;
    perl) perl -e 'rename($ARGV[0], $ARGV[1]) or die "$!\n"' "$2" "$3" ;;
  esac
}

# settle_folder: an exchange that was cut before its second half has left the former folder under the name of the link; it is put where the
# journal looks for it. The state folder is the current one.
settle_folder() {
  if [ ! -d live.next ] || [ -L live.next ]; then return; fi
  former=$(slot "$(field previous journal)") || return
  if [ ! -e "releases/$former" ]; then mv live.next "releases/$former" && flush . releases; fi
}

# restore_unit DEPLOY_PATH: the name of the unit that restores this device after a reboot.
restore_unit() {
  echo "lockstep-restore-$(printf '%s' "$1" | cksum | sed 's/ .*//')"
}

# forget_unit UNIT: the restore unit acts after no reboot any more. Its file in /etc is ours; that of an earlier version is a link.
forget_unit() {
  systemctl disable --quiet "$1.service" 2>/dev/null
  rm -f "/etc/systemd/system/$1.service"
}

# command_of PID: the words of a process that runs as this user, one behind the other, for a shell leaves out what parts them; nothing of
# anybody else's.
command_of() {
  if [ -O "/proc/$1" ]; then
    words=
    { IFS= read -r words <"/proc/$1/cmdline"; } 2>/dev/null
    echo "$words"
  fi
}

# waits PID: whether a process is one of ours that waits to restore this device: no other is ended.
waits() {
  case $(command_of "$1") in *"/.lockstep/restore/script"*) return 0 ;; esac
  return 1
}

# disarm DEPLOY_PATH: takes back what makes the device restore itself (see commit_arm.sh); the state folder is the current one. Anyone who moves
# the token has it: if the device has begun already, it is waited for until it has done.
disarm() {
  for token in armed.*; do
    if [ -e "$token" ]; then mv "$token" disarmed 2>/dev/null; fi
    # Nobody may go on as if the device could not act any more, while it can.
    if [ -e "$token" ]; then mv "$token" disarmed || explain . "cannot disarm the device"; fi
  done
  n=0
  while [ -f firing ] && [ "$n" -lt 120 ] && alive "$(cat firing)"; do
    sleep 1
    n=$((n + 1))
  done
  # An rm may be ended by the kernel if memory is short: what is left would only be in the way, so it is tried again and no more.
  if [ -e firing ] || [ -e disarmed ]; then
    rm -f firing disarmed || rm -f firing disarmed
  fi
  # What an arming that was cut has enabled goes, too, whatever it has noted.
  for unit in /etc/systemd/system/lockstep-restore-*.service; do
    if [ "$LOCKSTEP_UID" = 0 ] && { [ -e "$unit" ] || [ -L "$unit" ]; }; then
      forget_unit "$(restore_unit "$1")"
      break
    fi
  done
  if [ ! -d restore ]; then return; fi
  if [ -f restore/pid ]; then
    sleeper=$(cat restore/pid)
    if alive "$sleeper" && waits "${sleeper%% *}"; then kill -TERM "-${sleeper%% *}" 2>/dev/null || kill -TERM "${sleeper%% *}"; fi
  fi
  if [ -f restore/unit ]; then
    unit=$(cat restore/unit)
    systemctl stop "$unit-timer.timer" 2>/dev/null
    systemctl reset-failed "$unit.service" "$unit-timer.service" 2>/dev/null
  fi
  rm -rf restore || rm -rf restore
}
