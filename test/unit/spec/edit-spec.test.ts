import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import { editSpec, type NodeEntry, type SpecEdit } from '../../../src/lib/spec/edit/edit-spec.ts';
import { fileAt } from '../../project/repository-files.ts';

const starter = fileAt('templates/starter.yaml').text;

function entry(changes: Partial<NodeEntry> = {}): NodeEntry {
  return {
    name: 'us-9',
    region: 'us',
    roles: ['origin'],
    address: null,
    weight: null,
    capacity: null,
    ...changes,
  };
}

const add = (text: string, node: NodeEntry) => editSpec(text, { kind: 'add-node', node });
const remove = (text: string, name: string) => editSpec(text, { kind: 'remove-node', name });

/** The lines of `after` that are not in `before`, in order. */
function newLines(before: string, after: string): string[] {
  const known = before.split('\n');
  return after.split('\n').filter((line) => !known.includes(line));
}

test('a node is added behind the last one of its region, written as its neighbours are', () => {
  const after = add(starter, entry({ weight: 2 }));
  assert.deepEqual(newLines(starter, after), ['  - name: us-9', '    roles: [origin]', '    weight: 2']);
  const names = (parse(after) as { nodes: { name: string }[] }).nodes.map(({ name }) => name);
  assert.deepEqual(names, ['us-1', 'us-2', 'us-9', 'eu-1', 'eu-2']);
});

