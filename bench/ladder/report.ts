// The table of one version of Node: times, rates, and the gain of each rung over the one before.

import { spread } from '../support/statistics.js';
import { formatTable, short } from '../support/table.js';
import { operations, type Sizes } from './problem.js';
import type { MeasureReply } from './protocol.js';
import type { Rung } from './rungs.js';

const HEADER = ['rung', 'ms', 'min', 'max', 'GFLOP/s', 'gain', 'over', 'difference'];

/**
 * GFLOP/s count the operations of the definition for every rung. `gain` is the median over the rounds
 * of the time of the rung before, divided by that of this one. Without times, only the checks.
 */
export function ladderTable(rungs: readonly Rung[], reply: MeasureReply, sizes: Sizes): string {
  const rows = rungs.map(({ id, title }) => {
    const name = `${id.padStart(2)}  ${title}`;
    const check = reply.checks.find((one) => one.id === id);
    if (check === undefined) return [name, ...Array<string>(7).fill('-')];
    const difference = check.difference === 0 ? 'none' : check.difference.toExponential(1);
    const verified = check.previous === null ? '' : difference;
    const times = (reply.times[id] ?? []) as readonly number[];
    const { median, min, max } = spread(times);
    const gain = gainOver(reply, id, comparedWith(check.previous));
    return [
      name,
      ...[median, min, max].map(short),
      short(operations(sizes) / median / 1e6),
      gain === null ? '' : `${short(gain)}x`,
      comparedWith(check.previous) ?? '',
      verified,
    ];
  });
  return formatTable(HEADER, rows);
}

/** Integers are verified against their own definition, and compared with the package. */
const comparedWith = (previous: string | null): string | null =>
  previous === 'quantized' ? '11' : previous;

function gainOver({ times }: MeasureReply, id: string, previous: string | null): number | null {
  if (previous === null || !(previous in times) || !(id in times)) return null;
  return spread(times[id].map((time, round) => times[previous][round] / time)).median;
}
