/** The unit `pipeline-STREAM`: runs one replica until its stream ends or the supervisor stops it. */
import { once } from 'node:events';
import { systemClock } from '../base/clock.ts';
import { createLogger } from '../base/logger.ts';
import { checkNodeConfig, loadNodeConfig } from '../nodes/load-node-config.ts';
import { watchJson } from '../nodes/watch-json.ts';
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
  const watched = watchJson(command.configFile, {
    initial: config,
    parse: checkNodeConfig,
    onChange: ({ peers }) => pipeline.setPeers(peers),
  });
  log.info({ stream: command.stream }, 'started');
  await Promise.race([pipeline.ended, once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  watched.close();
  await pipeline.close();
}
