import type { Problem } from '../cluster-status.ts';
import { runsUnit } from '../judge-node.ts';
import type { ClusterFacts } from './cluster-facts.ts';

/** No ingest node takes publishers. */
export function findNoIngest({ answers }: ClusterFacts): Problem[] {
  const ingests = answers.filter((answer) => answer.peer.roles.includes('ingest'));
  const open = ingests.some(
    (answer) =>
      answer.reach === 'silent' || (runsUnit(answer, 'nginx-ingest') && runsUnit(answer, 'contribution')),
  );
  if (open || ingests.length === 0) return [];
  const names = ingests.map((answer) => answer.peer.name);
  return [
    {
      harm: 'publishers',
      subject: names.join(', '),
      text: 'no ingest takes publishers',
      effect: 'encoders cannot connect; what is published is cut off',
      hint: ingests.every((answer) => answer.reach === 'refused')
        ? 'streamctl up'
        : `streamctl logs ${names[0]}`,
      sinceMs: null,
    },
  ];
}

/** Test publishers that do not stay up. */
export function findFailedPublishers({ answers }: ClusterFacts): Problem[] {
  return answers.flatMap((answer) =>
    (answer.agent?.units ?? [])
      .filter((unit) => unit.name.startsWith('publisher-'))
      .filter((unit) => unit.state === 'failed' || unit.state === 'restarting')
      .map((unit) => ({
        harm: 'publishers',
        subject: answer.peer.name,
        text: `${unit.name} does not stay up`,
        effect: 'its test picture is not published',
        hint: `streamctl logs ${answer.peer.name}`,
        sinceMs: unit.sinceMs,
      })),
  );
}
