/**
 * The disk of a node's data is full: files take all that is free there. Only where that file system is the cluster's alone,
 * as whatever else is on it would be full as well. The names of the files say until when; after that the node's own agent
 * removes them, should even the undo be lost.
 */
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { StreamctlError } from '../../base/errors.ts';
import { DRILL_FILL, nodeLayout } from '../../nodes/layout.ts';
import type { Fault, FaultContext } from './fault.ts';
import { peersOf } from './peers-of.ts';

/** A file system takes some of what is free for itself: what does not fit whole is taken in halves. */
const MAX_FILES = 64;
const SMALLEST = 4096;
/** So little left is full: what the cluster itself deletes is free for a moment. */
const FULL_SHARE = 0.02;
const FULL_LEAST = 1024 * 1024;

export function fillDisk(node: string, { view, nowMs, longestMs }: FaultContext): Fault {
  peersOf(view, [node]);
  const { data } = nodeLayout(view.dir, node);
  return {
    label: `${node}: fill the disk of its data`,
    lostNodes: [],
    touchedNodes: [node],
    lasting: true,
    mediaNodes: [],
    undo: [{ kind: 'free-disk', node }],
    inject: async () => {
      const devices = await Promise.all(
        [data, dirname(dirname(view.dir))].map(async (at) => (await stat(at)).dev),
      );
      if (devices[0] === devices[1]) throw refuseShared(node, data);
      const atMs = nowMs();
      const taken = await takeAllFree(data, Math.round(atMs + longestMs));
      return { atMs, text: `${Math.round(taken / 1024 / 1024)} MiB taken, nothing is left` };
    },
    bit: async () => {
      const { bavail, bsize, blocks } = await statfs(data);
      const isFull = bavail * bsize <= Math.max(FULL_LEAST, FULL_SHARE * blocks * bsize);
      return isFull ? `${Math.round((bavail * bsize) / 1024)} KiB are left on its disk` : null;
    },
  };
}

/** Frees what a drill has taken. */
export async function freeDisk(clusterDir: string, node: string): Promise<void> {
  const { data } = nodeLayout(clusterDir, node);
  const names = (await readdir(data)).filter((name) => name.startsWith(DRILL_FILL));
  await Promise.all(names.map((name) => rm(join(data, name), { force: true })));
}

/** Returns the bytes that were taken. */
async function takeAllFree(data: string, untilMs: number): Promise<number> {
  let taken = 0;
  let most = Number.POSITIVE_INFINITY;
  for (let count = 0; count < MAX_FILES; count++) {
    const { bavail, bsize } = await statfs(data);
    const size = Math.min(bavail * bsize, most);
    if (size < SMALLEST) break;
    const file = join(data, `${DRILL_FILL}${untilMs}-${count}`);
    const { failed } = await execa('fallocate', ['-l', String(size), file], { reject: false });
    // What was begun and did not fit is given back.
    if (failed) await rm(file, { force: true });
    else taken += size;
    most = failed ? Math.floor(size / 2) : most;
  }
  if (taken > 0) return taken;
  throw new StreamctlError('ENVIRONMENT', `fill the disk of ${data}: fallocate could take nothing of it`);
}

function refuseShared(node: string, data: string): StreamctlError {
  return new StreamctlError(
    'CONFLICT',
    `drill full-disk ${node}: ${data} shares its disk with other things`,
    {
      hint: 'Give the folder of all clusters, or the node’s data, a file system of its own; docs/drills.md says how in a lab.',
    },
  );
}
