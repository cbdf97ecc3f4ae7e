/**
 * Other passwords for the store under a cluster that runs: the steps, to be read from top to bottom.
 *
 * For a while two passwords of each user are good. Invariants: nobody is given a password that the stores do not take
 * yet, proven by logging in; a password ends only when nobody has it any more; killed anywhere, the next run goes on (the
 * files of password-files.ts say where). What plays needs no store, and notices nothing; agents that lose their connection
 * log in again with what their file says by then.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StreamctlError } from '../../base/errors.ts';
import { clusterLayout } from '../../nodes/layout.ts';
import type { Peer } from '../../nodes/node-config.ts';
import type { FurtherPasswords, StorePasswords, StoreUser } from '../../render/store-access.ts';
import { isReplicated, storeNodes } from '../../store/store-site.ts';
import { Changes } from '../changes.ts';
import type { Step, StepReport, UpContext } from '../context.ts';
import type { AccessRequest, Login, LoginResult } from '../hands/access-actions.ts';
import { openStore } from '../ring/open-store.ts';
import { type ClusterSecrets, ensureSecrets, planSecretFiles } from '../secrets.ts';
import { refuseLeaving } from '../unfinished-up.ts';
import { forgetFormer, keepFormer, loadFormer, offerPasswords, takeNext } from './password-files.ts';

/** The workflow of `secrets rotate`. */
export const ROTATION_STEPS: readonly Step[] = [
  { title: 'checked', run: checkMachines },
  { title: 'made', run: makePasswords },
  { title: 'accepted', run: acceptBoth },
  { title: 'in use', run: useNext },
  { title: 'ended', run: endFormer },
];

/** For who is told to run `up` first. */
export const ROTATION_DOES = 'secrets rotate changes the passwords of the store';

const GATE_MS = 15_000;
const POLL_MS = 200;

async function checkMachines(context: UpContext, report: StepReport): Promise<string> {
  const found = await context.driver.check(context, report);
  // It would get no new password, and lose the mesh.
  refuseLeaving(context, ROTATION_DOES);
  await context.driver.prepare(context, report);
  return found;
}

async function makePasswords({ layout }: UpContext): Promise<string> {
  const next = await offerPasswords(layout);
  return `${Object.keys(next).length} passwords, of ${Object.keys(next).join(', ')}`;
}

/** Stores let both in; everybody goes on with what they have. */
async function acceptBoth(context: UpContext, report: StepReport): Promise<string> {
  const [secrets, next] = [await loadSecrets(context), await offerPasswords(context.layout)];
  for (const node of storeNodes(context.spec.nodes)) {
    report.doing(`${node.name}: letting both passwords in`);
    await changeAccess(context, node, { secrets, how: 'load' });
    await awaitLogins(context, node, { logins: loginsOf(next), result: 'in' });
  }
  await keepFormer(context.layout);
  return storesInWords(context);
}

/** Every node, and then this machine, goes by the next one. */
async function useNext(context: UpContext, report: StepReport): Promise<string> {
  const { layout, spec } = context;
  const [now, next] = [await loadSecrets(context), await offerPasswords(layout)];
  const secrets = { ...now, store: next, further: addPasswords(now.further, now.store) };
  const several = isReplicated(spec.nodes);
  for (const node of spec.nodes) {
    const isStore = node.roles.includes('store');
    report.doing(`${node.name}: bringing it the next passwords`);
    // What copies the others logs in when it starts; of several stores one at a time.
    await changeAccess(context, node, { secrets, how: isStore && several ? 'restart' : 'none' });
    if (!isStore) continue;
    await awaitLogins(context, node, { logins: loginsOf(next), result: 'in' });
    await awaitStore(context);
  }
  await takeNext(layout);
  await awaitStore(context);
  return `${spec.nodes.length} nodes`;
}

