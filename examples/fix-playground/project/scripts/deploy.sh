#!/usr/bin/env bash
# Usage: scripts/deploy.sh <host>…
# Puts the service onto hosts, one after another.
set -euo pipefail

release=build/order-desk.tar.gz

check() {
  if [ ! -f $release ]; then
    echo "There is no $release. Build it first." >&2
    exit 2
  fi
}

install_on() {
  local host=$1
  scp "$release" "$host:/srv/order-desk/"
  ssh "$host" "tar -xzf /srv/order-desk/order-desk.tar.gz -C /srv/order-desk"
}

check
for host in $@; do
  install_on "$host"
done
