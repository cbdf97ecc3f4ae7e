import type { Problem, StreamStatus } from '../cluster-status.ts';
import type { ClusterFacts } from './cluster-facts.ts';

const plays = (stream: StreamStatus) => stream.state === 'live' || stream.state === 'slate';

/** Streams that play somewhere, but not from any replica that can be asked. */
export function findUnservedStreams({ streams }: ClusterFacts): Problem[] {
  const unserved = streams.filter(
    (stream) =>
      plays(stream) && !stream.replicas.some((one) => one.health === 'up' || one.health === 'degraded'),
  );
  return unserved.map((stream) => ({
    harm: 'viewers',
    subject: stream.name,
    text:
      stream.replicas.length > 0 ? `no replica delivers${because(stream)}` : 'no replica of it can be asked',
    effect: 'viewers see what the relays still hold, then nothing',
    hint: `streamctl logs ${stream.name}`,
    sinceMs: null,
  }));
}

/** Streams whose publisher is gone or silent. */
export function findSlates({ streams, answers }: ClusterFacts): Problem[] {
  const slates = streams.filter((stream) => stream.state === 'slate');
  return slates.map((stream) => {
    const published = answers.some((one) => one.agent?.sessions.some((open) => open.stream === stream.name));
    return {
      harm: 'viewers',
      subject: stream.name,
      text: published
        ? `its publisher is connected, but no picture comes through${because(stream)}`
        : 'its publisher is gone',
      effect: 'viewers see the slate; the picture returns by itself',
      hint: published
        ? `check what the encoder sends, then streamctl logs ${stream.name}`
        : 'publish again, with the same key',
      sinceMs: stream.sinceMs,
    };
  });
}

/** Streams that are published but never got to a first part. */
export function findStuckStarts({ streams, answers, nowMs, levels }: ClusterFacts): Problem[] {
  const openedMs = (name: string) =>
    Math.max(
      0,
      ...answers
        .flatMap((answer) => answer.agent?.sessions ?? [])
        .filter((session) => session.stream === name)
        .map((session) => session.sessionId),
    );
  const stuck = streams.filter(
    (stream) =>
      stream.state === 'starting' &&
      nowMs - (stream.sinceMs ?? openedMs(stream.name)) > levels.startingSec * 1000,
  );
  return stuck.map((stream) => ({
    harm: 'viewers',
    subject: stream.name,
    text: `published, but no picture came out${because(stream)}`,
    effect: 'viewers wait',
    hint: `streamctl logs ${stream.name}`,
    sinceMs: stream.sinceMs,
  }));
}

/** The reasons of the first replica that has any: the others' are alike. */
function because({ replicas }: StreamStatus): string {
  const told = replicas.map(({ reasons }) => reasons.filter((reason) => reason !== 'starting'));
  const [first] = told.filter((reasons) => reasons.length > 0);
  return first === undefined ? '' : `: ${first.join('; ')}`;
}
