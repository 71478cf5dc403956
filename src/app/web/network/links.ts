// The lines of the diagram: the contributions of the shown units of one layer to the shown units of the next.

import { blockContributions, linearContributions } from './contributions.js';
import { peakOf } from './decompose.js';
import type { Snapshot } from './snapshot.js';

/** A line from a unit of the layer before to a unit of `layer`. */
export interface Link {
  readonly layer: number;
  readonly source: number;
  readonly target: number;
  /** Contribution divided by the largest absolute one of the layer, -1..1. */
  readonly strength: number;
}

/** Weaker lines are omitted. */
const MIN_STRENGTH = 0.12;

/**
 * The links between shown units.
 *
 * @param shown units per layer
 */
export function linksOf(snapshot: Snapshot, shown: readonly (readonly number[])[]): Link[] {
  return shown.slice(1).flatMap((targets, index) => {
    const layer = index + 1;
    const sources = shown[index];
    const rows = targets.map((target) => contributionsTo(snapshot, layer, target, sources));
    const largest = Math.max(...rows.flat().map(Math.abs));
    return targets.flatMap((target, row) =>
      sources.flatMap((source, column): Link[] => {
        const strength = largest > 0 ? rows[row][column] / largest : 0;
        return Math.abs(strength) < MIN_STRENGTH ? [] : [{ layer, source, target, strength }];
      }),
    );
  });
}

/** Contributions of units of the layer before to the strongest value of a unit. */
function contributionsTo(
  { layers, analysis, weights }: Snapshot,
  layer: number,
  target: number,
  sources: readonly number[],
): number[] {
  const { kind } = layers[layer];
  const before = layers[layer - 1];
  if (kind === 'maps') {
    const peak = peakOf(layers[layer], target);
    const block = layer - 1;
    return blockContributions(weights.blocks[block], analysis.inputs[block], target, peak, sources);
  }
  const linear = kind === 'units' ? weights.hidden : weights.last;
  return linearContributions(linear, target, before.values, before.side ** 2, sources);
}
