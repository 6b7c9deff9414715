# Makes the device restore itself unless it hears otherwise. Standard input: the programs restore.sh and restart.sh, each with the prelude in
# front. Takes root: the deploy path, live: its name, run, seconds: until it restores itself, restore_bytes and restart_bytes: the bytes of the
# two programs, rename: what can rename onto a link, manager: what manages the service; then what restart.sh takes: service, command, limit,
# settle and may (see service_control.sh).
#
# The token armed.RUN is the right to act: who moves it away has it, the device by restoring or the controller by confirming.
# Where systemd is and we are root, a transient timer waits, and a unit that is enabled until the confirmation acts after a reboot;
# elsewhere a shell of its own session waits. What they run lies in .lockstep/restore, where nobody else may even look; they find it from the
# folder that they are started in, once they have seen whose that is. So a service's user who owns the deploy path has nothing to swap.
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
disarm "$root"
umask 077
mkdir restore || explain . "cannot make .lockstep/restore"

# keep NAME BYTES: standard input's next bytes as a file.
keep() {
  receive "$2" >"restore/$1" || explain restore "cannot write $1"
}
keep script "$restore_bytes"
keep restart "$restart_bytes"

# note NAME VALUE: a value for the program, whatever characters it has. The dot keeps line breaks at its end.
note() {
  printf '%s.' "$2" >"restore/$1" || explain restore "cannot write $1"
}
note live "$live"
note rename "$rename"
note manager "$manager"
note service "$service"
note command "$command"
note limit "$limit"
note settle "$settle"
note may "$may"
note trusted "$LOCKSTEP_SUDO_UID"
(umask 022 && echo "$(($(date +%s) + seconds))" >restore/token) || explain restore "cannot write token"
flush_tree restore
mv restore/token "armed.$run" || explain . "cannot arm"

# What starts the program, in the deploy path: it goes to the state folder and sees first that it is that, by whose it is and where it lies.
# systemd reads % and $ in a command in its own way, which is not the same in all versions: so there is none in it.
begin="exec 3<. && cd -P .lockstep && test -O . && test .. -ef /proc/self/fd/3 && exec 3<&- && . ./restore/script"

timer=
# So a path with anything unusual in it is left to the shell.
case $root$run in *[!A-Za-z0-9/._-]*) plain=no ;; *) plain=yes ;; esac
if [ "$plain" = yes ] && [ "$LOCKSTEP_UID" = 0 ] && [ -d /run/systemd/system ] && has systemd-run; then
  unit=$(restore_unit "$root")
  echo "$unit" >restore/unit
  flush restore/unit restore
  systemctl reset-failed "$unit-timer.service" 2>/dev/null
  if systemd-run --quiet --unit="$unit-timer" --on-active="$seconds" --timer-property=AccuracySec=1s \
    --property=WorkingDirectory="$root" \
    /bin/sh -c "$begin" "$root/.lockstep/restore/script" "$root" "$run" now 2>/dev/null; then
    timer=systemd
    before=
    case $service in
      *[!A-Za-z0-9:_.@-]* | "") ;;
      *.service) before=Before=$service ;;
      # These are begun before anything like ours can be; what they start is called like them, unless they say otherwise.
      *.socket | *.timer | *.path) before=Before=${service%.*}.service ;;
      *.target | *.mount | *.automount | *.swap | *.slice | *.scope | *.device) ;;
      *) before=Before=$service.service ;;
    esac
    # A file of its own, not a link: what lies below the deploy path may be somebody else's to rename.
    rm -f "/etc/systemd/system/$unit.service"
    (umask 022 && cat >"/etc/systemd/system/$unit.service") <<END
[Unit]
Description=Lockstep: bring back the set that was live before a deploy that was never confirmed
RequiresMountsFor=$root
$before
[Service]
Type=oneshot
WorkingDirectory=$root
ExecStart=/bin/sh -c "$begin" $root/.lockstep/restore/script $root $run boot
[Install]
WantedBy=multi-user.target
END
    flush "/etc/systemd/system/$unit.service"
    # Where the unit cannot be enabled, a reboot is settled by the next run instead.
    systemctl enable --quiet "$unit.service" 2>/dev/null && flush /etc/systemd/system /etc/systemd/system/multi-user.target.wants
  fi
fi
if [ -z "$timer" ]; then
  own=
  if has setsid; then own=setsid; fi
  (
    trap '' HUP
    # It is there already, and stays there.
    exec $own sh -c ". ./restore/script" "$root/.lockstep/restore/script" "$root" "$run" "$seconds"
  ) </dev/null >/dev/null 2>&1 &
  pid=$!
  echo "$pid $(started "$pid") $(boot_id)" >restore/pid
fi
flush .
true
