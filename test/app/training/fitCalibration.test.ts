// Calibration of the shipped model: what it is fitted on, with and without rejection.

import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import { evidenceOfLogits } from '../../../src/app/evaluation/rejection.js';
import { loadModel } from '../../../src/app/model/modelFile.js';
import { SHIPPED_MODEL } from '../../../src/app/model/shippedModel.js';
import { fitCalibration } from '../../../src/app/training/fitCalibration.js';
import { generatedCharacters, generatedOutliers } from '../../../src/app/training/generated.js';
import { fitTemperature } from '../../../src/app/training/temperature.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { onWasm } from '../support.js';

const validation = syntheticDataset({ seed: 3, count: 11 * 47 });

it.each([false, true])(
  'fits the temperature, and the evidence if the model rejects: %s',
  (rejects) =>
    onWasm(async () => {
      const loaded = await loadModel(fileURLToPath(SHIPPED_MODEL));
      const { model, classes } = loaded;
      const training = { ...loaded.training, logPriors: null };
      const calls: (readonly [done: number, total: number])[] = [];
      const fit = await fitCalibration(
        { model, classes, training },
        validation,
        rejects,
        (...call) => calls.push(call),
      );
      const logitsOf = async (dataset: typeof validation): Promise<Float32Array> =>
        (await evaluate(model, dataset, { logits: true })).logits!;
      const generated = generatedCharacters(130); // a quarter of 517, rounded up
      const sets = rejects ? [validation, generated] : [validation];
      const logits = (await Promise.all(sets.map(logitsOf))).flatMap((part) => [...part]);
      const labels = sets.flatMap((set) => [...set.labels]);
      expect(fit.temperature).toBe(fitTemperature(logits, labels));

      const total = rejects ? 517 + 130 + 1200 : 517;
      expect(calls.at(-1)).toEqual([total, total]);
      expect(calls.every(([done], i) => i === 0 || done > calls[i - 1][0])).toBe(true);

      if (rejects) {
        const ofOutliers = await logitsOf(generatedOutliers(1200));
        const rejected = Array.from({ length: 1200 }, (_, i) =>
          evidenceOfLogits(ofOutliers.subarray(47 * i, 47 * (i + 1))),
        ).filter((evidence) => evidence < fit.minEvidence!);
        // 98 % of the outliers, or fewer so that nearly all characters are accepted.
        expect(rejected.length).toBeGreaterThan(1000);
        expect(rejected.length).toBeLessThanOrEqual(1176);
      } else {
        expect(fit.minEvidence).toBeNull();
      }
      model.dispose();
    })(),
);
