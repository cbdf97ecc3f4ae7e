import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { editSpecFile, loadSpecFile } from '../../../src/lib/provision/ring/spec-file.ts';
import { loadIncludes } from '../../../src/lib/spec/include/load-includes.ts';
import { loadSpec } from '../../../src/lib/spec/load.ts';
import { parseSpec } from '../../../src/lib/spec/parse-spec.ts';

const SPEC = `version: 1
cluster: x
include: [more.yaml]
regions: [{ name: us }]
nodes:
  - { name: us-1, region: us, roles: [store, ingest, origin, edge] }
`;
const EU = `regions: [{ name: us }, { name: eu }]
nodes:
  - { name: eu-1, region: eu, roles: [origin, edge], weight: 2 }
`;

const include = (text: string, shown = 'more.yaml') => ({ text, shown });
const faultsOf = (spec: string, ...texts: string[]): string[] => {
  const includes = texts.map((text, at) => include(text, at === 0 ? 'more.yaml' : `more-${at + 1}.yaml`));
  const { diagnostics } = parseSpec(spec, 's.yaml', includes);
  return diagnostics.map(({ file, line, path, message }) => `${file}:${line} ${path} ${message}`);
};

test('nodes and regions of an include come behind those of the spec', () => {
  const parsed = parseSpec(SPEC, 's.yaml', [include(EU)]);
  assert.deepEqual(parsed.diagnostics, []);
  assert.deepEqual(parsed.spec?.regions, ['us', 'eu']);
  assert.deepEqual(
    parsed.spec.nodes.map(({ name, weight }) => [name, weight]),
    [
      ['us-1', 1],
      ['eu-1', 2],
    ],
  );
  assert.deepEqual([...(parsed.included ?? [])], [['eu-1', 'more.yaml:3']]);
});

test('what the spec says of a node of an include wins, key by key', () => {
  const spec = `${SPEC}  - { name: eu-1, weight: 5 }\n`;
  const { nodes } = parseSpec(spec, 's.yaml', [include(EU)]).spec!;
  const { weight, region, roles } = nodes.find(({ name }) => name === 'eu-1')!;
  assert.deepEqual({ weight, region, roles }, { weight: 5, region: 'eu', roles: ['origin', 'edge'] });
});

test('the url of an edge may come from an include', () => {
  const { spec } = parseSpec(SPEC, 's.yaml', [
    include(EU.replace('weight: 2', 'url: https://eu.example.com')),
  ]);
  assert.equal(spec?.nodes.find(({ name }) => name === 'eu-1')?.url, 'https://eu.example.com');
});

