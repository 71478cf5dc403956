// The layers of a network with display names. Class names cannot be used, because the minifier shortens them.

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
import { describeLayers, type LayerInfo } from '../../model/describeModel.js';
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

export interface NamedLayer extends LayerInfo {
  /** "Convolution", ... */
  readonly kind: string;
}

/** The layers in execution order. */
export function namedLayers(model: CharacterNet): NamedLayer[] {
  const layers = layersOf(model);
  return describeLayers(model).map((facts, i) => ({
    ...facts,
    kind: KINDS.find(([type]) => layers[i][1] instanceof type)?.[1] ?? 'Layer',
  }));
}
