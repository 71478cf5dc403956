// Where the model of the PyTorch original and real EMNIST are, if this machine has them. Imports nothing.

/** The original's model, `cnn_model.pth`. */
export const seedModel = process.env.SEED_MODEL;
/** The folder of EMNIST Balanced whose test part the original was counted on. */
export const emnistDir = process.env.EMNIST_DIR;

/** For a test's title: why it is skipped, or nothing. */
export const withoutSeed =
  seedModel === undefined || emnistDir === undefined
    ? ' (skipped: SEED_MODEL and EMNIST_DIR are not both set)'
    : '';
