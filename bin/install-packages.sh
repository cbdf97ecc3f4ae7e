#!/bin/sh
# Installs Debian packages without starting their services now or at boot. Run as root: install-packages.sh NAME…
set -eu

# One at a time: two would restore one another's policy-rc.d.
exec 9>/run/lock/streamctl-install-packages
flock 9

policy=/usr/sbin/policy-rc.d
saved=
restore() {
  rm -f "$policy"
  [ -z "$saved" ] || mv "$saved" "$policy"
}
if [ -e "$policy" ]; then
  saved=$policy.streamctl-saved
  mv "$policy" "$saved"
fi
trap restore EXIT
trap 'exit 130' INT TERM
printf '#!/bin/sh\nexit 101\n' >"$policy"
chmod 755 "$policy"

new_services=
[ -e /usr/sbin/nginx ] || new_services="$new_services nginx"
[ -e /usr/bin/redis-server ] || new_services="$new_services redis-server"

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends "$@"

if command -v systemctl >/dev/null; then
  for service in $new_services; do
    systemctl disable --quiet "$service" || true
  done
fi
