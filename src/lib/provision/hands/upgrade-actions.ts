/** What hands do for an upgrade, beside writing files and starting units: look, switch pipelines, prove media. */
import { basename, dirname, join } from 'node:path';
import { formatPipelineUnit, PIPELINE_PREFIX } from '../../agent/pipeline-units.ts';
import { clusterLayout, nodeLayout } from '../../nodes/layout.ts';
import { loadNodeConfig } from '../../nodes/load-node-config.ts';
import type { NodeConfig } from '../../nodes/node-config.ts';
import { dynamicServices, staticServices } from '../../nodes/node-services.ts';
import type { ServiceManager } from '../../nodes/service-manager.ts';
import type { Templates } from '../../render/node-files.ts';
import { loadTemplates } from '../load-templates.ts';
import { proveMedia } from '../prove-media.ts';
import { readFileOrNull, writeWholeFile } from '../write-file.ts';
import type { HandsPlace } from './protocol.ts';

export interface NamedNodeRequest extends HandsPlace {
  readonly node: string;
}

export interface StreamRequest extends NamedNodeRequest {
  readonly stream: string;
}

export interface UnitRequest extends NamedNodeRequest {
  readonly unit: string;
}

export interface TemplatesRequest extends HandsPlace {
  /** Of a program that is on the machine. */
  readonly digest: string;
}

export interface KeepRecordRequest extends HandsPlace {
  readonly text: string;
}

/** Which program a node runs. */
export interface ProgramReport {
  /** Digest of the one that its files name; null for a node that was never made. */
  readonly program: string | null;
  /** Streams whose pipeline runs another one. */
  readonly stale: readonly string[];
}

/** What an upgrade asks of hands. */
export interface UpgradeActions {
  program: { takes: NamedNodeRequest; gives: ProgramReport };
  /** The templates that a program brought along. */
  templates: { takes: TemplatesRequest; gives: Templates };
  /** Restarts the pipeline of a stream with the program that the node's files name; false when it runs that already. */
  switchPipeline: { takes: StreamRequest; gives: boolean };
  /** The last lines of a unit. */
  lines: { takes: UnitRequest; gives: readonly string[] };
  /** Plays a stream through the node. */
  play: { takes: StreamRequest; gives: null };
  /** The machine's copy of the record of the last upgrade; null when it has none. */
  upgradeRecord: { takes: HandsPlace; gives: string | null };
  keepUpgradeRecord: { takes: KeepRecordRequest; gives: null };
}

const SHOWN_LINES = 5;

/** The actions. */
export const UPGRADE_ACTIONS = {
  ...{ program, templates, switchPipeline, lines, play },
  upgradeRecord: ({ clusterDir }: HandsPlace) => readFileOrNull(clusterLayout(clusterDir).upgrade),
  keepUpgradeRecord,
};

async function keepUpgradeRecord({ clusterDir, text }: KeepRecordRequest): Promise<null> {
  await writeWholeFile(clusterLayout(clusterDir).upgrade, text);
  return null;
}

async function program({ clusterDir, node }: NamedNodeRequest): Promise<ProgramReport> {
  const opened = await openNode(clusterDir, node).catch(() => null);
  if (opened === null) return { program: null, stale: [] };
  const { config, services } = opened;
  const units = (await services.list()).filter(({ name }) => name.startsWith(PIPELINE_PREFIX));
  const streams = units.map(({ name }) => name.slice(PIPELINE_PREFIX.length));
  const current = await Promise.all(
    streams.map((stream) => services.runs(formatPipelineUnit(config, stream))),
  );
  return {
    program: basename(dirname(config.files.program)),
    stale: streams.filter((_, index) => !current[index]),
  };
}

async function templates({ clusterDir, digest }: TemplatesRequest): Promise<Templates> {
  return await loadTemplates(join(clusterLayout(clusterDir).programs, digest, 'templates'));
}

async function switchPipeline({ clusterDir, node, stream }: StreamRequest): Promise<boolean> {
  const { config, services } = await openNode(clusterDir, node);
  const unit = formatPipelineUnit(config, stream);
  if (await services.runs(unit)) return false;
  await services.install(unit);
  await services.restart(unit.name);
  return true;
}

async function lines({ clusterDir, node, unit }: UnitRequest): Promise<readonly string[]> {
  const { config, services } = await openNode(clusterDir, node);
  const made = unit.startsWith(PIPELINE_PREFIX)
    ? services
    : staticServices(clusterDir, node, config.supervisor);
  return await made.lastLines(unit, SHOWN_LINES);
}

async function play(
  { clusterDir, node, stream }: StreamRequest,
  { signal }: { readonly signal: AbortSignal },
): Promise<null> {
  const { config } = await openNode(clusterDir, node);
  await proveMedia(config.node, stream, signal);
  return null;
}

async function openNode(
  clusterDir: string,
  node: string,
): Promise<{ config: NodeConfig; services: ServiceManager }> {
  const config = await loadNodeConfig(nodeLayout(clusterDir, node).config);
  return { config, services: dynamicServices(clusterDir, node, config.supervisor) };
}