test('a node of a region that has none yet comes last', () => {
  const after = add(starter, entry({ name: 'ap-1', region: 'ap' }));
  assert.match(after, /- name: ap-1\n {4}region: ap\n {4}roles: \[origin\]\n\n# How streams/);
});

test('comments below a node, indented as its keys, stay with it', () => {
  const after = add(starter, entry({ region: 'us' }));
  assert.match(after, /# ports: \{ http: 9080 \} .*\n {2}- name: us-2/);
});

test('a weight is set in place, keeps the comment beside it, and is removed again', () => {
  const text = 'nodes:\n  - name: a # first\n    weight: 3   # heavy\n  - { name: b, region: x }\n';
  const set = (from: string, name: string, value: number | null) =>
    editSpec(from, { kind: 'set-number', name, key: 'weight', value });
  assert.equal(set(text, 'a', 12), text.replace('3 ', '12 '));
  assert.equal(set(text, 'b', 2), text.replace('x }', 'x, weight: 2 }'));
  assert.equal(set(set(text, 'b', 2), 'b', null), text);
  assert.equal(set(text, 'a', null), 'nodes:\n  - name: a # first\n  - { name: b, region: x }\n');
});

test('a role is dropped and added, in brackets and in lines', () => {
  const flow = 'nodes:\n  - { name: a, roles: [store, origin] }\n';
  const drop: SpecEdit = { kind: 'drop-role', name: 'a', role: 'origin' };
  const dropped = editSpec(flow, drop);
  assert.equal(dropped, 'nodes:\n  - { name: a, roles: [store] }\n');
  assert.equal(editSpec(dropped, { ...drop, kind: 'add-role' }), flow);
  const lines = 'nodes:\n  - name: a\n    roles:\n      - origin # pipelines\n      - edge\n';
  assert.equal(editSpec(lines, drop), 'nodes:\n  - name: a\n    roles:\n      - edge\n');
});

test('a list with aliases is refused with the lines to write by hand', () => {
  const text = 'base: &b { name: a, region: x }\nnodes:\n  - *b\n';
  assert.throws(
    () => editSpec(text, { kind: 'set-number', name: 'a', key: 'weight', value: 2 }),
    (error) => {
      assert.ok(error instanceof StreamctlError);
      assert.equal(error.code, 'CONFLICT');
      assert.match(error.hint ?? '', /weight: 2 on node a/);
      return true;
    },
  );
});

test('an unknown node is not found', () => {
  assert.throws(() => remove(starter, 'none'), { code: 'NOT_FOUND' });
});

const comment = fc.constantFrom('', ' # one', '   # two: { x }', ' # - three, [4]');
const extra = fc.constantFrom(
  '',
  '    # deeper',
  'AT# as the dash',
  '# at the edge',
  '\n',
  '  # a\n    # b',
  '\n    # c',
);
const item = fc.record({
  region: fc.constantFrom('us', 'eu'),
  style: fc.constantFrom('block', 'braces', 'roles'),
  comment,
  extra,
});

/** Lists of nodes as people write them. */
const specText = fc
  .record({
    items: fc.array(item, { minLength: 1, maxLength: 5 }),
    indent: fc.constantFrom('', '  ', '    '),
    gap: fc.constantFrom(' ', '   '),
    tail: fc.constantFrom('', '# the end\n', '\n# Ports\nports: { rtmp: 1 }\n', 'media:\n  dvrSec: 3\n'),
    crlf: fc.boolean(),
    ended: fc.boolean(),
  })
  .map(({ items, indent, gap, tail, crlf, ended }) => {
    const lines = items.flatMap((one, at) => {
      const head = `${indent}-${gap}`;
      const deep = `${indent} ${gap}`;
      const name = `n-${at}`;
      const own =
        one.style === 'braces'
          ? [`${head}{ name: ${name}, region: ${one.region}, roles: [origin] }${one.comment}`]
          : one.style === 'block'
            ? [
                `${head}name: ${name}${one.comment}`,
                `${deep}region: ${one.region}`,
                `${deep}roles: [origin]${one.comment}`,
              ]
            : [
                `${head}name: ${name}`,
                `${deep}region: ${one.region}`,
                `${deep}roles:`,
                `${deep}  - origin${one.comment}`,
              ];
      return [...own, ...(one.extra === '' ? [] : [one.extra.replace('AT', indent)])];
    });
    const text = `# top\nnodes: # all\n${lines.join('\n')}\n${tail}`;
    const whole = ended ? text : text.replace(/\n$/, '');
    return crlf ? whole.replaceAll('\n', '\r\n') : whole;
  });

/** The same in brackets. */
const flowText = fc
  .record({
    items: fc.array(item, { minLength: 1, maxLength: 4 }),
    separator: fc.constantFrom(', ', ',\n  ', ', # why\n  ', '\n  # before\n  , '),
    trailing: fc.constantFrom('', ',', ',\n'),
  })
  .map(({ items, separator, trailing }) => {
    const nodes = items.map(({ region }, at) => `{ name: n-${at}, region: ${region}, roles: [origin] }`);
    return `nodes: [ ${nodes.join(separator)}${trailing} ] # all\ncluster: x\n`;
  });

test('adding a node and removing it gives the same bytes', () => {
  fc.assert(
    fc.property(fc.oneof(specText, flowText), fc.constantFrom('us', 'eu', 'ap'), (text, region) => {
      const after = add(text, entry({ region, weight: 2 }));
      assert.notEqual(after, text);
      assert.equal(remove(after, 'us-9'), text);
    }),
    { numRuns: 150 },
  );
});

const comments = (text: string) => [...text.matchAll(/#.*/g)].map(([found]) => found.trim()).sort();

test('every comment outlives a node that is added, and only comments of its own lines go with a node', () => {
  fc.assert(
    fc.property(fc.oneof(specText, flowText), fc.nat(), (text, seed) => {
      assert.deepEqual(comments(add(text, entry())), comments(text));
      const { nodes } = parse(text) as { nodes: { name: string }[] };
      const { name } = nodes[seed % nodes.length]!;
      if (nodes.length === 1) return;
      const left = comments(remove(text, name));
      const outside = comments(text).filter((one) =>
        /^# (top|all|the end|Ports|as the dash|at the edge|why|before)/.test(one),
      );
      for (const one of outside) assert.ok(left.includes(one), one);
    }),
    { numRuns: 150 },
  );
});

test('a weight set and removed gives the same bytes', () => {
  fc.assert(
    fc.property(fc.oneof(specText, flowText), (text) => {
      const set: SpecEdit = { kind: 'set-number', name: 'n-0', key: 'weight', value: 7 };
      assert.equal(editSpec(editSpec(text, set), { ...set, value: null }), text);
    }),
    { numRuns: 150 },
  );
});
