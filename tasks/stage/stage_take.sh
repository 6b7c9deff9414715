# Puts files that the device has into staging. Takes root (the deploy path), live (the live name), release (its id) and earlier (what is done
# with what an earlier run has staged: keep or fresh), then pairs of SOURCE NAME. A link to a file of a release costs no room and no wear; the
# staged name is never written to afterwards (see stage_receive.sh). A backup stays a copy of its own, so that nothing that writes to the live
# set can reach it.
# shellcheck shell=sh disable=SC2154 # the arguments
own "$root"
live_path=../$live
staging=staging/$release
make_staging
if [ "$earlier" = fresh ] && [ -e "$staging" ]; then (cd -P staging && remove "$release"); fi
mkdir -p "$staging" || explain . "cannot make .lockstep/$staging"
known=
while [ $# -gt 1 ]; do
  to=$staging/$2
  if [ ! -d "${to%/*}" ]; then mkdir -p "${to%/*}" || explain "$staging" "cannot make a folder for $2"; fi
  if [ -e "$to" ] || [ -L "$to" ]; then rm -f "$to"; fi
  mine=no
  name=$1
  case $name in
    .lockstep/releases/*)
      mine=yes
      name=${name#.lockstep/releases/}
      set=releases/${name%%/*}
      ;;
    backup/*)
      name=${name#backup/}
      set=../backup/${name%%/*}
      ;;
    # A live folder becomes a release of ours; what a link leads to elsewhere is somebody else's.
    *)
      name=${name#"$live"}
      set=$live_path
      if [ ! -L "$live_path" ]; then mine=yes; fi
      ;;
  esac
  name=${name#*/}
  # A set-id bit is a file's, whatever its name: such a file is not shared.
  if [ -u "$set/$name" ] || [ -g "$set/$name" ]; then mine=no; fi
  # The path may be exchanged meanwhile, where the set is somebody else's. Then a link is to a wrong file, in a folder that only we can come
  # to, and its digest tells.
  if [ "$mine" = no ] || ! ln "$set/$name" "$to" 2>/dev/null; then
    if [ "$known" != "$set" ]; then reader=$(reader_of "$root" "$set") || exit; fi
    known=$set
    # The live name may be exchanged once more, so what is read there is named from where it was entered.
    if [ -z "$reader" ] && [ "$set" != "$live_path" ]; then
      cp -p "$set/$name" "$to" || explain "$staging" "cannot copy $2"
    else
      (enter "$root" "$set" && reader_for "$name" && as_reader cat "./$name") >"$to" || explain "$staging" "cannot copy $2"
      if [ -n "$reader" ] && [ "$reader" != mixed ]; then chown -h "$(owner_of "$reader")" "$to"; fi
    fi
    # What the live set has under that name says to whom it belongs.
    rights "$to" "$live_path" "$2"
    chmod ug-s "$to"
  fi
  shift 2
done
