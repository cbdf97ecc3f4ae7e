# Sourced by bin/start and bin/test: brings a fresh Debian machine to where streamctl can be built and run. Every part
# looks first and does only what is missing. Needs: $root, the folder of the repository.

NODE=$root/node_modules/.bin/node

say() { printf '  %s\n' "$*" >&2; }
fail() {
  printf '  ✖ %s\n    %s\n' "$1" "$2" >&2
  exit 4
}

# Runs a command quietly; shows what it printed only when it fails.
quietly() {
  what=$1
  shift
  out=$(mktemp)
  if "$@" >"$out" 2>&1 </dev/null; then
    rm -f "$out"
  else
    tail -n 30 "$out" >&2
    rm -f "$out"
    fail "$what failed" "The lines above are the last that it printed: $*"
  fi
}

# Node packages, unless those of this very lock file are there. A linked folder is somebody's own arrangement.
ensure_node_packages() {
  [ -L "$root/node_modules" ] && return 0
  stamp=$root/node_modules/.streamctl-lock
  wanted=$(sha256sum "$root/package-lock.json" | cut -d ' ' -f 1)
  [ -x "$NODE" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return 0
  command -v npm >/dev/null || fail 'npm is missing' 'Install Node 20 or later with its npm; the nodejs of Debian 12 itself is 18.'
  say '… installing Node packages'
  began=$(date +%s)
  quietly 'npm ci' npm ci --prefix "$root" --no-audit --no-fund --no-progress --loglevel=error
  echo "$wanted" >"$stamp"
  say "✔ installed   Node packages   $(($(date +%s) - began)) s"
}

# PACKAGE:FILE pairs whose file is missing, as package names.
missing_packages() {
  for pair in "$@"; do
    [ -e "${pair#*:}" ] || printf '%s ' "${pair%%:*}"
  done
}

SYSTEM_PACKAGES='nginx:/usr/sbin/nginx
  libnginx-mod-rtmp:/usr/lib/nginx/modules/ngx_rtmp_module.so
  ffmpeg:/usr/bin/ffmpeg
  redis-server:/usr/bin/redis-server
  runit:/usr/bin/runsvdir'

# What a lab needs beside them (streamctl lab up installs it by itself).
LAB_PACKAGES='mmdebstrap:/usr/bin/mmdebstrap
  systemd-container:/usr/bin/systemd-nspawn
  iproute2:/usr/sbin/ip
  openssh-client:/usr/bin/ssh
  netcat-openbsd:/bin/nc.openbsd'

# System packages, said before they are installed. Their services are not started, and services that run already are
# not touched: policy-rc.d answers 101 ("not allowed") meanwhile.
ensure_packages() {
  missing=$(missing_packages "$@")
  [ -z "$missing" ] && return 0
  command -v apt-get >/dev/null || fail "not installed: $missing" 'This machine has no apt-get: install them your way.'
  sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "not installed: $missing" "Run as root: apt-get install $missing"
    sudo=sudo
  fi
  say "… installing with apt-get${sudo:+ (through sudo)}: $missing"
  began=$(date +%s)
  # shellcheck disable=SC2086
  quietly 'apt-get' $sudo sh "$root/bin/install-packages.sh" $missing
  say "✔ installed   $missing  $(($(date +%s) - began)) s"
}

# The program, when a source is newer than what was built from it.
ensure_build() {
  built=$root/dist/main.js
  if [ -f "$built" ] && [ -f "$root/oclif.manifest.json" ]; then
    newer=$(find "$root/src" "$root/templates" "$root/package.json" "$root/bin/build.ts" -newer "$built" -print -quit)
    [ -z "$newer" ] && return 0
  fi
  quietly 'the build' "$NODE" "$root/bin/build.ts"
}
