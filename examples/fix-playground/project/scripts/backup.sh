#!/usr/bin/env bash
# Usage: scripts/backup.sh <folder> [<days to keep>]
# Copies the shelves of the archive, and forgets copies that are too old.
set -u

target=$1
days=${2:-30}
started=$(date +%s)

make_copy() {
  local name="shelves-$(date +%F).tar.gz"
  mkdir -p "$target"
  cd archive
  tar -czf "$target/$name" ./*.jsonl
  echo "$name"
}

forget_old() {
  for file in $(find "$target" -name 'shelves-*.tar.gz' -mtime "+$days"); do
    rm -f "$file"
  done
}

make_copy
if [ $? -ne 0 ]; then
  echo "The copy failed." >&2
  exit 1
fi
forget_old
