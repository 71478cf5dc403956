// The network of the PyTorch original, read from its own file, against the count that PyTorch gets with it. Needs the
// file, named by SEED_MODEL, and the images it was counted on, named by EMNIST_DIR; neither is in the repository.

import { expect, it } from 'vitest';
import { evaluate } from '../../src/app/evaluate.js';
import { loadModel } from '../../src/app/modelFile.js';
import { openTestSource } from '../../src/app/source.js';
import { BALANCED_CLASSES } from '../../src/data/splits.js';
import { wasm, withFreshBackend } from '../support/backends.js';
import { emnistDir, seedModel, withoutSeed } from '../support/seed.js';

/** PyTorch's own count of right answers on these 9,400 images; one either way is rounding. */
const PYTORCH_CORRECT = 8550;

it.skipIf(seedModel === undefined || emnistDir === undefined)(
  `the original's model reads as many images right as in PyTorch${withoutSeed}`,
  () =>
    withFreshBackend(wasm(2).make, async () => {
      const { model, classes } = await loadModel(seedModel!);
      expect(classes).toEqual(BALANCED_CLASSES);
      const dataset = await openTestSource({ data: emnistDir, split: 'balanced' });
      const { correct, total } = await evaluate(model, dataset);
      model.dispose();
      expect(total).toBe(9400);
      expect(Math.abs(correct - PYTORCH_CORRECT)).toBeLessThanOrEqual(1);
    }),
);
