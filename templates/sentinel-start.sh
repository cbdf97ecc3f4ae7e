#!/bin/sh
# Starts the Sentinel of a store node with the settings of conf/sentinel.conf and what it has learned: its own id, which
# store takes writes now, and who else watches. Stores that the cluster no longer has are forgotten.
#
# {{dir}}            folder of this node
# {{data}}           folder of its data
# {{firstAddress}}   where the store begins when this one copies none
# {{firstPort}}
# {{storePattern}}   addresses of all stores, for grep -E
# {{address}}        where it listens
# {{sentinelPort}}
# {{quorum}}         Sentinels that must agree before this one asks for votes

set -eu
umask 077
own={{data}}/sentinel.conf
learned() {
  [ ! -e "$own" ] || grep -E "$1" "$own" || true
}
monitor=$(learned '^sentinel monitor ' | grep -E ' ({{storePattern}}) ' | awk '{ print $4, $5 }')
# One that is new watches what the store beside it copies.
[ -n "$monitor" ] || monitor=$(sed -n 's/^replicaof //p' {{data}}/redis.conf || true)
{
  learned '^sentinel myid '
  echo "sentinel monitor {{cluster}} ${monitor:-{{firstAddress}} {{firstPort}}} {{quorum}}"
  grep -v '^#' {{dir}}/conf/sentinel.conf
  cat {{data}}/sentinel-secret.conf
  learned '^sentinel (config-epoch|leader-epoch|current-epoch) '
  learned '^sentinel (known-replica|known-sentinel) ' | grep -E ' ({{storePattern}}) ' || true
} >"$own.new"
mv "$own.new" "$own"

# After a stall of 2 s a Sentinel acts on nothing for 30 s (TILT): a store that is lost meanwhile is lost for so long. Its answers are
# new again after two of its looks, one a second. No line of a file sets this; Redis before 7.0 cannot.
shorten_tilt() {
  REDISCLI_AUTH=$(sed -n 's/^sentinel sentinel-pass //p' {{data}}/sentinel-secret.conf)
  export REDISCLI_AUTH
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    sleep 0.5
    said=$(redis-cli -h {{address}} -p {{sentinelPort}} --user replica SENTINEL DEBUG tilt-period 3000 2>&1) || continue
    case $said in OK | ERR*) return ;; esac
  done
}
# Nobody's child once Sentinel is in this shell's place, which knows the children that it made itself.
(shorten_tilt >/dev/null 2>&1 &)
exec /usr/bin/redis-server "$own" --sentinel
