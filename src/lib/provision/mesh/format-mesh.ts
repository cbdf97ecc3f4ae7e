/** The files of a machine's mesh as text. Pure; wg(8), nft(8) and systemd.service(5) govern them. */
import { join } from 'node:path';
import { formatUnitFile } from '../../nodes/systemd/unit-text.ts';
import type { MeshPlan } from './mesh.ts';

/** Where a machine keeps its mesh; only root may read it. */
export interface MeshPlace {
  /** Folder of the cluster on the machine; its last part is the cluster's name. */
  readonly clusterDir: string;
}

/** Folder of key and configuration, mode 0700, root's. */
export function meshFolder({ clusterDir }: MeshPlace): string {
  return join(clusterDir, 'mesh');
}

/**
 * Seconds between signs of life to each peer: it keeps the way through routers that forget, and makes a machine that comes
 * back shake hands with all others at once, where it would else wait for them to give up the old session.
 */
const KEEPALIVE_SEC = 20;

/** A lookup of one name takes no longer, seconds. */
const LOOKUP_SEC = 5;

/** Between two lookups of a name that was not found, seconds. */
const AGAIN_SEC = 5;

/** Formats what `wg syncconf` reads. It holds the private key: mode 0600. */
export function formatMeshConf({ port, peers }: MeshPlan, privateKey: string): string {
  const blocks = peers.map(({ name, publicKey, endpoint, address }) =>
    [
      `# ${name}`,
      '[Peer]',
      `PublicKey = ${publicKey}`,
      `AllowedIPs = ${address}/32`,
      `Endpoint = ${endpoint}`,
      `PersistentKeepalive = ${KEEPALIVE_SEC}`,
    ].join('\n'),
  );
  const own = ['[Interface]', `PrivateKey = ${privateKey.trim()}`, `ListenPort = ${port}`].join('\n');
  return `${[own, ...blocks].join('\n\n')}\n`;
}

