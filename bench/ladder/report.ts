// Tables of one version of Node: times, rates, and the gain of each rung over the one before.

import { spread } from '../support/statistics.js';
import { formatTable, short } from '../support/table.js';
import { operations, type Sizes } from './problem.js';
import type { MeasureReply } from './protocol.js';
import type { Rung } from './rungs.js';

const TIMES = ['ms', 'min', 'max', 'GFLOP/s'];

/**
 * Times are CPU time. GFLOP/s count the operations of the definition for every rung. `gain` is the
 * median over the rounds of the time of the rung before, divided by that of this one. `difference` is
 * the largest from that rung, relative to the sum of the absolute terms. Without times, only the checks.
 */
export function ladderTable(rungs: readonly Rung[], reply: MeasureReply, sizes: Sizes): string {
  const rows = rungs.map(({ id, title }) => {
    const name = `${id.padStart(2)}  ${title}`;
    const check = reply.checks.find((one) => one.id === id);
    const previous = check?.previous ?? null;
    if (check === undefined || previous === null) {
      return [name, ...timeCells(reply, id, sizes), '', '', ''];
    }
    const difference = check.difference === 0 ? 'none' : check.difference.toExponential(1);
    return [name, ...timeCells(reply, id, sizes), gain(reply, id, previous), previous, difference];
  });
  return formatTable(['rung', ...TIMES, 'gain', 'over', 'difference'], rows);
}

/** Experiments are verified against a definition of their own, and compared with the package. */
export function experimentTable(
  experiments: readonly Rung[],
  reply: MeasureReply,
  sizes: Sizes,
): string {
  const rows = experiments.map(({ id, title }) => [
    title,
    ...timeCells(reply, id, sizes),
    gain(reply, id, '11'),
    gain(reply, id, '12'),
  ]);
  return formatTable(['experiment', ...TIMES, 'over 11', 'over 12'], rows);
}

function timeCells({ times }: MeasureReply, id: string, sizes: Sizes): string[] {
  if (!(id in times)) return TIMES.map(() => '-');
  const { median, min, max } = spread(times[id]);
  return [...[median, min, max].map(short), short(operations(sizes) / median / 1e6)];
}

function gain({ times }: MeasureReply, id: string, previous: string): string {
  if (!(id in times) || !(previous in times)) return '-';
  return `${short(spread(times[id].map((time, i) => times[previous][i] / time)).median)}x`;
}
