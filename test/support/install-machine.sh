#!/usr/bin/env bash
# Installs what the tests need from the machine: a MariaDB and a Redis server, a Chromium, shellcheck and systemd's tools.
# Does nothing and says nothing when they are there. It starts no service: tests start private servers from the binaries.
set -euo pipefail

# A mirror that answers at all answers within seconds; the largest package (Chromium) takes a minute or two.
readonly REFRESH_LIMIT=180s
readonly INSTALL_LIMIT=900s

# Prints the first of the given programs that exists. Servers live in sbin, which an ordinary user's PATH may lack.
find_program() {
  local name
  for name in "$@"; do
    PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" command -v "$name" && return
  done
  return 1
}

give_up() {
  echo "install-machine: $1" >&2
  exit 1
}

# A package that wants its service started is refused by this policy, which is put away again afterwards.
readonly POLICY=/usr/sbin/policy-rc.d
forbid_services() {
  [ -e "$POLICY" ] && return
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$POLICY" >/dev/null
  "${as_root[@]}" chmod 755 "$POLICY"
  trap '"${as_root[@]}" rm -f "$POLICY"' EXIT
}

install_package() {
  timeout --kill-after=10s "$INSTALL_LIMIT" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install --yes --quiet --no-install-recommends -o DPkg::Lock::Timeout=300 "$1" >"$log" 2>&1 && return
  tail -n 20 "$log" >&2
  give_up "apt could not install $1"
}

missing=()
find_program mariadbd mysqld >/dev/null || missing+=(mariadb-server)
find_program redis-server >/dev/null || missing+=(redis-server)
find_program chromium chromium-browser google-chrome >/dev/null || missing+=(chromium)
find_program shellcheck >/dev/null || missing+=(shellcheck)
find_program systemd-analyze >/dev/null || missing+=(systemd)
find_program flock >/dev/null || missing+=(util-linux)
[ ${#missing[@]} -eq 0 ] && exit 0

find_program apt-get >/dev/null || give_up "missing and to be installed by hand, for there is no apt here: ${missing[*]}"
# How to run something as root: as we are, or through sudo where that asks no question.
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  find_program sudo >/dev/null || give_up "missing: ${missing[*]}; installing them needs root or sudo"
  as_root=(sudo --non-interactive)
fi

log=$(mktemp)
forbid_services
timeout --kill-after=10s "$REFRESH_LIMIT" "${as_root[@]}" apt-get update --quiet >"$log" 2>&1 ||
  echo "install-machine: apt could not refresh its lists, going on with those at hand" >&2
for package in "${missing[@]}"; do
  echo "install-machine: installing $package"
  install_package "$package"
done
rm -f "$log"
