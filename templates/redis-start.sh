#!/bin/sh
# Starts one of several stores in the role that it had: Sentinel writes into {{data}}/redis.conf whose copy it is. The first
# time, the first store of the cluster takes writes, and the others copy it.
#
# {{dir}}        folder of this node
# {{data}}       folder of its data
# {{firstRole}}  the role of a store that never ran: empty, or `replicaof ADDRESS PORT`
# {{storePattern}}   addresses of all stores, for grep -E

set -eu
umask 077
own={{data}}/redis.conf
if [ -e "$own" ]; then
  role=$(grep -E '^replicaof ({{storePattern}}) ' "$own" || true)
else
  role='{{firstRole}}'
fi
printf 'include %s\n%s\n' '{{dir}}/conf/redis.conf' "$role" >"$own.new"
mv "$own.new" "$own"
exec /usr/bin/redis-server "$own"
