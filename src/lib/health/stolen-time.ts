/** Machines that the host of their virtual machine gives less CPU than they ask for: no setting of ours brings it back. Pure. */
import type { Load } from './report.ts';

/** Less is not worth a word: an encoder that keeps up has that much to spare. */
const MUCH = 0.1;
const NAMED = 4;

interface Machine {
  readonly name: string;
  readonly load?: Load | null;
}

/** `us-1, eu-1: the host keeps back up to 43 % of the CPU, and encoders may fall behind`; null when it is not much anywhere. */
export function wordStolenTime(machines: readonly Machine[]): string | null {
  const robbed = machines.filter(({ load }) => (load?.stolen ?? 0) >= MUCH);
  if (robbed.length === 0) return null;
  const names = robbed.length > NAMED ? `${robbed.length} nodes` : robbed.map(({ name }) => name).join(', ');
  const worst = Math.max(...robbed.map(({ load }) => load?.stolen ?? 0));
  return `${names}: the host keeps back up to ${Math.round(worst * 100)} % of the CPU, and encoders may fall behind`;
}
