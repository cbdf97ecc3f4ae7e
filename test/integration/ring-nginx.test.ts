/** Asks a stock nginx, key by key, whether it sees the ring as we do. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { crc32Key } from '../../src/lib/ring/crc32.ts';
import { NGINX_MAX_SKIPS, Ring, type RingMember } from '../../src/lib/ring/ring.ts';
import { freePort } from '../support/free-port.ts';
import { type RingNginx, startRingNginx } from '../support/ring-nginx.ts';

const FRONT = '127.207.0.1';
const KEYS = Array.from({ length: 12_000 }, (_, index) => `stream-${index}`);
const FEWER_KEYS = KEYS.slice(0, 2000);
/** Nobody listens on this port, so nginx names the peer that it chose and is refused. */
const SILENT_PORT = 1;

interface Peer extends RingMember {
  /** How `$upstream_addr` names it, where that is not its name. */
  readonly address?: string;
}

const mixed: Peer[] = [];
const sockets: Peer[] = [];
const hostNames: Peer[] = [
  { name: `0x7fcf0301:${SILENT_PORT}`, weight: 2, address: `127.207.3.1:${SILENT_PORT}` },
  { name: `127.207.770:${SILENT_PORT}`, weight: 1, address: `127.207.3.2:${SILENT_PORT}` },
  { name: `0X7FCF0303:${SILENT_PORT}`, weight: 3, address: `127.207.3.3:${SILENT_PORT}` },
  { name: `localhost:${SILENT_PORT + 1}`, weight: 1, address: `127.0.0.1:${SILENT_PORT + 1}` },
];
const withoutPorts: Peer[] = [
  { name: '127.207.4.1', weight: 1, address: '127.207.4.1:80' },
  { name: '127.207.4.2', weight: 2, address: '127.207.4.2:80' },
  { name: '0x7fcf0403', weight: 1, address: '127.207.4.3:80' },
];
const downs: Peer[] = [
  { name: `127.207.5.1:${SILENT_PORT}`, weight: 1 },
  { name: `127.207.5.2:${SILENT_PORT}`, weight: 1 },
  { name: `127.207.5.3:${SILENT_PORT}`, weight: 30 },
];
let folder: string;
let nginx: RingNginx;

function line({ name, weight }: Peer, more = ''): string {
  return `${name} weight=${weight} max_fails=0${more}`;
}

function lines(members: readonly Peer[]): string[] {
  return members.map((member) => line(member));
}

async function prepareNginx(): Promise<RingNginx> {
  const port = await freePort(FRONT);
  for (let index = 0; index < 12; index++) {
    mixed.push({ name: `127.207.1.${index + 1}:${port}`, weight: 1 + (index % 4) });
  }
  sockets.push({ name: `unix:${folder}/a.sock`, weight: 1 }, { name: `unix:${folder}/b.sock`, weight: 3 });
  const everyKind = [...mixed.slice(0, 3), ...sockets, ...hostNames, ...withoutPorts];
  const refusing = mixed.map((peer, index) => (index % 3 === 0 ? peer : { ...peer, name: silent(index) }));
  const key = '$arg_key';
  const upstreams = {
    mixed: { key, servers: lines(mixed) },
    raw: { key: '$http_x_key', servers: lines(mixed) },
    sockets: { key, servers: lines(sockets) },
    hosts: { key, servers: lines(hostNames) },
    portless: { key, servers: lines(withoutPorts) },
    every: { key, servers: lines(everyKind) },
    one: { key, servers: lines(mixed.slice(0, 1)) },
    onedown: { key, servers: mixed.map((peer, index) => line(peer, index === 3 ? ' down' : '')) },
    heavydown: { key, servers: downs.map((peer) => line(peer, peer.weight === 30 ? ' down' : '')) },
    refusing: { key, servers: lines(refusing), next: true },
  } as const;
  return await startRingNginx(
    FRONT,
    upstreams,
    [...mixed, ...sockets].map(({ name }) => name),
  );
}

function silent(index: number): string {
  return `127.207.6.${index + 1}:${SILENT_PORT}`;
}

/** Compares every key and says which differ. */
async function compare(upstream: string, members: readonly Peer[], keys = FEWER_KEYS): Promise<void> {
  const ring = new Ring(members);
  const answers = await nginx.ask(upstream, keys);
  const differ = keys.filter((key, index) => {
    const owner = ring.owner(key) as Peer;
    return plain(answers[index]!) !== (owner.address ?? owner.name);
  });
  assert.deepEqual(differ, []);
  assert.equal(answers.length, keys.length);
  const chosen = new Set(answers.map(plain));
  assert.equal(chosen.size, members.length, 'every member was chosen at least once');
}

