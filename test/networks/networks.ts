// The programs by the name of their network in the fixture.

import type { HostState, SavedArray } from '../../src/index.js';
import { trainAutoencoder } from './autoencoder.js';
import { trainCharLstm } from './charLstm.js';
import { trainGan } from './gan.js';
import { trainGpt } from './gpt.js';
import { trainMlp } from './mlp.js';
import { trainResNet } from './resnet.js';

/** Named arrays of numbers. */
export type Arrays = Readonly<Record<string, SavedArray>>;

/** Trains a network from given weights on the current backend; returns the losses of each step. */
export type Program = (
  weights: HostState,
  data: Arrays,
) => Promise<Readonly<Record<string, readonly number[]>>>;

export const NETWORKS: Readonly<Record<string, Program>> = {
  mlp: async (...input) => ({ loss: await trainMlp(...input) }),
  charLstm: async (...input) => ({ loss: await trainCharLstm(...input) }),
  gpt: async (...input) => ({ loss: await trainGpt(...input) }),
  autoencoder: async (...input) => ({ loss: await trainAutoencoder(...input) }),
  resnet: async (...input) => ({ loss: await trainResNet(...input) }),
  gan: async (...input) => ({ ...(await trainGan(...input)) }),
};
