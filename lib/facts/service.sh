# The service: who manages it, what it is called there, whether the device knows it, whether it runs, whether we may restart it; of a unit of
# systemd also what systemd says of it. Takes manager: a service manager, none or auto; service: its name; then the names of all service
# managers, in the order in which auto tries them. Each has a function use_NAME above this, which defines its own functions.
# shellcheck shell=sh disable=SC2154,SC2034,SC2317 # the arguments, and what the functions of a manager use

# use MANAGER: from here on the functions are those of this manager, and these for what it leaves out.
use() {
  # manages: whether it looks after services here (the service's script is called $script); 2 if it does unless another manager does.
  manages() { false; }

  # look: sets $unit, and $active if that is known now; prints what else the manager says of $service.
  look() { :; }

  # known: whether the device knows the service.
  known() { false; }

  # is_active: whether it is active. 1: it is not, 2: nobody can tell, 3: nobody can tell, but its script says that it does not run.
  is_active() { return 2; }

  # forms: all ways to tell the manager, the best first, a line for each, by `form VERBS WORDS`, as rules of sudoers have them. Fails if there is
  # nobody to tell.
  forms() { false; }

  if [ "$1" != none ]; then "use_$1"; fi
}

# form VERBS WORDS: prints them, if there is such a program.
form() {
  if has "${2%% *}"; then printf '%s %s\n' "$1" "$2"; fi
}

# may_all: whether $by runs $words with each of the verbs.
may_all() {
  for verb in stop start restart; do
    case +$verbs+ in *"+$verb+"*) said "granted $by" "$verb" "$words" || return 1 ;; esac
  done
}

# find_way: prints the first way that is allowed, as the programs take it that restart it.
find_way() {
  if ! every=$(forms); then
    echo yes
    return
  fi
  for by in sudo doas; do
    if ! has "$by"; then continue; fi
    first=yes
    left=${every:+$every$nl}
    while [ -n "$left" ]; do
      words=${left%%"$nl"*}
      left=${left#*"$nl"}
      verbs=${words%% *}
      words=${words#* }
      if may_all; then
        printf '%s\n' "$by $verbs $words"
        return
      fi
      # Each question of a user who may do nothing can be a mail to root.
      if [ "$by$first" = sudoyes ] && ! sudo -n -l >/dev/null 2>&1; then continue 2; fi
      first=
    done
  done
  echo no
}

plain_name "$service"
# A script has no suffix, whatever the inventory calls the unit of other devices.
script=${service%.service}
for place in /etc/init.d /etc/service /var/service /service; do
  if [ -e "$place/$service" ]; then script=$service; fi
done
if [ "$manager" = auto ]; then
  manager=none
  for candidate in "$@"; do
    use "$candidate"
    manages
    case $? in
      0)
        manager=$candidate
        break
        ;;
      2) if [ "$manager" = none ]; then manager=$candidate; fi ;;
    esac
  done
fi
echo "manager=$manager"
active=unknown
unit=$service
use "$manager"
look
if known; then known=yes; else known=no; fi
echo "known=$known"
echo "unit=$unit"
if [ "$known" = yes ]; then
  is_active 2>/dev/null
  case $? in
    0) active=yes ;;
    1) active=no ;;
    3) echo stopped=yes ;;
  esac
fi
echo "active=$active"
may=yes
if [ "$known" = yes ] && [ "$(id -u)" != 0 ]; then may=$(find_way); fi
echo "may=$may"
