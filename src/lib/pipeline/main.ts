/** The unit `pipeline-STREAM`: runs one replica until its stream ends or the supervisor stops it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../base/clock.ts';
import { StreamctlError } from '../base/errors.ts';
import { createLogger } from '../base/logger.ts';
import { untilTold } from '../base/until-told.ts';
import { checkNodeConfig, loadNodeConfig } from '../nodes/load-node-config.ts';
import { watchNodeClock } from '../nodes/node-clock.ts';
import { watchJson } from '../nodes/watch-json.ts';
import { startPipeline } from './pipeline.ts';
import { watchForStall } from './stall-watch.ts';

export interface PipelineCommand {
  readonly configFile: string;
  readonly stream: string;
}

/**
 * A pipeline that stood still for longer has nothing that is of use: relays have dropped its feed, and what waits for it
 * would keep its encoder behind the clock for as long again. Lower, and a machine that hiccups starts encoders anew.
 */
const STALL_LIMIT_MS = 4000;

/**
 * A pipeline whose stream has ended stays for so long, so that its agent, which looks once a second, hears of the end and removes
 * it. Shorter, and its supervisor may start it anew first: the stream is starting then, and ends once more. Longer, and a
 * publisher who comes back after the end waits for its picture.
 */
const LINGER_MS = 3000;

/**
 * Runs until the stream has ended, SIGTERM or SIGINT. Throws when the configuration or ffmpeg can't be used, and when
 * this process stood still or its machine's clock was set: its supervisor starts it anew, at live and on the grid.
 */
export async function runPipeline(command: PipelineCommand): Promise<void> {
  const config = await loadNodeConfig(command.configFile);
  const log = createLogger(`pipeline-${command.stream}`);
  const clock = watchNodeClock(config.dirs.data);
  const pipeline = await startPipeline(config, command.stream, { clock, log });
  const watched = watchJson(command.configFile, {
    initial: config,
    parse: checkNodeConfig,
    onChange: ({ peers }) => pipeline.setPeers(peers),
  });
  log.info({ stream: command.stream }, 'started');
  // By the machine's clock: one that is set wrong is no standing still.
  const { stalled, close } = watchForStall(systemClock, STALL_LIMIT_MS);
  const over = new AbortController();
  const lingered = pipeline.ended.then(() => sleep(LINGER_MS, undefined, { signal: over.signal }));
  const stall = stalled.then((ms) => wordStall(command.stream, ms));
  const failure = await Promise.race([lingered.then(() => null), untilTold(), stall]);
  lingered.catch(() => undefined);
  over.abort();
  close();
  watched.close();
  clock.close();
  if (failure !== null) throw failure;
  await pipeline.close();
}

function wordStall(stream: string, ms: number): StreamctlError {
  return new StreamctlError(
    'ENVIRONMENT',
    `pipeline of ${stream}: this process stood still for ${(ms / 1000).toFixed(1)} s, and starts anew`,
  );
}
