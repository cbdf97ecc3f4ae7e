/**
 * Who may do what in the store: Redis users, and the files that tell Redis and Sentinel of them. Pure; Redis's ACL rules
 * govern them. All of these files are secret: mode 0600.
 */
import { createHash } from 'node:crypto';

/** Passwords in clear, by user. */
export interface StorePasswords {
  /** Commands of an operator. */
  readonly operator: string;
  /** Agents of ingest nodes, which judge stream keys. */
  readonly ingest: string;
  /** Agents of all other nodes. */
  readonly node: string;
  /** Stores and Sentinels among themselves. */
  readonly replica: string;
}

export type StoreUser = keyof StorePasswords;

/** Further passwords by which a user is let in while they are changed. */
export type FurtherPasswords = Readonly<Partial<Record<StoreUser, readonly string[]>>>;

/** What a connection does before it asks for anything. */
const GREETING = '+auth +hello +ping +info +client|setname +client|id';

const AGENT_COMMANDS = [
  '+eval +evalsha +wait +time',
  '+get +getrange +set +del +exists +expire +pexpire +ttl +pttl +mget +scan +type',
  '+hget +hset +hsetnx +hdel +hexists +hgetall +hmget +hlen +hkeys',
  '+xadd +xrevrange +xrange +xlen +publish +subscribe +unsubscribe',
].join(' ');

/** What an agent writes; any of them may be the controller. The channel is there as scripts are told of it like of a key. */
const AGENT_KEYS = [
  ...['ring', 'ring-history', 'placements', 'loads', 'moves', 'refusals', 'verdicts', 'events', 'changes'],
  ...[
    'controller',
    'controller-token',
    'heartbeat:*',
    'pulse:*',
    'placed:*',
    'session:*',
    'region-sessions:*',
  ],
];

/** Formats the file of users. Passwords are there as hashes alone. */
export function formatUsers(
  cluster: string,
  passwords: StorePasswords,
  further: FurtherPasswords = {},
): string {
  const prefix = `sc:${cluster}:`;
  const agentKeys = AGENT_KEYS.map((name) => `~${prefix}${name}`).join(' ');
  const channel = `&${prefix}changes`;
  const user = (name: StoreUser, rules: string) =>
    `user ${name} on ${hashesOf(name, passwords, further)} resetchannels ${rules}`;
  return `${[
    // Nobody can be it. Redis reads its own file of changes as this user: what it may not do would be lost in a restart.
    'user default off resetpass ~* &* +@all',
    // No looking at other keys than the cluster's, no changing of Redis itself.
    user('operator', `~${prefix}* &${prefix}* +@all -@admin -@dangerous ${GREETING}`),
    user(
      'ingest',
      `${agentKeys} ~${prefix}streams ~${prefix}keys ${channel} -@all ${GREETING} +select +quit ${AGENT_COMMANDS}`,
    ),
    // Never the keys of publishers, not even their hashes.
    user(
      'node',
      `${agentKeys} %R~${prefix}streams ${channel} -@all ${GREETING} +select +quit ${AGENT_COMMANDS}`,
    ),
    user('replica', `&* -@all ${GREETING} ${REPLICA_COMMANDS}`),
  ].join('\n')}\n`;
}

const REPLICA_COMMANDS =
  '+psync +replconf +multi +exec +slaveof +subscribe +publish +role +config|rewrite +client|kill +script|kill +acl|load';

/** Formats what Redis's own file includes. */
export function formatRedisSecret(data: string, { replica }: StorePasswords): string {
  return `aclfile ${data}/redis-users.acl\nmasteruser replica\nmasterauth ${replica}\n`;
}

/** Commands by which a Sentinel is asked where the store is. */
const SENTINEL_QUESTIONS =
  '+sentinel|get-master-addr-by-name +sentinel|sentinels +sentinel|replicas +subscribe +psubscribe';

/** Formats what the file of a Sentinel goes on with. */
export function formatSentinelSecret(
  cluster: string,
  passwords: StorePasswords,
  further: FurtherPasswords = {},
): string {
  const asker = (name: StoreUser) =>
    `user ${name} on ${hashesOf(name, passwords, further)} &* -@all ${GREETING} ${SENTINEL_QUESTIONS}`;
  return `${[
    'user default off resetpass resetkeys resetchannels -@all',
    ...(['operator', 'ingest', 'node'] as const).map(asker),
    `user replica on ${hashesOf('replica', passwords, further)} &* +@all`,
    'sentinel sentinel-user replica',
    `sentinel sentinel-pass ${passwords.replica}`,
    `sentinel auth-user ${cluster} replica`,
    `sentinel auth-pass ${cluster} ${passwords.replica}`,
  ].join('\n')}\n`;
}

/** All that these files say but the passwords: other rules need a store that reads them again. */
export function outlineAccess(cluster: string): string {
  const none = { operator: '', ingest: '', node: '', replica: '' };
  return [formatUsers(cluster, none), formatRedisSecret('', none), formatSentinelSecret(cluster, none)].join(
    '',
  );
}

/** Each once: `#ab12… #cd34…`. */
function hashesOf(name: StoreUser, passwords: StorePasswords, further: FurtherPasswords): string {
  const accepted = new Set([passwords[name], ...(further[name] ?? [])]);
  return [...accepted].map((password) => `#${hash(password)}`).join(' ');
}

function hash(password: string): string {
  return createHash('sha256').update(password).digest('hex');
}
