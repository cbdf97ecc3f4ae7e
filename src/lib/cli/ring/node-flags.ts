import { Flags } from '../base-command.ts';

/** Flags that say what a new node is like. */
export const NODE_FLAGS = {
  region: Flags.string({ summary: 'Region of the node.', helpValue: 'NAME' }),
  weight: Flags.integer({
    summary: 'How much it should carry beside its neighbours; 1 unless said.',
    min: 1,
    max: 100,
  }),
  host: Flags.string({
    summary: 'Name or address of the machine, by which ssh and the world reach it (driver ssh).',
    helpValue: 'HOST',
  }),
  address: Flags.string({ summary: 'IPv4 address, instead of one from the block.', helpValue: 'ADDRESS' }),
  roles: Flags.string({
    summary: 'Roles, separated by commas; origin is one of them. [default: origin]',
    helpValue: 'ROLES',
  }),
  capacity: Flags.string({
    summary: 'The most that it can encode, in 720p30 renditions; no limit unless said.',
    helpValue: 'NUMBER',
  }),
};
