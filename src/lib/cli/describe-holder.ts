import type { MachineHolder } from '../provision/hands/hold-machine.ts';
import { describeOperator, describePlace } from '../provision/operation/operator.ts';

/** The command, as other commands on the same machines are told of it; the same for all of one process. */
export async function describeHolder(command: string): Promise<MachineHolder> {
  const { who, host, ci } = describeOperator(process.env);
  const id = `${await describePlace()} ${process.pid}`;
  return { id, who, host, ci, command: command.replace(/^(streamctl )?/, 'streamctl ') };
}
