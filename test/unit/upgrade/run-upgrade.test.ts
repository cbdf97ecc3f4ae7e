import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamctlError } from '../../../src/lib/base/errors.ts';
import type { Role } from '../../../src/lib/nodes/node-config.ts';
import { rollBack, runUpgrade } from '../../../src/lib/upgrade/run-upgrade.ts';
import { type FakeNode, FakeUpgrade, fakePeer } from '../../support/fake-upgrade.ts';

const ALL: readonly Role[] = ['ingest', 'origin', 'edge'];

function node(name: string, streams: readonly string[] = ['demo'], published: string[] = ['demo']): FakeNode {
  const pipelines = new Map(streams.map((stream) => [stream, 'old']));
  return { peer: fakePeer(name, ALL), program: 'old', pipelines, published, isUp: true };
}

const two = () => new FakeUpgrade([node('us-1'), node('eu-1')]);
const peersOf = (cluster: FakeUpgrade) => cluster.nodes.map(({ peer }) => peer);
const programs = (cluster: FakeUpgrade) =>
  cluster.nodes.map(({ peer, program, pipelines }) => `${peer.name} ${program} ${[...pipelines.values()]}`);

async function failure(run: Promise<unknown>): Promise<StreamctlError> {
  const error = await run.then(
    () => assert.fail('it went well'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof StreamctlError, String(error));
  return error;
}

test('nodes are changed region by region: units, then each pipeline, then what it plays', async () => {
  const cluster = new FakeUpgrade([node('us-1'), node('eu-1'), node('us-2', [], [])]);
  const outcome = await runUpgrade(peersOf(cluster), 'new', cluster.deps());
  assert.deepEqual(outcome, { to: 'new', changed: ['us-1', 'us-2', 'eu-1'], unchanged: [] });
  assert.deepEqual(cluster.log, [
    ...['us-1 units new', 'us-1 demo new', 'us-1 plays demo'],
    ...['us-2 units new', 'us-2 plays demo'],
    ...['eu-1 units new', 'eu-1 demo new', 'eu-1 plays demo'],
  ]);
  assert.deepEqual(cluster.journal?.before, { 'us-1': 'old', 'us-2': 'old', 'eu-1': 'old' });
  assert.equal(cluster.journal?.state, 'done');
});

test('run again it changes nothing, and the way back stays', async () => {
  const cluster = two();
  await runUpgrade(peersOf(cluster), 'new', cluster.deps());
  const { changed, unchanged } = await runUpgrade(peersOf(cluster), 'new', cluster.deps());
  assert.deepEqual([changed, unchanged], [[], ['us-1', 'eu-1']]);
  const back = await rollBack(peersOf(cluster), cluster.deps());
  assert.deepEqual(back, { to: 'old', changed: ['eu-1', 'us-1'], unchanged: [] });
  assert.deepEqual(programs(cluster), ['us-1 old old', 'eu-1 old old']);
  assert.equal((await failure(rollBack(peersOf(cluster), cluster.deps()))).code, 'NOT_FOUND');
});

test('a node that is away is left out, and changed by the next run; until then the way back is for all', async () => {
  const cluster = new FakeUpgrade([node('us-1'), node('eu-1'), node('ap-1')]);
  const [us, eu, ap] = peersOf(cluster);
  const away = { without: ['ap-1'] };
  const first = await runUpgrade([us!, eu!], 'new', cluster.deps(away));
  assert.deepEqual(first.changed, ['us-1', 'eu-1']);
  assert.equal(cluster.journal?.state, 'running');
  const rest = await runUpgrade([us!, eu!, ap!], 'new', cluster.deps());
  assert.deepEqual([rest.changed, rest.unchanged], [['ap-1'], ['us-1', 'eu-1']]);
  assert.deepEqual(cluster.journal?.before, { 'us-1': 'old', 'eu-1': 'old', 'ap-1': 'old' });
  assert.equal(cluster.journal?.state, 'done');
  await rollBack([us!, eu!], cluster.deps(away));
  assert.equal(cluster.journal?.state, 'running');
  assert.deepEqual((await rollBack([us!, eu!, ap!], cluster.deps())).changed, ['ap-1']);
  assert.equal(cluster.journal?.state, 'rolled-back');
});

const BROKEN = [
  ['does not start', 'start agent on us-1: exited with 1'],
  ['makes other segments', 'is not the same: 2'],
  ['makes no media', 'demo plays on 1 of 2 nodes; missing us-1'],
] as const;

for (const [ailment, word] of BROKEN) {
  test(`a program that ${ailment} stops at the first node, which goes back to what it ran`, async () => {
    const cluster = two();
    cluster.ailments.set('new', ailment);
    const error = await failure(runUpgrade(peersOf(cluster), 'new', cluster.deps()));
    assert.match(error.message, /^upgrade us-1: .*; it runs old again$/);
    assert.ok(error.message.includes(word), error.message);
    assert.deepEqual(programs(cluster), ['us-1 old old', 'eu-1 old old']);
    assert.ok(!cluster.log.some((line) => line.startsWith('eu-1')), 'the other node was not touched');
    assert.equal(cluster.journal?.state, 'rolled-back');
  });
}

test('a gate that fails says the last probe and what the unit said last', async () => {
  const cluster = two();
  cluster.ailments.set('new', 'makes other segments');
  const { details } = await failure(runUpgrade(peersOf(cluster), 'new', cluster.deps()));
  const { facts } = details as { facts: Record<string, string> };
  assert.match(facts['last probe']!, /^demo on us-1, compared with eu-1: segment \d+ is not the same/);
  assert.equal(facts['last lines of pipeline-demo'], 'what it said last');
});

/** The units of a node do not start with the new program until it is mended. */
function failAt(cluster: FakeUpgrade, name: string): () => void {
  const hands = cluster.deps().hands;
  const switchUnits = hands.switchUnits.bind(hands);
  hands.switchUnits = async (peer, digest) => {
    if (peer.name === name && digest === 'new') throw new StreamctlError('UNHEALTHY', 'no disk left');
    await switchUnits(peer, digest);
  };
  return () => {
    hands.switchUnits = switchUnits;
  };
}

test('when a later node fails, those before it stay, and the next run goes on with it', async () => {
  const cluster = two();
  const mend = failAt(cluster, 'eu-1');
  const error = await failure(runUpgrade(peersOf(cluster), 'new', cluster.deps()));
  assert.equal(error.code, 'PARTLY_DONE');
  assert.deepEqual(programs(cluster), ['us-1 new new', 'eu-1 old old']);
  assert.equal(cluster.journal?.state, 'running');
  mend();
  const { changed, unchanged } = await runUpgrade(peersOf(cluster), 'new', cluster.deps());
  assert.deepEqual([changed, unchanged], [['eu-1'], ['us-1']]);
});

/** Runs that leave us-1 on the new program, and eu-1 as it was. */
const HALF_WAYS: Record<string, (cluster: FakeUpgrade) => Promise<unknown>> = {
  'failed at it': (cluster) => failure(runUpgrade(peersOf(cluster), 'new', cluster.deps())),
  'was killed before it': (cluster) => {
    const abort = new AbortController();
    return failure(
      runUpgrade(
        peersOf(cluster),
        'new',
        cluster.deps({
          signal: abort.signal,
          passed: () => abort.abort(new StreamctlError('INTERRUPTED', '')),
        }),
      ),
    );
  },
  'left it out': (cluster) =>
    runUpgrade(peersOf(cluster).slice(0, 1), 'new', cluster.deps({ without: ['eu-1'] })),
};

for (const [what, halfWay] of Object.entries(HALF_WAYS)) {
  test(`a node that fails after a run that ${what} leaves the way back of those that are changed`, async () => {
    const cluster = two();
    failAt(cluster, 'eu-1');
    await halfWay(cluster);
    const error = await failure(runUpgrade(peersOf(cluster), 'new', cluster.deps()));
    assert.equal(error.code, 'PARTLY_DONE');
    const { changed, facts } = error.details as { changed: string[]; facts: Record<string, string> };
    assert.deepEqual([changed, facts['other nodes']], [['us-1'], 'touched by an earlier run: us-1']);
    assert.deepEqual(programs(cluster), ['us-1 new new', 'eu-1 old old']);
    assert.equal(cluster.journal?.state, 'running');
    assert.equal(cluster.journal.before['us-1'], 'old');
    assert.deepEqual((await rollBack(peersOf(cluster), cluster.deps())).changed, ['us-1']);
    assert.deepEqual(programs(cluster), ['us-1 old old', 'eu-1 old old']);
  });
}

/** Ends at every step once; what a killed command leaves is what the next one finds. */
test('killed after any step, the next run continues or rolls back', async () => {
  for (let kill = 1; kill <= 6; kill++) {
    for (const next of ['continue', 'roll back'] as const) {
      const cluster = two();
      const abort = new AbortController();
      const push = cluster.log.push.bind(cluster.log);
      cluster.log.push = (...lines) => {
        if (cluster.log.length + 1 === kill) abort.abort();
        return push(...lines);
      };
      await runUpgrade(peersOf(cluster), 'new', cluster.deps({ signal: abort.signal })).catch(() => null);
      if (next === 'continue') await runUpgrade(peersOf(cluster), 'new', cluster.deps());
      else await rollBack(peersOf(cluster), cluster.deps());
      const program = next === 'continue' ? 'new' : 'old';
      assert.deepEqual(
        programs(cluster),
        [`us-1 ${program} ${program}`, `eu-1 ${program} ${program}`],
        `${next} ${kill}`,
      );
    }
  }
});

const ALONE = [
  ['no other node has a replica of demo that plays', [node('us-1'), node('eu-1', [])]],
  ['demo is published here alone', [node('us-1'), node('eu-1', ['demo'], [])]],
  ['no other node with the role ingest is up', [node('us-1'), { ...node('eu-1'), isUp: false }]],
] as const;

for (const [word, nodes] of ALONE) {
  test(`nothing is touched where ${word}`, async () => {
    const cluster = new FakeUpgrade(nodes);
    const error = await failure(runUpgrade(peersOf(cluster), 'new', cluster.deps()));
    assert.equal(error.code, 'CONFLICT');
    assert.ok(error.message.includes(word), error.message);
    assert.deepEqual(cluster.log, []);
    assert.equal(cluster.journal, null);
  });
}

test('with --interrupt it goes on all the same', async () => {
  const cluster = new FakeUpgrade([node('us-1'), node('eu-1', [], [])]);
  const { changed } = await runUpgrade(peersOf(cluster), 'new', cluster.deps({ interrupts: true }));
  assert.deepEqual(changed, ['us-1', 'eu-1']);
});

test('a pipeline is not touched while the other replica of its stream does not play', async () => {
  const cluster = two();
  const [us, eu] = cluster.nodes;
  const hands = cluster.deps().hands;
  const stalePipelines = hands.stalePipelines.bind(hands);
  // The other replica ends just before this one's turn.
  hands.stalePipelines = async (peer) => {
    if (peer.name === 'us-1' && us!.program === 'new') eu!.pipelines.clear();
    return await stalePipelines(peer);
  };
  const error = await failure(runUpgrade(peersOf(cluster), 'new', cluster.deps()));
  assert.match(error.message, /missing eu-1/);
  assert.ok(!cluster.log.includes('us-1 demo new'));
});
