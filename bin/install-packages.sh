#!/bin/sh
# Installs Debian packages without starting their services now or at boot. Run as root: install-packages.sh NAME…
set -eu

# One at a time: two would restore one another's policy-rc.d.
exec 9>/run/lock/streamctl-install-packages
flock 9

policy=/usr/sbin/policy-rc.d
saved=$policy.streamctl-saved
marker='# streamctl: no service starts while packages are installed'
restore() {
  rm -f "$policy"
  [ ! -e "$saved" ] || mv "$saved" "$policy"
}
# Ours is still there when an earlier run was killed: what it saved is the administrator's.
if grep -qsxF "$marker" "$policy"; then
  rm -f "$policy"
elif [ -e "$policy" ]; then
  [ ! -e "$saved" ] || saved=$saved.$$
  mv "$policy" "$saved"
fi
trap restore EXIT
trap 'exit 130' INT TERM
printf '#!/bin/sh\n%s\nexit 101\n' "$marker" >"$policy.streamctl-new"
chmod 755 "$policy.streamctl-new"
mv "$policy.streamctl-new" "$policy"

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
