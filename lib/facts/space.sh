# How much room there is. $1: deploy path.
# shellcheck shell=sh
near=$1
while [ ! -d "$near" ]; do
  near=${near%/*}
  near=${near:-/}
done
space=$(free "$near")
echo "kib=${space% *}"
echo "inodes=${space#* }"
