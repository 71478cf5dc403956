// Paths of the PyTorch original's model and of real EMNIST, from environment variables.

import type { Missing } from './skipping.js';

/** The original's model, `cnn_model.pth`. */
export const seedModel = process.env.SEED_MODEL;
/** The folder of EMNIST Balanced; the original's accuracy was measured on its test part. */
export const emnistDir = process.env.EMNIST_DIR;

export const emnistMissing: Missing =
  emnistDir === undefined ? 'no EMNIST; set EMNIST_DIR to the folder with its files' : null;

export const seedModelMissing: Missing =
  seedModel === undefined
    ? 'no model of the PyTorch original; set SEED_MODEL to its cnn_model.pth'
    : null;
