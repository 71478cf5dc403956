// Decodes the data, initial weights and losses that generate.py wrote with PyTorch.

import { decodeSafetensors, type SavedArray } from '../../src/index.js';

/** What PyTorch trained a network with, and its losses. */
export interface Training {
  /** State dict before the first step. */
  readonly weights: Readonly<Record<string, SavedArray>>;
  readonly data: Readonly<Record<string, SavedArray>>;
  /** Losses of each step, in float64. */
  readonly losses: Readonly<Record<string, SavedArray>>;
}

/** The trainings by the name of the network. */
export function decodeFixture(bytes: Uint8Array): Map<string, Training> {
  const trainings = new Map<string, Record<keyof Training, Record<string, SavedArray>>>();
  for (const [path, array] of Object.entries(decodeSafetensors(bytes).tensors)) {
    const [network, part, name] = path.split('/') as [string, keyof Training, string];
    if (!trainings.has(network)) trainings.set(network, { weights: {}, data: {}, losses: {} });
    trainings.get(network)![part][name] = array;
  }
  return trainings;
}