describe('faults of includes, each where it was written', () => {
  const cases: [string, string, string[], string[]][] = [
    [
      'a fault inside an include names its file and line',
      SPEC,
      ['nodes:\n  - { name: us-2, region: us, roles: [orign] }\n'],
      [
        'more.yaml:2 nodes.0.roles.0 expected one of store, ingest, origin, edge, got text "orign"; did you mean "origin"?',
      ],
    ],
    [
      'a region that nobody knows is shown at the node that names it',
      SPEC,
      ['nodes:\n  - { name: us-2, region: usa, roles: [origin] }\n'],
      ['more.yaml:2 nodes.0.region no region "usa"; did you mean "us"?'],
    ],
    [
      'two includes that speak of one node clash, with both places',
      SPEC,
      [EU, 'nodes:\n\n  - { name: eu-1, region: eu, roles: [edge] }\n'],
      ['more-2.yaml:3 nodes.0.name node "eu-1" is in more.yaml:3 already'],
    ],
    [
      'a node in two regions clashes, with both places',
      `${SPEC}  - { name: eu-1, region: us, roles: [edge], address: 127.9.9.9 }\n`,
      [EU],
      [
        's.yaml:7 nodes.1.region region "us" here, and "eu" in more.yaml:3',
        'more.yaml:1 regions.1 region "eu" has no node with the role origin',
        'more.yaml:1 regions.1 region "eu" has no node with the role edge',
      ],
    ],
    [
      'an include has no settings of the whole cluster',
      SPEC,
      ['cluster: y\nnodes: []\n'],
      ['more.yaml:1 cluster what is included may have nodes, regions and ssh alone; say this in the spec'],
    ],
    [
      'two includes that differ about ssh clash, with both places',
      SPEC,
      ['ssh: { user: a }\n', 'ssh: { user: b }\n'],
      ['more-2.yaml:1 ssh.user b here, and a in more.yaml:1; say it in the spec'],
    ],
    [
      'what is no YAML is refused',
      SPEC,
      ['a: [\n'],
      [
        'more.yaml:2  not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
    [
      'a text alone is refused',
      SPEC,
      ['hello\n'],
      ['more.yaml:1  expected keys and values: nodes, regions or ssh'],
    ],
  ];
  for (const [title, spec, texts, expected] of cases) {
    // How ssh is said is checked by the schema, elsewhere.
    const own = (fault: string): boolean => !/unknown key/.test(fault);
    test(title, () => assert.deepEqual(faultsOf(spec, ...texts).filter(own), expected));
  }
});

describe('loading includes', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'streamctl-include-'));
    await writeFile(join(dir, 'more.yaml'), EU);
    await writeFile(join(dir, 'streamctl.yaml'), SPEC);
  });
  after(async () => await rm(dir, { recursive: true }));
  const load = (text: string) => loadIncludes(text, { dir, show: (file) => file.slice(dir.length + 1) });

  test('files are relative to the spec, and change its digest, not that of the file alone', async () => {
    const before = await loadSpec(join(dir, 'streamctl.yaml'));
    await writeFile(join(dir, 'more.yaml'), `${EU}# changed\n`);
    const after = await loadSpec(join(dir, 'streamctl.yaml'));
    assert.deepEqual(after.regions, ['us', 'eu']);
    assert.notEqual(after.digest, before.digest);
    assert.equal(after.fileDigest, before.fileDigest);
  });

  test('a command is run without a shell, in the folder of the spec; what it prints may be JSON', async () => {
    const json = `{"nodes":[{"name":"eu-7","region":"eu","roles":["origin","edge"]}],"regions":[{"name":"eu"}]}`;
    await writeFile(join(dir, 'made.json'), json);
    const { texts, faults } = await load('include: [{ command: [cat, made.json, "$HOME"] }]');
    assert.equal(texts.length, 0, 'there is no file $HOME');
    assert.match(
      faults[0]!.message,
      /include the output of "cat made\.json \$HOME": it ended with 1; it said: cat: /,
    );
    const fine = await load('include: [{ command: [cat, made.json] }]');
    const { spec } = parseSpec(SPEC, 's.yaml', fine.texts);
    assert.deepEqual(
      spec?.nodes.map(({ name }) => name),
      ['us-1', 'eu-7'],
    );
  });

  test('what cannot be had is a fault of its entry: no file, no program, no end', async () => {
    const { faults } = await load(
      'include: [no.yaml, { command: [no-such-program] }, { command: [sleep, "60"], timeoutSec: 1 }]',
    );
    assert.deepEqual(
      faults.map(({ path }) => path),
      [
        ['include', 0],
        ['include', 1],
        ['include', 2],
      ],
    );
    assert.match(faults[0]!.message, /^include no\.yaml: there is no such file$/);
    assert.match(faults[1]!.message, /no-such-program.*ENOENT/);
    assert.match(faults[2]!.message, /did not end within 1 s/);
  });

  test('a node of an include is not edited: the message says where it is written', async () => {
    const file = await loadSpecFile(join(dir, 'streamctl.yaml'));
    const edit = { kind: 'set-number', name: 'eu-1', key: 'weight', value: 3 } as const;
    assert.throws(
      () => editSpecFile(file, [edit]),
      (error) => {
        assert.ok(error instanceof StreamctlError);
        assert.equal(error.code, 'CONFLICT');
        assert.match(
          error.message,
          /^node eu-1 is written in .*more\.yaml:3, which .*streamctl\.yaml includes$/,
        );
        return true;
      },
    );
  });

  test('a node that is added is written into the spec itself', async () => {
    const file = await loadSpecFile(join(dir, 'streamctl.yaml'));
    const node = {
      name: 'eu-2',
      region: 'eu',
      roles: ['origin'],
      address: null,
      weight: null,
      capacity: null,
    } as const;
    const { text, spec } = editSpecFile(file, [{ kind: 'add-node', node }]);
    assert.match(text, /eu-2/);
    assert.deepEqual(
      spec.nodes.map(({ name }) => name),
      ['us-1', 'eu-2', 'eu-1'],
    );
  });
});
