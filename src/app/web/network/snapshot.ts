// The network as a list of layers for one drawing: input, blocks, hidden layer, classes. Every layer is a set of square maps;
// hidden units and classes are maps of one value.

import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import type { Prediction } from '../prediction/types.js';
import type { Analysis, Maps } from './analyze.js';
import { peakOf, type Peak } from './decompose.js';
import type { Weights } from './weights.js';

/** One layer and its values. */
export interface Layer extends Maps {
  readonly kind: 'input' | 'maps' | 'units' | 'classes';
  /** "Block 1" */
  readonly name: string;
}

/** The data that the views show. */
export interface Snapshot {
  readonly prediction: Prediction;
  readonly classes: readonly string[];
  readonly temperature: number;
  readonly analysis: Analysis;
  /** Input, blocks, hidden layer, classes. */
  readonly layers: readonly Layer[];
  readonly weights: Weights;
}

/** One value of the network. */
export interface Selection {
  readonly layer: number;
  /** A map, hidden unit or class. */
  readonly unit: number;
  /** Position in the map; null for its maximum. */
  readonly point: { readonly row: number; readonly column: number } | null;
}

/** A view of a snapshot. */
export interface View {
  readonly root: HTMLElement;
  show(snapshot: Snapshot): void;
}

export function layersOf(prediction: Prediction, { blocks, hidden, logits }: Analysis): Layer[] {
  const image = Float32Array.from(prediction.image, (ink) => ink / 255);
  return [
    { kind: 'input', name: 'Input', values: image, channels: 1, side: IMAGE_SIDE },
    ...blocks.map((maps, index): Layer => ({ kind: 'maps', name: `Block ${index + 1}`, ...maps })),
    { kind: 'units', name: 'Hidden layer', values: hidden, channels: hidden.length, side: 1 },
    { kind: 'classes', name: 'Classes', values: logits, channels: logits.length, side: 1 },
  ];
}

/** Names the structure of a network: equal for networks that need the same elements. */
export function structureOf({ layers, classes }: Snapshot): string {
  return JSON.stringify([layers.map(({ channels, side }) => [channels, side]), classes]);
}

/** The largest value of each unit of a layer. */
export function peaksOf({ values, channels, side }: Maps): Float32Array {
  const size = side * side;
  return Float32Array.from({ length: channels }, (_, unit) => {
    let largest = values[unit * size];
    for (let i = unit * size + 1; i < (unit + 1) * size; i++) {
      if (values[i] > largest) largest = values[i];
    }
    return largest;
  });
}

/** The selected position and its value. */
export function selectedValue({ layers }: Snapshot, { layer, unit, point }: Selection): Peak {
  const maps = layers[layer];
  if (point === null) return peakOf(maps, unit);
  const { row, column } = point;
  return { row, column, value: maps.values[(unit * maps.side + row) * maps.side + column] };
}

/** "Filter 3", "Unit 12", "g". */
export function unitName({ layers, classes }: Snapshot, layer: number, unit: number): string {
  const { kind } = layers[layer];
  if (kind === 'input') return 'your drawing';
  if (kind === 'classes') return classes[unit];
  return `${kind === 'maps' ? 'Filter' : 'Unit'} ${unit + 1}`;
}
