// The character network as a list of layers in execution order, for export and description.

import type { Shape } from '../../engine/shape.js';
import { Flatten, type Layer } from '../../nn/index.js';
import type { CharacterNet } from './characterNet.js';
import type { Preprocessing } from './modelInput.js';

/** How pixels become input values, for the users of an exported network. */
export function normalizationOf(preprocess: Preprocessing, [channels]: Shape): string {
  const formula = '(pixel / 255 - 0.5) / 0.5, upright';
  if (preprocess === 'ink') return `${formula}, light ink on a dark background`;
  return `${formula}, ${channels === 1 ? 'gray' : 'RGB'}, 0 = black`;
}

/**
 * Layers with their names in the state dict. `flatten`, which has no state, is part of `forward`.
 */
export function layersOf({ conv_layers, fc_layers }: CharacterNet): [string, Layer][] {
  const named = (name: string, layers: readonly Layer[]): [string, Layer][] =>
    layers.map((layer, index) => [`${name}.${index}`, layer]);
  return [
    ...named('conv_layers', conv_layers.layers),
    ['flatten', new Flatten()],
    ...named('fc_layers', fc_layers.layers),
  ];
}
