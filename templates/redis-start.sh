#!/bin/sh
# Starts one of several stores in the role that it had: Sentinel writes into {{data}}/redis.conf whose copy it is. One that
# never ran, or whose source has left the cluster, copies the store that takes writes now, as the Sentinels of the others say. When
# none answers, the first store of the cluster takes writes, and the others copy it.
#
# {{dir}}        folder of this node
# {{data}}       folder of its data
# {{firstRole}}  the role when no Sentinel answers: empty, or `replicaof ADDRESS PORT`
# {{storePattern}}   addresses of all stores, for grep -E
# {{address}}        where it listens
# {{otherSentinels}} `ADDRESS:PORT` of those beside the other stores

set -eu
umask 077
own={{data}}/redis.conf
# What most of them name, unless it is this one.
present_role() {
  REDISCLI_AUTH=$(sed -n 's/^sentinel sentinel-pass //p' {{data}}/sentinel-secret.conf)
  export REDISCLI_AUTH
  for sentinel in {{otherSentinels}}; do
    timeout 1 redis-cli -h "${sentinel%:*}" -p "${sentinel#*:}" --user replica \
      SENTINEL get-master-addr-by-name {{cluster}} 2>/dev/null | paste -s -d ' ' || true
  done | grep -E '^({{storePattern}}) [0-9]+$' | grep -v '^{{address}} ' | sort | uniq -c | sort -rn |
    sed -n '1s/^ *[0-9]* /replicaof /p'
}
if [ -e "$own" ] && ! grep -q '^replicaof ' "$own"; then
  role=
else
  role=$(grep -sE '^replicaof ({{storePattern}}) ' "$own" || present_role)
  [ -n "$role" ] || role='{{firstRole}}'
fi
printf 'include %s\n%s\n' '{{dir}}/conf/redis.conf' "$role" >"$own.new"
mv "$own.new" "$own"
exec /usr/bin/redis-server "$own"
