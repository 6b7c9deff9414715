# How much room there is. Takes root (the deploy path).
# shellcheck shell=sh disable=SC2154 # the arguments
near=$root
while [ ! -d "$near" ]; do
  near=${near%/*}
  near=${near:-/}
done
space=$(free "$near")
echo "kib=${space% *}"
echo "inodes=${space#* }"
