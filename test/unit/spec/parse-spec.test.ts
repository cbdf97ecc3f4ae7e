import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { parseSpec } from '../../../src/lib/spec/parse-spec.ts';
import { specJsonSchema } from '../../../src/lib/spec/schema.ts';
import { loadGoldenCases } from '../../support/golden.ts';

const root = join(import.meta.dirname, '../../..');
const starter = readFileSync(join(root, 'templates/starter.yaml'), 'utf8');

describe('faults of a spec', () => {
  for (const golden of loadGoldenCases(join(root, 'test/golden/spec'))) {
    test(golden.name, () => {
      const { diagnostics } = parseSpec(golden.input, 'streamctl.yaml');
      const lines = diagnostics.map(
        ({ file, line, column, path, message }) => `${file}:${line}:${column}  ${path}  ${message}`,
      );
      const actual = `${lines.join('\n')}\n`;
      assert.equal(actual, golden.settle(actual));
    });
  }
});

test('the starter spec is valid and has two regions that can play', () => {
  const { spec, diagnostics } = parseSpec(starter, 'starter.yaml');
  assert.deepEqual(diagnostics, []);
  assert.deepEqual(spec?.regions, ['us', 'eu']);
  assert.deepEqual(
    spec.nodes.map(({ name, roles }) => [name, roles.join(' ')]),
    [
      ['us-1', 'store ingest origin'],
      ['us-2', 'edge'],
      ['eu-1', 'ingest origin'],
      ['eu-2', 'edge'],
    ],
  );
  assert.equal(new Set(spec.nodes.map(({ address }) => address)).size, 4);
  assert.equal(spec.streams.demo?.ladder[0]?.name, '480p');
});

test('every key of the schema has its place in the starter spec', () => {
  const words = new Set(starter.match(/[A-Za-z]+(?=:)/g));
  const missing = [...listKeys(specJsonSchema() as Node)].filter((key) => !words.has(key));
  assert.deepEqual(missing, []);
});

test('every default that the starter spec shows is the default, but for what makes it light', () => {
  // Its stream says that it is no larger than the starter's ladder.
  const { media: _, streams: __, ...bare } = parse(starter) as Record<string, unknown>;
  const shown = parseSpec(starter, 's').spec!.defaults;
  const usual = parseSpec(JSON.stringify(bare), 's').spec!.defaults;
  const { preset, ladder } = usual;
  assert.deepEqual({ ...shown, preset, ladder }, usual);
  assert.deepEqual(shown.ladder, ladder.slice(1));
});

test('the url of an edge is kept as a browser writes it, without its usual port', () => {
  const spec = (url: string): string => `version: 1
cluster: x
regions: [{ name: us }]
nodes:
  - { name: us-1, region: us, roles: [store, ingest, origin, edge], url: "${url}" }`;
  const urlOf = (url: string) => parseSpec(spec(url), 's').spec?.nodes[0]?.url;
  assert.equal(urlOf('https://us.example.com'), 'https://us.example.com');
  assert.equal(urlOf('https://US.Example.com:443'), 'https://us.example.com');
  assert.equal(urlOf('http://203.0.113.7:9080'), 'http://203.0.113.7:9080');
});

test('a stream inherits what it does not say', () => {
  const text = starter.replace('# media: { dvrSec: 3600 }', 'media: { dvrSec: 3600, audio: { kbps: 96 } }');
  const { spec } = parseSpec(text, 's');
  const { dvrSec, audioKbps, segmentSec } = spec!.streams.demo!;
  assert.deepEqual([dvrSec, audioKbps, segmentSec], [3600, 96, 2]);
  assert.equal(spec!.defaults.dvrSec, 300);
});

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const { spec, diagnostics } = parseSpec(text, 's');
      assert.equal(spec, null);
      for (const { line, column } of diagnostics) assert.ok(line >= 1 && column >= 1);
      assert.ok(diagnostics.length > 0);
    }),
    { examples: [['*!'], ['a: *b'], ['<<: *x']] },
  );
});

test('damage anywhere in a valid spec is a diagnostic, never an exception', () => {
  const value = parse(starter) as object;
  const paths = listPaths(value);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, junk) => {
      const copy = structuredClone(value) as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce((at: never, part) => at[part], copy as never) as Record<
        string,
        unknown
      >;
      parent[path.at(-1)!] = junk;
      parseSpec(JSON.stringify(copy), 's');
    }),
  );
});

interface Node {
  readonly properties?: Record<string, Node>;
  readonly items?: Node;
}

function* listKeys(node: Node): Generator<string> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    yield key;
    yield* listKeys(child);
  }
  if (node.items) yield* listKeys(node.items);
}

function listPaths(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [
    [key],
    ...listPaths(child).map((rest) => [key, ...rest]),
  ]);
}
