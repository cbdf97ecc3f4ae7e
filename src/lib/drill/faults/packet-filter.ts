/** Tables of the machine's packet filter (nftables) that drills make and take away. */
import { execa } from 'execa';
import { runTool } from '../../nodes/run-tool.ts';

/** A table of the family inet, for nothing but drills. */
export type DrillTable = 'streamctl_drill' | 'streamctl_drill_links';

const TOOL_MS = 5_000;
const HINT = 'Run streamctl up: it installs nftables.';

/** Applies a file of nft's commands, all or nothing. Throws ENVIRONMENT. */
export async function applyRules(what: string, rules: string): Promise<void> {
  await runTool({ what, argv: ['nft', '-f', '-'], input: rules, timeoutMs: TOOL_MS, hint: HINT });
}

/** A table as nft lists it; null when there is none. */
export async function listTable(table: DrillTable): Promise<string | null> {
  const { failed, stdout } = await execa('nft', ['list', 'table', 'inet', table], {
    reject: false,
    timeout: TOOL_MS,
  });
  return failed ? null : stdout;
}

/** Takes a table away that is there. Throws ENVIRONMENT. */
export async function deleteTable(what: string, table: DrillTable): Promise<void> {
  const argv = ['nft', 'delete', 'table', 'inet', table];
  await runTool({ what, argv, timeoutMs: TOOL_MS, hint: HINT });
}
