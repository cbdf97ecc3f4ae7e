import { below, type Figure } from './figure.ts';
import { withLabCluster } from './lab-cluster.ts';
import { quantile } from './statistics.ts';

const AGAIN_RUNS = 5;

/** How long `up` takes on six machines of a lab that have the packages: the first time, and when nothing changes. */
export async function measureRemote(say: (line: string) => void): Promise<Figure[]> {
  say('six machines: bringing a cluster up');
  return await withLabCluster({ name: 'bench-remote' }, async ({ cli }) => {
    const first = await cli('up');
    const again: number[] = [];
    for (let run = 0; run < AGAIN_RUNS; run++) again.push(await cli('up'));
    return [figureOf('up, first time', [first], [60, 30]), figureOf('up, nothing changes', again, [5, 3])];
  });
}

function figureOf(what: string, seconds: readonly number[], [must, aim]: readonly [number, number]): Figure {
  const shown = seconds.map((one) => one.toFixed(1)).join(', ');
  return {
    name: `six machines: ${what}`,
    unit: 's',
    value: quantile(seconds, 0.5),
    must: below(must),
    aim: below(aim),
    detail: `packages present; ${seconds.length === 1 ? 'one run' : `median of ${shown}`}`,
  };
}
