import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HARMS } from '../../../src/lib/health/cluster-status.ts';
import type { NodeAnswer } from '../../../src/lib/health/node-answer.ts';
import { summarize } from '../../../src/lib/health/summarize.ts';
import {
  absent,
  answerOf,
  answersBut,
  answersSaying,
  answersWith,
  createOrigin,
  createStatus,
  createStreamReport,
  KNOWN,
  NOW_MS,
  PEERS,
} from '../../support/cluster-answers.ts';

const judge = (answers: NodeAnswer[]) => summarize(answers, KNOWN, { nowMs: NOW_MS });

test('a cluster with several stores says how many, and which takes writes', () => {
  const answers = answersBut().map((answer, index) => ({
    ...answer,
    peer: index < 3 ? { ...answer.peer, roles: ['store', 'origin', 'edge'] as const } : answer.peer,
    // One that has not heard yet of the change from eu-1.
    agent: { ...answer.agent!, storeNode: index === 0 ? 'eu-1' : 'us-1' },
  }));
  const status = judge(answers);
  assert.match(status.summary, / · 4 nodes · 3 stores · /);
  assert.equal(status.storeNode, 'us-1');
  const without = answers.map((answer) => ({
    ...answer,
    agent: { ...answer.agent, store: 'down' as const },
  }));
  assert.equal(judge(without).storeNode, null);
});

