// Tests the PyTorch original's network, loaded from its own file, against PyTorch's number of
// correct predictions. Needs the file, named by SEED_MODEL, and its test images, named by
// EMNIST_DIR; neither is in the repository.

import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import { exportModel } from '../../../src/app/model/exportModel.js';
import { loadModel } from '../../../src/app/model/modelFile.js';
import { openTestSource } from '../../../src/app/training/source.js';
import { DataLoader } from '../../../src/data/loading/dataLoader.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { wasm, withFreshBackend } from '../../support/backends.js';
import { openOnnx } from '../../support/onnxruntime.js';
import {
  emnistDir,
  emnistMissing,
  seedModel,
  seedModelMissing,
} from '../../support/originalModel.js';
import { skipNote } from '../../support/skipping.js';

const images = () => openTestSource({ data: emnistDir, split: 'balanced' });
const onBackend = (body: () => Promise<void>) => () => withFreshBackend(wasm(2).make, body);

/** Correct predictions of PyTorch on these 9,400 images; a difference of one is rounding. */
const PYTORCH_CORRECT = 8550;

const missing = seedModelMissing ?? emnistMissing;
describe.skipIf(missing !== null)(`the original's model${skipNote(missing)}`, () => {
  it(
    'predicts as many images correctly as in PyTorch',
    onBackend(async () => {
      const { model, classes } = await loadModel(seedModel!);
      expect(classes).toEqual(BALANCED_CLASSES);
      const { correct, total } = await evaluate(model, await images());
      model.dispose();
      expect(total).toBe(9400);
      expect(Math.abs(correct - PYTORCH_CORRECT)).toBeLessThanOrEqual(1);
    }),
  );

  it(
    'predicts as many images correctly in ONNX Runtime',
    onBackend(async () => {
      const { model, classes } = await loadModel(seedModel!);
      const session = await openOnnx(await exportModel({ model, classes, data: 'EMNIST' }, 'onnx'));
      model.dispose();
      let correct = 0;
      const loader = new DataLoader(await images(), {
        batchSize: 200,
        transform: { inputs: new Normalizer() },
      });
      for (const { inputs, targets, count } of loader.batches(0)) {
        const logits = await session.run(Float32Array.from(inputs.data));
        for (let i = 0; i < count; i++) {
          const row = logits.subarray(i * classes.length, (i + 1) * classes.length);
          if (row.indexOf(row.reduce((a, b) => Math.max(a, b))) === targets.data[i]) correct += 1;
        }
      }
      await session.release();
      expect(Math.abs(correct - PYTORCH_CORRECT)).toBeLessThanOrEqual(1);
    }),
  );
});