/** Those of before are good for nothing any more. */
async function endFormer(context: UpContext, report: StepReport): Promise<string> {
  const { layout } = context;
  const [now, former] = [await loadSecrets(context), await loadFormer(layout)];
  const replica = [now.store.replica, former.replica ?? now.store.replica];
  for (const node of storeNodes(context.spec.nodes)) {
    report.doing(`${node.name}: ending the former passwords`);
    await changeAccess(context, node, { secrets: { ...now, further: {} }, how: 'load', replica });
    await awaitLogins(context, node, { logins: loginsOf(now.store), result: 'in' });
    await awaitLogins(context, node, { logins: loginsOf(former), result: 'refused' });
  }
  await awaitStore(context);
  await forgetFormer(layout);
  return `at ${storesInWords(context)}`;
}

async function loadSecrets({ spec, layout }: UpContext): Promise<ClusterSecrets> {
  return (await ensureSecrets(spec.cluster, layout, new Changes('apply')))!;
}

function addPasswords(further: FurtherPasswords = {}, passwords: StorePasswords): FurtherPasswords {
  const users = Object.keys(passwords) as StoreUser[];
  return Object.fromEntries(users.map((user) => [user, [...(further[user] ?? []), passwords[user]]]));
}

function loginsOf(passwords: Partial<StorePasswords>): Login[] {
  return Object.entries(passwords).map(([user, password]) => ({ user, password }));
}

interface AccessChange {
  readonly secrets: ClusterSecrets;
  readonly how: AccessRequest['how'];
  /** What the store may take `replica` by; absent: what `secrets` say. */
  readonly replica?: readonly string[];
}

async function changeAccess(
  context: UpContext,
  node: Peer,
  { secrets, how, replica }: AccessChange,
): Promise<void> {
  const { driver, changes } = context;
  await changes.step(node.name, `change passwords (${how})`, async () => {
    const hands = await driver.hands(node, context);
    const takes = {
      ...{ clusterDir: driver.machineDir, apply: true, node: node.name, how },
      secrets: planSecretFiles(clusterLayout(driver.machineDir), node, secrets),
      replica: replica ?? [secrets.store.replica, ...(secrets.further?.replica ?? [])],
    };
    await hands.ask('access', takes, new Changes('apply'));
  });
}

interface WantedLogins {
  readonly logins: readonly Login[];
  readonly result: LoginResult['result'];
}

/** Waits until every login at a store (and its Sentinel) has this result. Throws UNHEALTHY. */
async function awaitLogins(context: UpContext, node: Peer, { logins, result }: WantedLogins): Promise<void> {
  const { driver, signal } = context;
  const deadline = performance.now() + GATE_MS;
  const hands = await driver.hands(node, context);
  const takes = { clusterDir: driver.machineDir, apply: true, node: node.name, logins };
  for (;;) {
    signal.throwIfAborted();
    const results = await hands.ask('logins', takes, new Changes('apply'));
    const others = results.filter((one) => one.result !== result);
    if (others.length === 0) return;
    if (performance.now() > deadline) {
      const [first] = others;
      throw new StreamctlError(
        'UNHEALTHY',
        `${node.name}: its ${first!.server} answers "${first!.result}" to ${first!.user}, not "${result}"`,
        {
          hint: `Read streamctl logs ${node.name}, then run streamctl secrets rotate again: it goes on.`,
          details: { node: node.name, unit: first!.server },
        },
      );
    }
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Until the store takes writes again, and of several another one follows it: with what this machine has by now. */
async function awaitStore(context: UpContext): Promise<void> {
  const deadline = performance.now() + GATE_MS;
  for (;;) {
    context.signal.throwIfAborted();
    const store = await openStore(context).catch((error: unknown) => {
      if (performance.now() > deadline) throw error;
      return null;
    });
    if (store !== null) return store.close();
    await sleep(POLL_MS, undefined, { signal: context.signal });
  }
}

function storesInWords({ spec }: UpContext): string {
  const { length } = storeNodes(spec.nodes);
  return length === 1 ? 'the store' : `${length} stores`;
}
