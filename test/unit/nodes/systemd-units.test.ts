import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDoor, formatStaticUnit, formatTemplate } from '../../../src/lib/nodes/systemd/unit-files.ts';
import { agentUnitId, staticUnitId } from '../../../src/lib/nodes/systemd/unit-place.ts';
import { formatCommand, isUnitFileOf } from '../../../src/lib/nodes/systemd/unit-text.ts';
import { matchGolden } from '../../support/golden-text.ts';

const place = { clusterDir: '/var/lib/streamctl/demo', node: 'us-1' };
const unit = {
  name: 'origin',
  argv: ['/opt/node', '/opt/main.js', 'daemon', 'origin'],
  env: { STREAMCTL_UNIT_DIGEST: 'abc' },
  stopTimeoutSec: 5,
} as const;

test('the unit files of a node are as written down', () => {
  const door = Object.entries(formatDoor(place)).map(([name, text]) => `=== ${name}\n${text}`);
  const files = [formatStaticUnit(place, unit).text, formatTemplate(place), ...door];
  matchGolden('systemd-units.txt', files.join('\n'));
});

test('a unit changes its digest with whatever a process is started with', () => {
  const { digest } = formatStaticUnit(place, unit);
  assert.notEqual(formatStaticUnit(place, { ...unit, env: {} }).digest, digest);
  assert.notEqual(formatStaticUnit(place, { ...unit, argv: ['/opt/node'] }).digest, digest);
  assert.equal(formatStaticUnit(place, { ...unit }).digest, digest);
});

test('arguments reach the program as they are: systemd expands nothing in them', () => {
  assert.equal(formatCommand(['/bin/echo', '-n']), '/bin/echo -n');
  assert.equal(formatCommand(['a b', '$HOME', '100%', 'say "x"\\']), '"a b" $$HOME 100%% "say \\"x\\"\\\\"');
});

test('units are named by cluster; what is no name of a unit is refused', () => {
  assert.equal(staticUnitId(place, 'nginx-edge'), 'streamctl-demo-nginx-edge.service');
  assert.equal(agentUnitId(place, 'pipeline-a-b'), 'streamctl-demo-run@pipeline-a-b.service');
  for (const name of ['', '../x', 'a b', 'A', '-x', 'a.service']) {
    assert.throws(() => staticUnitId(place, name), /no name of a unit/);
  }
});

test('a unit file says whose it is, also beside a cluster whose name begins alike', () => {
  const { text } = formatStaticUnit(place, unit);
  assert.ok(isUnitFileOf('/var/lib/streamctl/demo', text));
  assert.ok(!isUnitFileOf('/var/lib/streamctl/dem', text));
  assert.ok(!isUnitFileOf('/var/lib/streamctl/demo-2', text));
});
