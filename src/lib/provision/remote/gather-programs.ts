import type { InstalledProgram } from '../driver.ts';
import { isProgramFolder } from '../program.ts';
import type { MachineFacts } from './facts-script.ts';

/** Puts together what the machines said of themselves: each program, and which nodes have it. Pure. */
export function gatherPrograms(
  machines: ReadonlyMap<string, Pick<MachineFacts, 'programs' | 'versions'>>,
): readonly InstalledProgram[] {
  const gathered = new Map<string, InstalledProgram>();
  for (const [node, { programs, versions }] of machines) {
    for (const digest of programs.filter(isProgramFolder)) {
      const nodes = [...(gathered.get(digest)?.nodes ?? []), node];
      gathered.set(digest, { digest, version: versions[digest] ?? null, nodes });
    }
  }
  return [...gathered.values()];
}
