#!/bin/sh
# Starts the Sentinel of a store node with the settings of conf/sentinel.conf and what it has learned: its own id, which
# store takes writes now, and who else watches. Stores that the cluster no longer has are forgotten.
#
# {{dir}}            folder of this node
# {{data}}           folder of its data
# {{firstAddress}}   where the store begins
# {{firstPort}}
# {{storePattern}}   addresses of all stores, for grep -E
# {{quorum}}         Sentinels that must agree

set -eu
umask 077
own={{data}}/sentinel.conf
learned() {
  [ ! -e "$own" ] || grep -E "$1" "$own" || true
}
monitor=$(learned '^sentinel monitor ' | grep -E ' ({{storePattern}}) ' | awk '{ print $4, $5 }')
{
  learned '^sentinel myid '
  echo "sentinel monitor {{cluster}} ${monitor:-{{firstAddress}} {{firstPort}}} {{quorum}}"
  grep -v '^#' {{dir}}/conf/sentinel.conf
  cat {{data}}/sentinel-secret.conf
  learned '^sentinel (config-epoch|leader-epoch|current-epoch) '
  learned '^sentinel (known-replica|known-sentinel) ' | grep -E ' ({{storePattern}}) ' || true
} >"$own.new"
mv "$own.new" "$own"
exec /usr/bin/redis-server "$own" --sentinel
