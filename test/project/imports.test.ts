import assert from 'node:assert/strict';
import { builtinModules } from 'node:module';
import { test } from 'node:test';
import { FOLDERS, folderOf } from './folders.ts';
import { fileAt, importsOf, list, SOURCES } from './repository-files.ts';

/** Files of types only, on which daemons and folders agree: any folder may import their types. */
const CONTRACTS = ['src/lib/nodes/node-config.ts'];

/** Where each third-party package may be imported; a second home needs a reason here. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@inquirer/prompts': ['lib/cli'],
  '@oclif/core': ['lib/cli'],
  // Bundles the player page for the edges.
  esbuild: ['lib/player'],
  execa: [
    // A drill's stage asks the systemd of its machine.
    'lib/drill',
    'lib/lab',
    'lib/nodes',
    'lib/ssh',
    'lib/provision',
    'lib/media',
    'lib/pipeline',
    'lib/contribution',
    'lib/publisher',
    // What a spec includes may be the output of a command.
    'lib/spec',
  ],
  'fast-string-truncated-width': ['lib/cli'],
  fastify: ['lib/agent'],
  // The player page runs in the browser; its settings are computed in lib/player.
  'hls.js': ['lib/player'],
  ioredis: ['lib/store'],
  listr2: ['lib/cli'],
  pino: ['lib/base'],
  // The lab writes an inventory that a spec may include.
  yaml: ['lib/lab', 'lib/spec'],
  // Files of drills are checked as specs are.
  zod: ['lib/spec', 'lib/drill'],
};

const imports = SOURCES.flatMap(importsOf);
const rank = new Map(FOLDERS.map((folder, index) => [folder.name, index]));
const ownImports = imports.filter((one) => one.own && one.to.startsWith('src/'));

test('imports between folders run downwards in the drawing of ARCHITECTURE.md', () => {
  const upward = ownImports.filter(({ from, to, typeOnly }) => {
    const [above, below] = [folderOf(from.path), folderOf(to)];
    if (above === null || below === null || above === below) return false;
    if (typeOnly && CONTRACTS.includes(to)) return false;
    return (rank.get(above) ?? -1) >= (rank.get(below) ?? Number.POSITIVE_INFINITY);
  });
  assert.equal(
    upward.length,
    0,
    `pass the thing in as an argument, or move it to a lower folder:${list(upward.map((one) => `${one.from.path} → ${one.to}`))}`,
  );
});

test('daemons never import one another', () => {
  const daemons = new Set(FOLDERS.filter((folder) => folder.daemon).map((folder) => folder.name));
  assert.ok(daemons.size >= 4, 'ARCHITECTURE.md names the daemons');
  const crossing = ownImports.filter(({ from, to }) => {
    const [one, other] = [folderOf(from.path), folderOf(to)];
    return one !== other && daemons.has(one ?? '') && daemons.has(other ?? '');
  });
  assert.equal(
    crossing.length,
    0,
    `daemons meet over HTTP, in the store or in a feed; share pure code in a lower folder:${list(crossing.map((one) => `${one.from.path} → ${one.to}`))}`,
  );
});

test('contracts hold types and nothing else', () => {
  const code = CONTRACTS.filter((path) =>
    /^(export )?(async )?(const|let|function|class)\b/m.test(fileAt(path).text),
  );
  assert.deepEqual(code, [], 'move the code out of the contract, into a file beside it');
});

test('each third-party package is imported in its home folder alone', () => {
  const strays = imports
    .filter((one) => !one.own && !one.to.startsWith('node:') && !builtinModules.includes(one.to))
    .filter((one) => !(HOMES[one.to] ?? []).includes(folderOf(one.from.path) ?? ''));
  assert.equal(
    strays.length,
    0,
    `use what the home folder exports, or add the home to HOMES with a reason:${list(strays.map((one) => `${one.from.path} imports ${one.to}, at home in ${HOMES[one.to]?.join(', ') ?? 'no folder yet'}`))}`,
  );
});

test('a command imports oclif through lib/cli/base-command.ts', () => {
  const commands = SOURCES.filter((file) => file.path.startsWith('src/commands/'));
  const bare = commands.filter(
    (file) => !/from '(\.\.\/)+lib\/cli\/(base|daemon|drill|lab)-command\.ts'/.test(file.text),
  );
  assert.equal(bare.length, 0, `extend BaseCommand:${list(bare.map((file) => file.path))}`);
});

test('every dependency is imported somewhere or has a use outside src', () => {
  const { dependencies } = JSON.parse(fileAt('package.json').text) as {
    dependencies: Record<string, string>;
  };
  const imported = new Set(imports.map((one) => one.to));
  const bundled = new Set(['hls.js']);
  const idle = Object.keys(dependencies).filter((name) => !imported.has(name) && !bundled.has(name));
  assert.deepEqual(idle, [], 'remove it from package.json, or move it to devDependencies');
});
