import { Flags } from './base-command.ts';

/** `--without us-1,eu-2`: nodes that a command leaves as they are. */
export const withoutFlag = () =>
  Flags.string({
    summary: 'Nodes whose machines are away, separated by commas: they are left as they are.',
    helpValue: 'NODE',
    multiple: true,
    delimiter: ',',
  });
