/** The unit `pipeline-STREAM`: runs one replica until its stream ends or the supervisor stops it. */
import { once } from 'node:events';
import { systemClock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import { loadNodeConfig } from '../nodes/load-node-config.ts';
import { startPipeline } from './pipeline.ts';

export interface PipelineCommand {
  readonly configFile: string;
  readonly stream: string;
}

/** Runs until the stream has ended, SIGTERM or SIGINT. Throws when the configuration or ffmpeg can't be used. */
export async function runPipeline(command: PipelineCommand): Promise<void> {
  const config = await loadNodeConfig(command.configFile);
  const log = createLogger(`pipeline-${command.stream}`);
  const pipeline = await startPipeline(config, command.stream, { clock: systemClock, log });
  log.info({ stream: command.stream }, 'started');
  await Promise.race([pipeline.ended, once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await pipeline.close();
}
