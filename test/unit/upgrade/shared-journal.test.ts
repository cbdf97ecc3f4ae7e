import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { continueJournal, loadJournal } from '../../../src/lib/upgrade/journal.ts';
import { openSharedJournal } from '../../../src/lib/upgrade/shared-journal.ts';
import { fakePeer } from '../../support/fake-upgrade.ts';

const folders: string[] = [];
const machines = new Map<string, string>();
let broken = new Set<string>();
const said: string[] = [];

describe('the journal of an upgrade on many machines', () => {
  beforeEach(() => {
    machines.clear();
    broken = new Set();
    said.length = 0;
  });
  after(async () => {
    for (const folder of folders) await rm(folder, { recursive: true });
  });

  const makeFolder = async (): Promise<string> => {
    const folder = await mkdtemp(join(tmpdir(), 'streamctl-journal-'));
    folders.push(folder);
    return folder;
  };
  const open = (clusterDir: string, who: string) =>
    openSharedJournal({
      clusterDir,
      nodes: ['us-1', 'eu-1'].map((name) => fakePeer(name, [])),
      copies: {
        load: async ({ name }) => {
          if (broken.has(name)) throw new Error('no way there');
          return machines.get(name) ?? null;
        },
        save: async ({ name }, text) => {
          if (broken.has(name)) throw new Error('no way there');
          machines.set(name, text);
        },
      },
      who,
      host: 'laptop',
      say: (text) => said.push(text),
    });

  test('another operator finds the upgrade that was begun elsewhere, and the first one what that one did', async () => {
    const [ada, bob] = [await makeFolder(), await makeFolder()];
    const first = await open(ada, 'ada');
    assert.equal(first.journal, null);
    await first.save({ ...continueJournal(null, 'new', 5), before: { 'us-1': 'old' } });
    const second = await open(bob, 'bob');
    const { state, before, who, revision } = second.journal!;
    assert.deepEqual([state, before, who, revision], ['running', { 'us-1': 'old' }, 'ada', 1]);
    await second.save({ ...second.journal!, state: 'rolled-back' });
    assert.equal((await loadJournal(ada))!.state, 'running', 'what is on the first machine is old');
    const again = await open(ada, 'ada');
    assert.deepEqual([again.journal!.state, again.journal!.who], ['rolled-back', 'bob']);
  });

  test('one machine that answers is enough, and none at all is said', async () => {
    const [ada, bob] = [await makeFolder(), await makeFolder()];
    const journal = continueJournal(null, 'new', 5);
    broken = new Set(['us-1']);
    await (await open(ada, 'ada')).save(journal);
    assert.equal((await open(bob, 'bob')).journal!.to, 'new');
    assert.deepEqual(said, []);
    broken = new Set(['us-1', 'eu-1']);
    await (await open(ada, 'ada')).save(journal);
    assert.match(said.join(), /only this one can go on with it: no way there/);
    assert.equal((await loadJournal(ada))!.revision, 2);
  });

  test('a record of an older version counts as the first', async () => {
    const { formatJournal, parseJournal } = await import('../../../src/lib/upgrade/journal.ts');
    const { revision, who, host, ...old } = continueJournal(null, 'new', 5);
    assert.deepEqual([revision, who, host], [0, '', '']);
    assert.equal(parseJournal(formatJournal(old as never))!.revision, 0);
    assert.equal(parseJournal('{"half'), null);
  });
});
