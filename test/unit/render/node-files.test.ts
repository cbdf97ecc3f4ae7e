import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import type { NodeConfig } from '../../../src/lib/nodes/node-config.ts';
import { fillTemplate } from '../../../src/lib/render/fill-template.ts';
import { NODE_TEMPLATES, renderNodeFiles } from '../../../src/lib/render/node-files.ts';
import { DEFAULT_PORTS, DEFAULT_SETTINGS } from '../../../src/lib/spec/defaults.ts';

const folder = join(import.meta.dirname, '../../../templates');
const templates = Object.fromEntries(
  NODE_TEMPLATES.map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
);
const node = {
  name: 'a-1',
  region: 'a',
  address: '127.9.1.1',
  roles: ['store', 'ingest', 'origin', 'edge'],
  ports: DEFAULT_PORTS,
  weight: 1,
} as const;
const config: NodeConfig = {
  version: 1,
  cluster: 'demo',
  node,
  peers: [node],
  regions: ['a'],
  defaults: DEFAULT_SETTINGS,
  streams: {},
  dirs: { node: '/n', data: '/n/data', log: '/n/log', services: '/n/services', www: '/n/www' },
  files: { keySecret: '/s/k', redisPassword: '/s/r', nodeBinary: '/node', program: '/p' },
};

test('a node of every role gets node.json and a conf for each server', () => {
  const files = renderNodeFiles(config, templates);
  assert.deepEqual(
    files.map(({ path }) => path),
    ['node.json', 'conf/redis.conf', 'conf/nginx-ingest.conf', 'conf/nginx-edge.conf'],
  );
  assert.deepEqual(JSON.parse(files[0]!.text), config);
});

test('a conf listens on the address of its node and nowhere else', () => {
  for (const { path, text } of renderNodeFiles(config, templates).slice(1)) {
    const listens = text.match(/^\s*(listen|bind) .*$/gm) ?? [];
    assert.ok(listens.length > 0, path);
    assert.deepEqual(
      listens.filter((line) => !line.includes('127.9.1.1')),
      [],
      path,
    );
  }
});

test('a node that the world reaches elsewhere listens everywhere for viewers and publishers alone', () => {
  const outside = { ...config, node: { ...node, publicAddress: 'a-1.example.com' } };
  const listens = renderNodeFiles(outside, templates)
    .slice(1)
    .flatMap(({ text }) => text.match(/^\s*(listen|bind) .*$/gm) ?? []);
  const open = listens.filter((line) => line.includes('0.0.0.0')).map((line) => line.trim().split(' ')[1]);
  assert.deepEqual(open, ['0.0.0.0:1935', '0.0.0.0:8080']);
  const inside = listens.filter((line) => !line.includes('0.0.0.0'));
  assert.ok(inside.length > 0 && inside.every((line) => line.includes('127.9.1.1')), inside.join());
});

test('an ingest has room for thousands who connect and say nothing, and hangs up on them', () => {
  const { text } = renderNodeFiles(config, templates).find(({ path }) => path === 'conf/nginx-ingest.conf')!;
  const numberOf = (directive: string) =>
    Number(new RegExp(`^\\s*${directive} (\\d+)s?;$`, 'm').exec(text)?.[1]);
  assert.ok(numberOf('worker_connections') >= 16_384);
  assert.ok(numberOf('worker_rlimit_nofile') > numberOf('worker_connections'));
  // Sooner than this a pull that takes nothing for a moment would go before its pings tell that it is lost.
  assert.equal(numberOf('timeout'), numberOf('ping') * 2 + numberOf('ping_timeout'));
});

test('no placeholder is left outside comments', () => {
  for (const { path, text } of renderNodeFiles(config, templates)) {
    const left = text
      .split('\n')
      .filter((line) => /\{\{\w+\}\}/.test(line) && !line.trimStart().startsWith('#'));
    assert.deepEqual(left, [], path);
  }
});

test('the password of Redis is in no conf: it is included from a file of its own', () => {
  const redis = renderNodeFiles(config, templates).find(({ path }) => path.endsWith('redis.conf'))!.text;
  assert.match(redis, /^include \/n\/data\/redis-secret\.conf$/m);
  assert.doesNotMatch(redis, /^requirepass/m);
});

test('a template that asks for what nobody knows is a fault of ours', () => {
  assert.throws(
    () => fillTemplate('listen {{nothing}};', {}),
    (error) => error instanceof StreamctlError && error.code === 'BUG' && /nothing/.test(error.message),
  );
});
