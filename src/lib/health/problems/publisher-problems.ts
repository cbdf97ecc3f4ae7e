import { type Fitness, isUnfit } from '../../media/fitness.ts';
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

/** Test publishers, and relays of theirs, that do not stay up. */
export function findFailedPublishers({ answers, publishers }: ClusterFacts): Problem[] {
  // A version before had them on ingest nodes.
  const onNodes = answers.flatMap((answer) => answer.agent?.units ?? []);
  return [...publishers.map(({ unit }) => unit), ...onNodes]
    .filter(({ name }) => /^(publisher|relay)-/.test(name))
    .filter(({ state }) => state === 'failed' || state === 'restarting')
    .map((unit) => ({
      harm: 'publishers',
      subject: unit.name,
      text: 'does not stay up',
      effect: 'its test picture is not published',
      hint: `streamctl logs ${unit.name}`,
      sinceMs: unit.sinceMs,
    }));
}

/** A fade or a pause is none. */
const UNFIT_SEC = 10;

/** Publishers of a stream with two that have sent black pictures or silence for long. */
export function findUnfitPublishers({ streams, nowMs }: ClusterFacts): Problem[] {
  const secondsOf = ({ sinceMs }: Fitness): number => Math.round((nowMs - (sinceMs ?? nowMs)) / 1000);
  return streams.flatMap(({ name, publishers }) =>
    publishers
      .filter(({ fitness }) => isUnfit(fitness) && secondsOf(fitness) >= UNFIT_SEC)
      .map(({ region, role, fitness }): Problem => {
        const isSeen = role === 'active';
        const { state, sinceMs } = fitness;
        return {
          harm: isSeen ? 'viewers' : 'redundancy',
          subject: name,
          text: `its publisher in ${region} has been ${state} for ${secondsOf(fitness)} s`,
          effect: isSeen
            ? `viewers ${state === 'black' ? 'see black' : 'hear nothing'}; the other publisher is no better`
            : 'viewers unaffected: they see the other publisher',
          hint: `look at the encoder that publishes in ${region}`,
          sinceMs,
        };
      }),
  );
}

/** Ingests that a relay does not reach although they are there: a node that is down is told of by itself. */
export function findUnreachedIngests({ answers, publishers }: ClusterFacts): Problem[] {
  const down = answers.filter(({ reach }) => reach !== 'agent').map(({ peer }) => peer.address);
  return publishers.flatMap(({ unit, targets }) =>
    targets
      .filter(({ url, state }) => state === 'retrying' && !down.includes(new URL(url).hostname))
      .map(({ url, fault }) => ({
        harm: 'redundancy',
        subject: unit.name,
        text: `does not reach ${url}: ${fault ?? 'no word'}`,
        effect: 'viewers unaffected; if the other ingest goes, the slate comes',
        hint: `streamctl logs ${unit.name}`,
        sinceMs: null,
      })),
  );
}
