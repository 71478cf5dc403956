// The results of bench/networks.ts as a table.

import type { Sample } from '../compare/rounds.js';
import { spread } from '../support/statistics.js';
import { formatTable, short } from '../support/table.js';

/** Median milliseconds per step of every pair of inkgrad and PyTorch, and the ratio of their speeds. */
export function networkTable(samples: readonly Sample[]): string {
  const contenders = [...new Set(samples.map(({ contender }) => contender))];
  const networks = [...new Set(samples.map(({ task }) => task))];
  const times = (network: string, name: string): Sample[] =>
    samples.filter(({ task, contender }) => task === network && contender === name);
  const rows = networks.flatMap((network) =>
    contenders
      .filter((name) => name.startsWith('inkgrad'))
      .flatMap((own) =>
        contenders
          .filter((name) => name.startsWith('pytorch'))
          .map((other) => pairRow(network, times(network, own), times(network, other)))
          .filter((row) => row !== null),
      ),
  );
  return formatTable(['network', 'contenders', 'ms', 'PyTorch ms', 'ratio', 'min - max'], rows);
}

/** A ratio above 1 means that inkgrad is faster; rounds are compared with the same round. */
function pairRow(
  network: string,
  own: readonly Sample[],
  others: readonly Sample[],
): string[] | null {
  const ratios = own.flatMap(({ round, milliseconds }) => {
    const other = others.find((sample) => sample.round === round);
    return other === undefined ? [] : [other.milliseconds / milliseconds];
  });
  if (ratios.length === 0) return null;
  const median = (all: readonly Sample[]): string =>
    short(spread(all.map(({ milliseconds }) => milliseconds)).median);
  const { median: ratio, min, max } = spread(ratios);
  return [
    network,
    `${own[0].contender} / ${others[0].contender}`,
    median(own),
    median(others),
    short(ratio),
    `${short(min)} - ${short(max)}`,
  ];
}
