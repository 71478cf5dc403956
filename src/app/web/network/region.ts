// The region of an earlier layer that a selected value depends on.

import { receptiveField } from './decompose.js';
import { selectedValue, type Selection, type Snapshot } from './snapshot.js';

/** In pixels of the layer's maps; bottom and right are exclusive. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * @param layer index of a layer with maps: the input or a block
 * @returns null if the value does not depend on this layer, or on all of it: a hidden unit or a class
 */
export function regionOf(snapshot: Snapshot, selection: Selection, layer: number): Region | null {
  const { layers, analysis } = snapshot;
  const { kind, side } = layers[selection.layer];
  if (layer > selection.layer || kind === 'units' || kind === 'classes') return null;
  const { row, column } = selectedValue(snapshot, selection);
  if (kind === 'input' || layer === selection.layer) {
    return side === 1 ? null : { top: row, left: column, bottom: row + 1, right: column + 1 };
  }
  const convolutions = analysis.inputs.slice(layer, selection.layer).map(({ length }) => length);
  const range = (index: number): readonly [number, number] => {
    const { first, last } = receptiveField(convolutions, convolutions.length - 1, index);
    return [Math.max(0, first), Math.min(layers[layer].side, last + 1)];
  };
  const [top, bottom] = range(row);
  const [left, right] = range(column);
  return { top, left, bottom, right };
}
