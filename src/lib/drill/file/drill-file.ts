/** A drill of one's own, as a YAML file: its shape. Every key has a comment in templates/drill.yaml (a test looks). */
import { z } from 'zod';
import { parseDurationMs } from '../../base/duration.ts';
import { DRILLS } from '../drill-kinds.ts';

const isDuration = (text: string): boolean => {
  try {
    return parseDurationMs(text) >= 0;
  } catch {
    return false;
  }
};
const duration = (what: string) =>
  z.string().refine(isDuration, 'must be a duration: 500ms, 30s, 10m').describe(what);
const name = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9 and -')
    .describe(what);
const bound = (what: string) =>
  z
    .union([
      z.number().min(0),
      z.strictObject({
        must: z.number().min(0).describe('The most that passes.'),
        aim: z.number().min(0).describe('The most that it should be.'),
      }),
    ])
    .describe(what)
    .optional();

const FAULTS = DRILLS.flatMap((drill) => (drill.faultOf === undefined ? [] : [drill.name]));

const faultSchema = z.strictObject({
  fault: z
    .enum(FAULTS as [string, ...string[]])
    .describe('A drill of streamctl drill list that has a fault.'),
  target: z.string().describe('Its region, node or stream.').optional(),
  amount: z.number().describe('Its number: milliseconds, per cent.').optional(),
  at: duration('When it comes, from the beginning.'),
  for: duration('How long it lasts; to the end of the drill unless said.').optional(),
  whenSteady: z.boolean().describe('Waits, at its time, for the recovery from what came before.').optional(),
});

export const drillFileSchema = z.strictObject({
  drill: name('Name of the drill, for history and reports.'),
  stream: z.string().describe('Stream that is watched; the first of the spec unless said.').optional(),
  viewers: z.int().min(1).max(10_000).describe('Simulated viewers, over all regions.').optional(),
  duration: duration('From the beginning until all is healed.'),
  faults: z.array(faultSchema).min(1).max(200).describe('What is broken, one after the other or together.'),
  joins: z
    .array(
      z.strictObject({
        at: duration('When they begin to come.'),
        count: z.int().min(1).max(10_000).describe('How many.'),
        within: duration('Within this time.'),
        region: z.string().describe('To one region; to all unless said.').optional(),
      }),
    )
    .describe('Viewers that join meanwhile.')
    .optional(),
  stop: z
    .array(
      z.strictObject({
        who: z.enum(['all', 'bystanders']).describe('Of all viewers, or of those that no fault touches.'),
        share: z.number().min(0).max(1).describe('More than this share without a picture …'),
        for: duration('… for this long.'),
      }),
    )
    .describe('Ends the drill early, with a heal.')
    .optional(),
  expect: z
    .strictObject({
      deadAirP99Ms: bound('Dead air of the 99th percentile of viewers, ms.'),
      liveEdgeRiseSec: bound('Farther behind live after the drill than before it, s.'),
      startupP95Ms: bound('Startup of those who join, 95th percentile, ms.'),
      detectMs: bound('Until the cluster has noticed, ms.'),
      switchMs: bound('Until relays have changed their feed, ms.'),
      replaceMs: bound('Until there are as many replicas as before, ms.'),
      slateForMs: bound('How long the stream shows the slate in all, ms.'),
      handoverMs: bound('Until another store takes writes, or another controller acts, ms.'),
    })
    .describe('What must be seen; what is not named is not judged.')
    .optional(),
  limits: z
    .strictObject({
      nodes: z.int().min(1).describe('Most nodes that are lost at a time.').optional(),
      steady: duration('For the steady state to come, before.').optional(),
      recovery: duration('For the steady state to come, after.').optional(),
      calm: duration('How long all must be well to count as steady.').optional(),
      bite: duration('For a fault to bite.').optional(),
    })
    .describe('How far it may go, and how long things may take.')
    .optional(),
});

export type DrillFile = z.infer<typeof drillFileSchema>;

/** JSON Schema of a drill's file, for editors. */
export function drillFileJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(drillFileSchema) as Record<string, unknown>;
}
