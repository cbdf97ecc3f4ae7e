/**
 * Faults inside of one replica's pipeline: its ffmpeg killed or stopped, or its packager stopped, which withholds parts
 * while every connection stays open. The pipeline's own supervision mends the first; the others go on when undone.
 */

import { join } from 'node:path';
import { StreamctlError } from '../../base/errors.ts';
import { formatCount } from '../../health/format-count.ts';
import { nodeLayout } from '../../nodes/layout.ts';
import { isProcessAlive, listPids, readProcess } from '../../nodes/processes.ts';
import { readStarted } from '../../nodes/unit-notes.ts';
import { isServing } from '../judge/serving.ts';
import type { Fault, FaultContext } from './fault.ts';
import { signalAll } from './node-processes.ts';

export interface PipelineFault {
  readonly kind: 'kill-transcoder' | 'freeze-transcoder' | 'freeze-packager';
  readonly stream: string;
  readonly node: string | null;
}

export function breakPipeline({ kind, stream, node }: PipelineFault, context: FaultContext): Fault {
  const { view, nowMs } = context;
  const on = node ?? chooseReplica(stream, context);
  const dir = join(nodeLayout(view.dir, on).services, `pipeline-${stream}`);
  const packager = kind === 'freeze-packager';
  let hit: readonly number[] = [];
  return {
    label: `${on}: ${packager ? 'stop the packager' : kind === 'kill-transcoder' ? 'kill ffmpeg' : 'stop ffmpeg'} of ${stream}`,
    lostNodes: [],
    touchedNodes: [on],
    lasting: packager,
    mediaNodes: [on],
    undo: kind === 'kill-transcoder' ? [] : [{ kind: 'continue', nodes: [on] }],
    inject: async () => {
      const pid = await pipelinePid(dir, stream, on);
      hit = packager ? [pid] : await findTranscoders(pid);
      if (hit.length === 0) throw notRunning(stream, on, 'has no ffmpeg');
      const atMs = nowMs();
      signalAll(hit, kind === 'kill-transcoder' ? 'SIGKILL' : 'SIGSTOP');
      const what = packager ? 'packager' : formatCount(hit.length, 'ffmpeg process', 'ffmpeg processes');
      return {
        atMs,
        text: `${what} of ${stream} on ${on} ${kind === 'kill-transcoder' ? 'killed' : 'stopped'}`,
      };
    },
    bit: async () => {
      const states = await Promise.all(hit.map(async (pid) => (await readProcess(pid))?.state ?? 'gone'));
      const wanted = kind === 'kill-transcoder' ? 'gone' : 'T';
      if (hit.length === 0 || !states.every((state) => state === wanted)) return null;
      return kind === 'kill-transcoder' ? 'its processes are gone' : 'its processes stand still';
    },
  };
}

/** A replica that is up, one with viewers of its own region first: the harder case is the one that is looked at. */
function chooseReplica(stream: string, { sight }: FaultContext): string {
  const replica = sight.replicas.find(isServing) ?? sight.replicas[0];
  if (replica !== undefined) return replica.node;
  throw new StreamctlError('NOT_RUNNING', `stream ${stream} has no replica`, {
    hint: `Publish it first: streamctl publish test ${stream} --detach.`,
  });
}

async function pipelinePid(dir: string, stream: string, node: string): Promise<number> {
  const pid = (await readStarted(dir))?.pid ?? null;
  if (pid === null || !(await isProcessAlive(pid))) throw notRunning(stream, node, 'does not run');
  return pid;
}

/** Every unit leads a process group: its ffmpegs are those of the group. */
async function findTranscoders(group: number): Promise<number[]> {
  const found: number[] = [];
  for (const pid of await listPids()) {
    const known = await readProcess(pid);
    if (known?.group === group && known.command === 'ffmpeg') found.push(pid);
  }
  return found;
}

function notRunning(stream: string, node: string, why: string): StreamctlError {
  return new StreamctlError('NOT_RUNNING', `the pipeline of ${stream} on ${node} ${why}`, {
    hint: 'Look at streamctl status.',
  });
}