/** localhost is both addresses where the machine says so; nginx then takes turns. */
function plain(tried: readonly string[]): string {
  return tried.join().replace('[::1]', '127.0.0.1');
}

describe('a real nginx and Ring agree on the owner', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sc-ring-'));
    nginx = await prepareNginx();
  });
  after(async () => {
    await nginx.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('of every one of 12,000 keys over 12 members of weights 1 to 4', async () => {
    await compare('mixed', mixed, KEYS);
  });

  it('of keys that are not ASCII, as bytes of UTF-8', async () => {
    const keys = FEWER_KEYS.map(
      (key, index) => `${['Öffentlich', '配信', 'трансляция', '📺'][index % 4]}-${key}`,
    );
    await compare('raw', mixed, keys);
  });

  it('of keys that are not ASCII, as the percent-encoded text that $arg_key holds', async () => {
    const keys = FEWER_KEYS.map((key) => encodeURIComponent(`配信/${key}`));
    await compare('mixed', mixed, keys);
  });

  it('with unix sockets', async () => {
    await compare('sockets', sockets);
  });

  it('with host names, hashed as written and not as resolved', async () => {
    await compare('hosts', hostNames);
  });

  it('with ports left out, hashed without the port that nginx then uses', async () => {
    await compare('portless', withoutPorts);
  });

  it('with all kinds of members in one ring', async () => {
    await compare('every', [...mixed.slice(0, 3), ...sockets, ...hostNames, ...withoutPorts]);
  });

  it('with one member', async () => {
    await compare('one', mixed.slice(0, 1));
  });

  it('but not of an empty key, which nginx does not hash: it deals those out in turn', async () => {
    const answers = await nginx.ask('mixed', new Array<string>(200).fill(''));
    assert.equal(new Set(answers.flat()).size, mixed.length);
  });

  it('when a member is marked down: the next one on the circle', async () => {
    const ring = new Ring(mixed);
    const answers = await nginx.ask('onedown', KEYS);
    const expected = KEYS.map((key) => [
      ring.members[ring.liveOwner(crc32Key(key), (at) => at !== 3)!.member]!.name,
    ]);
    assert.deepEqual(answers, expected);
    assert.ok(
      KEYS.some((key) => ring.owner(key) === ring.members[3]),
      'some keys belonged to it',
    );
  });

  it('when members refuse: those tried are the walk, in its order, up to 20 points on', async () => {
    const members = mixed.map((peer, index) => (index % 3 === 0 ? peer : { ...peer, name: silent(index) }));
    const ring = new Ring(members);
    const answers = await nginx.ask('refusing', FEWER_KEYS);
    let near = 0;
    for (const [index, key] of FEWER_KEYS.entries()) {
      const walked = ring.walkIndexes(crc32Key(key));
      const expected = walked.slice(0, walked.findIndex((at) => at % 3 === 0) + 1);
      const { skipped } = ring.liveOwner(crc32Key(key), (at) => at % 3 === 0)!;
      if (skipped > NGINX_MAX_SKIPS) continue;
      near++;
      assert.deepEqual(
        answers[index],
        expected.map((at) => members[at]!.name),
      );
    }
    assert.ok(near > FEWER_KEYS.length * 0.98, `${near} keys compared`);
  });

  it('when a heavy member is down: up to 20 points on; beyond, nginx leaves the ring and deals in turn', async () => {
    const ring = new Ring(downs);
    const answers = await nginx.ask('heavydown', FEWER_KEYS);
    const beyond: boolean[] = [];
    for (const [index, key] of FEWER_KEYS.entries()) {
      const { member, skipped } = ring.liveOwner(crc32Key(key), (at) => at !== 2)!;
      const agrees = answers[index]!.join() === downs[member]!.name;
      if (skipped > NGINX_MAX_SKIPS) beyond.push(agrees);
      else assert.ok(agrees, `${key}, ${skipped} points on`);
    }
    const share = beyond.filter(Boolean).length / beyond.length;
    assert.ok(beyond.length > 100, `${beyond.length} keys beyond`);
    assert.ok(share > 0.35 && share < 0.65, `of those ${share} agree, by chance`);
  });
});
