// The layers of a network under names for people. The program's own names of classes are of no use here: a minifier shortens them.
// Imports nn, layers, describeModel.

import {
  BatchNorm2d,
  Conv2d,
  Dropout,
  Flatten,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
} from '../../../nn/index.js';
import { describeLayers, type LayerFacts } from '../../model/describeModel.js';
import { layersOf } from '../../model/layerList.js';
import type { CharacterNet } from '../../model/characterNet.js';

const KINDS: readonly (readonly [abstract new (...args: never[]) => Module, string])[] = [
  [Conv2d, 'Convolution'],
  [BatchNorm2d, 'Batch norm'],
  [ReLU, 'ReLU'],
  [MaxPool2d, 'Max pooling'],
  [Flatten, 'Flatten'],
  [Linear, 'Linear'],
  [Dropout, 'Dropout'],
];

export interface NamedLayer extends LayerFacts {
  /** "Convolution", ... */
  readonly kind: string;
}

/** The layers in the order in which they run. */
export function namedLayers(model: CharacterNet): NamedLayer[] {
  const layers = layersOf(model);
  return describeLayers(model).map((facts, i) => ({
    ...facts,
    kind: KINDS.find(([type]) => layers[i][1] instanceof type)?.[1] ?? 'Layer',
  }));
}
