/** Commands that stopped half-way: an `up`, an upgrade. Who, when, where it stands, what to do. */
import type { Problem } from '../cluster-status.ts';
import type { NodeAnswer } from '../node-answer.ts';
import type { ProgramMark, UpgradeMark } from '../report.ts';
import type { ClusterFacts } from './cluster-facts.ts';

const MINUTE_MS = 60_000;

/** Work that nobody is at any more. */
export function findUnfinishedWork(facts: ClusterFacts): Problem[] {
  const { operations, answers, cluster, nowMs } = facts;
  if (operations.isBusy) return [];
  const upgrade = findUpgrade(answers);
  const stopped = operations.unfinished;
  return [
    ...(upgrade === null ? [] : [wordUpgrade(upgrade, facts)]),
    ...(stopped === null
      ? []
      : [
          {
            harm: 'control',
            subject: cluster,
            text: `${stopped.command.replace(/^streamctl /, '')} of ${stopped.who}, begun ${wordAge(stopped.atMs, nowMs)}, did not come to its end${stopped.step === '' ? '' : `: ${stopped.step}`}`,
            effect: 'what plays goes on · some of the cluster may be as it was before',
            hint: `streamctl ${stopped.command.includes('secrets') ? 'secrets rotate' : 'up'} (goes on where it stopped)`,
            sinceMs: stopped.atMs,
          } as const,
        ]),
  ];
}

/** The newest word of the nodes on an upgrade, when it is not over; null otherwise. */
function findUpgrade(answers: readonly NodeAnswer[]): UpgradeMark | null {
  const marks = answers.flatMap(({ agent }) => agent?.upgrade ?? []);
  const newest = marks.toSorted((one, other) => other.revision - one.revision)[0];
  return newest?.state === 'running' ? newest : null;
}

function wordUpgrade(mark: UpgradeMark, { answers, cluster, nowMs }: ClusterFacts): Problem {
  const programs = answers.flatMap(({ agent, peer }) =>
    agent?.program === undefined ? [] : [{ node: peer.name, program: agent.program }],
  );
  const there = programs.filter(({ program }) => program.digest === mark.to);
  const by = mark.who === '' ? '' : ` of ${mark.who}`;
  const target = there[0] === undefined ? mark.to : wordProgram(there[0].program);
  return {
    harm: 'control',
    subject: cluster,
    text: `the upgrade${by} to ${target}, begun ${wordAge(mark.startedMs, nowMs)}, stands at ${there.length} of ${answers.length} nodes`,
    effect: ['viewers unaffected', ...wordPrograms(programs)].join(' · '),
    hint: `streamctl upgrade --to ${mark.to} (goes on), or streamctl upgrade --rollback`,
    sinceMs: mark.startedMs,
  };
}

/** `us-1 runs 0.2.0 (3f1c9a0b7d24)`, each program once. */
function wordPrograms(
  programs: readonly { readonly node: string; readonly program: ProgramMark }[],
): string[] {
  const digests = [...new Set(programs.map(({ program }) => program.digest))];
  return digests.map((digest) => {
    const of = programs.filter(({ program }) => program.digest === digest);
    const names = of.map(({ node }) => node).join(', ');
    return `${names} ${of.length === 1 ? 'runs' : 'run'} ${wordProgram(of[0]!.program)}`;
  });
}

function wordProgram({ digest, version }: ProgramMark): string {
  return version === null ? digest : `${version} (${digest})`;
}

function wordAge(atMs: number, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((nowMs - atMs) / MINUTE_MS));
  if (minutes === 0) return 'just now';
  return minutes < 120 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}
