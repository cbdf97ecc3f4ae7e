/** The questions of `init`. */
import type { SpecAnswers } from '../spec/write-starter.ts';

export interface GivenAnswers {
  readonly name: string | undefined;
  readonly regions: readonly string[] | undefined;
  readonly nodesPerRegion: number | undefined;
  readonly driver: 'local' | 'ssh';
}

const NAME = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;

/** Asks for what was not given; without `asks` takes the defaults. */
export async function askForSpec(given: GivenAnswers, asks: boolean): Promise<SpecAnswers> {
  const defaults = { name: 'demo', regions: ['us', 'eu'], nodesPerRegion: 2 };
  if (!asks) {
    return {
      name: given.name ?? defaults.name,
      regions: given.regions ?? defaults.regions,
      nodesPerRegion: given.nodesPerRegion ?? defaults.nodesPerRegion,
      driver: given.driver,
    };
  }
  const { input, number } = await import('@inquirer/prompts');
  const valid = (text: string): true | string =>
    NAME.test(text) || 'a to z, 0 to 9 and -; begins with a letter';
  const name =
    given.name ?? (await input({ message: 'Name of the cluster', default: defaults.name, validate: valid }));
  const regions =
    given.regions ??
    splitWords(
      await input({
        message: 'Regions, separated by spaces',
        default: defaults.regions.join(' '),
        validate: (text) => {
          const words = splitWords(text);
          if (words.length === 0 || new Set(words).size < words.length) return 'at least one, each once';
          return words.map(valid).find((answer) => answer !== true) ?? true;
        },
      }),
    );
  const nodesPerRegion =
    given.nodesPerRegion ??
    (await number({
      message: 'Nodes per region (1 does everything; with more, the first makes and the others serve)',
      default: defaults.nodesPerRegion,
      min: 1,
      max: 50,
      required: true,
    }));
  return { name, regions, nodesPerRegion, driver: given.driver };
}

function splitWords(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}
