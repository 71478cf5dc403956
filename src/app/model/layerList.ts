// The character network as a list of layers in execution order, for export and description.

import { Flatten, type Layer } from '../../nn/index.js';
import type { CharacterNet } from './characterNet.js';

/** Maps a pixel from 0 (background) to 255 (ink) to an input value. */
export const NORMALIZATION = '(pixel / 255 - 0.5) / 0.5, upright, light ink on a dark background';

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