/** Parses the peers' keys, by name, out of what `formatMeshConf` wrote. */
export function parsePeerKeys(conf: string): Record<string, string> {
  const found = conf.matchAll(/^# (\S+)\n\[Peer\]\nPublicKey = (\S+)$/gm);
  return Object.fromEntries([...found].map(([, name, key]) => [name!, key!]));
}

/**
 * Formats the script that makes device, address and guard; it may run again. A device of wireguard-go's outlives it, so
 * that its end costs no connection: the address stays. One of the other kind goes: nobody could use it.
 */
export function formatLinkScript(plan: MeshPlan, table: string): string {
  const { interfaceName: name, address, network, mtu, kernel } = plan;
  const kind = kernel ? 'wireguard' : 'tun';
  const make = kernel ? `ip link add ${name} type wireguard` : `ip tuntap add dev ${name} mode tun`;
  return `#!/bin/sh
# Makes the interface of the mesh, unless it is there.
set -e
there=/sys/class/net/${name}
# It may be from before the kernel could do WireGuard, or from when it could.
[ ! -e $there ] || ip link show dev ${name} type ${kind} | grep -q . || ip link delete ${name}
[ -e $there ] || ${make}
ip address replace ${address}/32 dev ${name}
ip link set ${name} mtu ${mtu} up
ip route replace ${network} dev ${name}
# A stranger on the machine's own network could else send to the address of the mesh past the tunnel.
nft -f - <<'END'
add table inet ${table}
delete table inet ${table}
table inet ${table} {
  chain guard {
    type filter hook prerouting priority raw; policy accept;
    iifname != { "lo", "${name}" } ip daddr ${network} drop
    iifname != { "lo", "${name}" } ip saddr ${network} drop
  }
}
END
`;
}

/** Parses the interface's name out of what `formatLinkScript` wrote; null for nothing. */
export function parseInterface(script: string): string | null {
  return /^ip link set (\S+) mtu /m.exec(script)?.[1] ?? null;
}

/**
 * Formats the script that gives WireGuard its key and peers, and with `keep` goes on for as long as the mesh is up. A name that is
 * not found keeps only the way to that peer from the others, and only until it is found; the peer may come by itself meanwhile.
 */
export function formatPeersScript({ interfaceName: name }: MeshPlan, place: MeshPlace): string {
  const conf = join(meshFolder(place), 'mesh.conf');
  return `#!/bin/sh
# Gives the mesh its key and peers; with "keep", asks again and again for those that it knows no way to.
export WG_ENDPOINT_RESOLUTION_RETRIES=0
# $1: keys of the peers.
tell_ways() {
  sed -n 's/^PublicKey = //p; s/^Endpoint = //p' ${conf} | {
    while read -r key && read -r endpoint; do
      case "$1" in *"$key"*)
        timeout ${LOOKUP_SEC} wg set ${name} peer "$key" endpoint "$endpoint" persistent-keepalive ${KEEPALIVE_SEC} ||
          echo "no way to $endpoint for now" >&2 & ;;
      esac
    done
    wait
  }
}
if [ "$1" = keep ]; then
  while sleep ${AGAIN_SEC}; do
    lost=$(wg show ${name} endpoints | sed -n 's/\t(none)$//p')
    [ -z "$lost" ] || tell_ways "$lost"
  done 2>/dev/null
  exit
fi
# All at once where every name is found.
timeout ${LOOKUP_SEC} wg syncconf ${name} ${conf} && exit
grep -Ev '^(Endpoint|PersistentKeepalive) = ' ${conf} | wg syncconf ${name} /dev/stdin || exit
tell_ways "$(wg show ${name} peers)"
`;
}

/**
 * wireguard-go on half of the machine's cores: where it may use all of them each packet is handed from thread to thread,
 * which costs nearly twice as much (of two cores, at 850 packets a second: 35 % of one against 20 %).
 */
function userSpaceCommand(name: string, keep: string): string {
  return `/bin/sh -c '${keep} & GOMAXPROCS=$$((($$(nproc) + 1) / 2)) exec /usr/bin/wireguard-go -f ${name}'`;
}

/** Formats the unit that keeps the mesh up. */
export function formatMeshUnit(plan: MeshPlan, place: MeshPlace): string {
  const { interfaceName: name, kernel } = plan;
  const folder = meshFolder(place);
  const configure = `sh ${join(folder, 'peers.sh')}`;
  const keep = `/bin/${configure} keep`;
  // One that has ended already is not waited for: systemd starts it again.
  const wait = `until wg show ${name} >/dev/null 2>&1; do kill -0 "$MAINPID" || exit 1; sleep 0.05; done`;
  return formatUnitFile(place.clusterDir, [
    [
      'Unit',
      [
        ['Description', `The mesh of streamctl cluster ${place.clusterDir.split('/').at(-1)}`],
        ['After', 'network-online.target'],
        ['Wants', 'network-online.target'],
        ['StartLimitIntervalSec', '0'],
      ],
    ],
    [
      'Service',
      [
        ['ExecStartPre', `/bin/sh ${join(folder, 'link.sh')}`],
        ['ExecStart', kernel ? keep : userSpaceCommand(name, keep)],
        ['ExecStartPost', `/bin/sh -c '${wait}; ${configure}'`],
        ['ExecReload', `/bin/sh -c 'sh ${join(folder, 'link.sh')} && ${configure}'`],
        // wireguard-go says there why it ended, and of each packet that could not leave.
        ['LogRateLimitIntervalSec', '30s'],
        ['LogRateLimitBurst', '50'],
        ['Restart', 'always'],
        ['RestartSec', '100ms'],
        ['TimeoutStartSec', '20s'],
        ['CapabilityBoundingSet', 'CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BIND_SERVICE CAP_DAC_READ_SEARCH'],
        ['NoNewPrivileges', 'yes'],
        ['ProtectHome', 'yes'],
        ['ProtectSystem', 'strict'],
        ['PrivateTmp', 'yes'],
        ['RuntimeDirectory', 'wireguard'],
        ['RuntimeDirectoryMode', '0700'],
        ['RuntimeDirectoryPreserve', 'yes'],
        ['MemoryMax', '512M'],
      ],
    ],
    ['Install', [['WantedBy', 'multi-user.target']]],
  ]);
}