test('an edge behind a proxy is played where viewers reach it', () => {
  const answers = answersBut().map((answer) => ({
    ...answer,
    peer: answer.peer.region === 'us' ? { ...answer.peer, url: 'https://us.example.com' } : answer.peer,
  }));
  const [us, eu] = judge(answers).streams[0]!.playback;
  assert.match(us!.url, /^https:\/\/us\.example\.com\/live\//);
  assert.match(eu!.url, /^http:\/\/127\./);
});

test('a cluster where all is well is healthy and says how much there is', () => {
  const status = judge(answersBut());
  assert.equal(status.healthy, true);
  assert.deepEqual(status.problems, []);
  assert.equal(status.summary, 'healthy · 2 regions · 4 nodes · 1 stream, 1 live · 6 viewers');
  assert.deepEqual(
    status.regions.map((region) => region.health),
    ['up', 'up'],
  );
});

test('a live stream has its figures, a replica per region and a playlist per region', () => {
  const [stream] = judge(answersBut()).streams;
  assert.equal(stream?.state, 'live');
  assert.equal(stream?.liveEdgeSec, 0.8);
  assert.equal(stream?.bitrateKbps, 2528);
  assert.equal(stream?.frameRate, 30);
  assert.equal(stream?.viewers, 6);
  assert.deepEqual(
    stream?.replicas.map((replica) => `${replica.node} ${replica.health}`),
    ['us-1 up', 'eu-1 up'],
  );
  assert.deepEqual(stream?.playback, [
    { region: 'us', url: 'http://127.206.1.2:8080/live/demo/index.m3u8' },
    { region: 'eu', url: 'http://127.206.2.2:8080/live/demo/index.m3u8' },
  ]);
});

test('ingest URLs leave the standard port out and name another one', () => {
  const status = judge(answersBut());
  assert.deepEqual(status.ingest, [
    { region: 'us', url: 'rtmp://127.206.1.1/live' },
    { region: 'eu', url: 'rtmp://127.206.2.1/live' },
  ]);
  const moved = { ...PEERS[0]!, ports: { ...PEERS[0]!.ports, rtmp: 1940 } };
  assert.equal(judge([answerOf(moved)]).ingest[0]?.url, 'rtmp://127.206.1.1:1940/live');
});

test('load alone never makes a node unhealthy', () => {
  const busy = answersBut((peer) => answerOf(peer, { load: { cpu: 9, memory: 1, disk: 1 } }));
  assert.equal(judge(busy).healthy, true);
  assert.equal(judge(busy).nodes[0]?.load?.cpu, 9);
});

test('a stream that nobody published is offline and no fault', () => {
  const idle = answersBut((peer) =>
    answerOf(peer, { origin: createOrigin(peer.name, []), sessions: [], units: [] }),
  );
  const status = judge(idle);
  assert.equal(status.streams[0]?.state, 'offline');
  assert.equal(status.streams[0]?.playback.length, 2);
  assert.equal(status.healthy, true);
});

test('an ended stream is ended, has no replicas and is no fault', () => {
  const status = judge(
    answersSaying({ status: createStatus({ state: 'ended', sessionId: null }) }).map((answer) => ({
      ...answer,
      agent: { ...answer.agent!, sessions: [] },
    })),
  );
  assert.equal(status.streams[0]?.state, 'ended');
  assert.deepEqual(status.streams[0]?.replicas, []);
  assert.equal(status.healthy, true);
});

test('nothing listening anywhere is one problem: not running', () => {
  const status = judge(answersBut((peer) => absent(peer, 'refused')));
  assert.equal(status.running, false);
  assert.equal(status.healthy, false);
  assert.match(status.summary, /^not running/);
  assert.equal(status.problems.length, 1);
  assert.equal(status.problems[0]?.hint, 'streamctl up');
});

test('one node is down only when refused, and unknown when silent', () => {
  for (const [reach, health] of [
    ['refused', 'down'],
    ['silent', 'unknown'],
  ] as const) {
    const status = judge(answersWith('eu-1', (peer) => absent(peer, reach)));
    assert.equal(status.nodes[2]?.health, health);
    assert.notEqual(status.nodes[2]?.reasons.length, 0);
    assert.equal(status.healthy, false);
    assert.equal(status.running, true);
    assert.equal(status.streams[0]?.state, 'live');
  }
});

test('a node whose agent is gone but whose origin answers is degraded and keeps its replica', () => {
  const status = judge(
    answersWith('eu-1', (peer) => ({
      ...absent(peer, 'refused'),
      reach: 'origin',
      origin: createOrigin(peer.name, [createStreamReport()]),
    })),
  );
  assert.equal(status.nodes[2]?.health, 'degraded');
  assert.equal(status.streams[0]?.replicas.length, 2);
  assert.match(status.problems[0]!.text, /agent: connection refused; its origin answers/);
});

test('a region without an edge that serves is down, and the players of its viewers turn to the other', () => {
  const status = judge(answersWith('eu-2', (peer) => absent(peer, 'refused')));
  assert.equal(status.regions[1]?.health, 'down');
  assert.equal(status.problems[0]?.subject, 'eu');
  assert.equal(status.problems[0]?.effect, 'the players of its viewers turn to us');
});

test('a region that is down as a whole is one problem, not one per node', () => {
  const status = judge(answersBut((peer) => (peer.region === 'eu' ? absent(peer, 'refused') : undefined)));
  assert.deepEqual(
    status.problems.map((problem) => `${problem.subject}: ${problem.text}`),
    ['eu: all 2 nodes are down'],
  );
});

test('the slate is a problem of viewers, with the time since', () => {
  const sinceMs = NOW_MS - 8_000;
  const status = judge(answersSaying({ status: createStatus({ state: 'slate', sinceMs }) }));
  assert.equal(status.streams[0]?.state, 'slate');
  assert.deepEqual(
    status.problems.map(({ harm, subject, sinceMs: since }) => ({ harm, subject, since })),
    [{ harm: 'viewers', subject: 'demo', since: sinceMs }],
  );
  assert.match(status.problems[0]!.text, /publisher is connected, but no picture/);
});

test('the slate without a session says that the publisher is gone', () => {
  const answers = answersSaying({ status: createStatus({ state: 'slate' }) }).map((answer) => ({
    ...answer,
    agent: { ...answer.agent!, sessions: [] },
  }));
  assert.equal(judge(answers).problems[0]?.text, 'its publisher is gone');
});

test('one replica on the slate while another is live: the stream is live, the replica degraded', () => {
  const status = judge(
    answersWith('eu-1', (peer) =>
      answerOf(peer, {
        origin: createOrigin(peer.name, [createStreamReport({ status: createStatus({ state: 'slate' }) })]),
      }),
    ),
  );
  assert.equal(status.streams[0]?.state, 'live');
  assert.equal(status.streams[0]?.replicas[1]?.health, 'degraded');
  assert.match(status.problems[0]!.effect, /served by us-1/);
});

const REPLICA_FAULTS: readonly [string, Parameters<typeof createStreamReport>[0], RegExp][] = [
  ['is far behind the clock', { liveEdgeSec: 6.2 }, /6\.2 s behind the clock/],
  ['shed a rendition', { status: createStatus({ shed: ['720p'], reasons: ['shed: 720p'] }) }, /shed: 720p/],
  ['says itself why', { status: createStatus({ reasons: ['encoder slow'] }) }, /encoder slow/],
  [
    'lost its feed',
    { feeds: [{ replica: 'eu-1', from: 'pipeline', connectedSinceMs: null, lastPartMs: NOW_MS - 4000 }] },
    /feed is broken/,
  ],
  ['is called degraded by its origin', { health: 'degraded', reasons: ['gaps'] }, /gaps/],
];
for (const [title, changes, expected] of REPLICA_FAULTS) {
  test(`a replica that ${title} is degraded and the other one serves`, () => {
    const status = judge(
      answersWith('eu-1', (peer) =>
        answerOf(peer, { origin: createOrigin(peer.name, [createStreamReport(changes)]) }),
      ),
    );
    const replica = status.streams[0]?.replicas[1];
    assert.equal(replica?.health, 'degraded');
    assert.match(replica.reasons.join('; '), expected);
    assert.equal(status.problems[0]?.harm, 'redundancy');
    assert.match(status.problems[0].effect, /served by us-1/);
    assert.equal(status.streams[0]?.liveEdgeSec, 0.8);
  });
}

test('a live stream whose replicas deliver nothing is a problem of viewers, with the reason', () => {
  const status = judge(answersSaying({ health: 'down', reasons: ['no new part'] }));
  assert.equal(status.problems[0]?.harm, 'viewers');
  assert.equal(status.problems[0].text, 'no replica delivers: no new part');
});

test('a region without a replica of a stream that has played for a while is a problem', () => {
  const status = judge(
    answersWith('eu-1', (peer) => answerOf(peer, { origin: createOrigin(peer.name, []), units: [] })),
  );
  assert.deepEqual(
    status.problems.map((problem) => problem.text),
    ['no replica in eu'],
  );
});

test('a session without a part is starting, and a problem after 15 s', () => {
  const at = (ageMs: number) =>
    judge(
      answersBut((peer) =>
        answerOf(peer, {
          origin: createOrigin(peer.name, []),
          units: [],
          sessions: [{ stream: 'demo', sessionId: NOW_MS - ageMs, clientAddress: '127.0.0.1' }],
        }),
      ),
    );
  assert.equal(at(2_000).streams[0]?.state, 'starting');
  assert.equal(at(2_000).healthy, true);
  assert.match(at(20_000).problems[0]!.text, /no picture came out/);
});

test('an edge that viewers use and that gets no parts is a problem of viewers', () => {
  const stalled = (viewers: number) =>
    judge(
      answersWith('eu-2', (peer) => {
        const report = createStreamReport({ relay: true, health: 'down', reasons: ['no new part'], viewers });
        return answerOf(peer, { origin: createOrigin(peer.name, [report]) });
      }),
    );
  assert.deepEqual(
    stalled(4).problems.map(({ harm, subject, text }) => ({ harm, subject, text })),
    [{ harm: 'viewers', subject: 'eu-2', text: 'demo: no new part' }],
  );
  assert.equal(stalled(0).healthy, true);
});

test('what a pipeline notes is told and is no fault', () => {
  const status = judge(answersSaying({ status: createStatus({ notes: ['720p left out'] }) }));
  assert.deepEqual(status.streams[0]?.notes, ['720p left out']);
  assert.equal(status.healthy, true);
});

test('Redis out of reach hurts control alone', () => {
  const status = judge(answersBut((peer) => answerOf(peer, { store: 'down' })));
  assert.deepEqual(
    status.problems.map(({ harm, subject }) => ({ harm, subject })),
    [{ harm: 'control', subject: 'us-1' }],
  );
});

test('a unit that fails makes its node degraded, a test publisher does not', () => {
  const failing = (name: string) =>
    judge(
      answersWith('us-1', (peer) =>
        answerOf(peer, { units: [{ name, state: 'restarting', pid: null, sinceMs: null }] }),
      ),
    );
  assert.equal(failing('contribution').nodes[0]?.health, 'degraded');
  assert.equal(failing('publisher-demo').nodes[0]?.health, 'up');
  assert.equal(failing('publisher-demo').problems[0]?.harm, 'publishers');
});

test('no ingest node that takes publishers is a problem of publishers', () => {
  const status = judge(
    answersBut((peer) =>
      answerOf(peer, { units: [{ name: 'nginx-ingest', state: 'failed', pid: null, sinceMs: null }] }),
    ),
  );
  assert.ok(status.problems.some((problem) => problem.text === 'no ingest takes publishers'));
});

test('streams that only origins know of are listed after those of the spec', () => {
  const status = judge(answersSaying({ stream: 'extra' }));
  assert.deepEqual(
    status.streams.map((stream) => stream.name),
    ['demo', 'extra'],
  );
});

test('whatever nodes answer, problems come by harm, and healthy means none and running', () => {
  const anyAnswer = (index: number) =>
    fc.oneof(
      fc.constantFrom('silent' as const, 'refused' as const).map((reach) => absent(PEERS[index]!, reach)),
      fc
        .record({
          state: fc.constantFrom('live', 'slate', 'starting', 'ended' as const),
          health: fc.constantFrom('up', 'degraded', 'down' as const),
          store: fc.constantFrom('up', 'down' as const),
          liveEdgeSec: fc.option(fc.integer({ min: -50, max: 1000 }).map((tenths) => tenths / 10)),
          reasons: fc.array(fc.string(), { maxLength: 2 }),
        })
        .map(({ state, health, store, liveEdgeSec, reasons }) => {
          const report = createStreamReport({
            health,
            liveEdgeSec,
            reasons,
            status: createStatus({ state }),
          });
          const peer = PEERS[index]!;
          return answerOf(peer, { store, health, origin: createOrigin(peer.name, [report]) });
        }),
    );
  fc.assert(
    fc.property(fc.tuple(anyAnswer(0), anyAnswer(1), anyAnswer(2), anyAnswer(3)), (answers) => {
      const status = judge(answers);
      const harms = status.problems.map((problem) => HARMS.indexOf(problem.harm));
      assert.deepEqual(harms, harms.toSorted());
      assert.equal(status.healthy, status.running && status.problems.length === 0);
      if (status.nodes.some((node) => node.health !== 'up')) assert.equal(status.healthy, false);
      for (const problem of status.problems) {
        assert.ok(
          problem.text !== '' && problem.effect !== '' && problem.hint !== '',
          JSON.stringify(problem),
        );
      }
      assert.deepEqual(JSON.parse(JSON.stringify(status)), status);
    }),
  );
});

test('an edge with a limit says how many watch there and how many should; load makes nobody unhealthy', () => {
  const limited = answersBut().map((answer) => ({ ...answer, peer: { ...answer.peer, viewers: 2 } }));
  const status = judge(limited);
  assert.ok(status.healthy);
  const edges = status.nodes.filter(({ roles }) => roles.includes('edge'));
  assert.ok(edges.every(({ viewers }) => viewers?.most === 2));
  assert.equal(
    edges.reduce((sum, { viewers }) => sum + viewers!.count, 0),
    6,
  );
  assert.ok(judge(answersBut()).nodes.every((node) => !('viewers' in node)));
});

test('what players say that they left is told of the edge, summed over all that they told, and makes nobody unhealthy', () => {
  const departures = [
    { node: 'us-2', why: 'late' as const, players: 7 },
    { node: 'us-2', why: 'error' as const, players: 1 },
  ];
  const answers = answersBut().map((answer) =>
    answer.origin === null ? answer : { ...answer, origin: { ...answer.origin, departures } },
  );
  const told = answers.filter(({ origin }) => origin !== null).length;
  const status = judge(answers);
  assert.ok(status.healthy);
  const nodes = new Map(status.nodes.map((node) => [node.name, node]));
  assert.deepEqual(nodes.get('us-2')?.left, { late: 7 * told, error: told });
  assert.ok(!('left' in nodes.get('eu-2')!));
});
