// Tests that evaluation leaves the model unchanged, and that its numbers do not depend on the batch
// size.

import { describe, expect, it } from 'vitest';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import {
  eventsOf,
  fingerprint,
  onWasm,
  takeSteps,
  tinyTrainer,
  train,
  validation,
} from '../support.js';

describe('evaluate', () => {
  it(
    'does not change weights, running statistics, random streams or the mode of any layer',
    onWasm(async (backend) => {
      const trainer = tinyTrainer();
      await takeSteps(trainer, 2);
      const { model } = trainer;
      const [, frozen] = model.conv_layers.children;
      frozen.eval(); // one frozen layer, as in fine-tuning
      const modes = (): boolean[] => model.namedModules().map(([, layer]) => layer.training);
      const [modesBefore, before] = [modes(), await fingerprint(trainer)];
      expect(modesBefore).toContain(false);
      expect(modesBefore).toContain(true);

      const first = await evaluate(model, validation);
      expect(modes()).toEqual(modesBefore);
      expect(await fingerprint(trainer)).toBe(before);
      // A backend may keep packed copies of the weights until they change
      const { live } = backend.memory;
      expect(await evaluate(model, validation)).toEqual(first);
      expect(backend.memory.live).toBe(live);

      model.eval();
      await evaluate(model, validation);
      expect(modes()).not.toContain(true);
      trainer.dispose();
    }),
  );

  it(
    'gives the same numbers for every batch size, and reports its progress',
    onWasm(async () => {
      const trainer = tinyTrainer({ learningRate: 0.003 });
      await eventsOf(trainer);
      const result = await evaluate(trainer.model, train);
      const done: number[] = [];
      const parts = await evaluate(trainer.model, train, {
        batchSize: 50,
        onProgress: (n) => done.push(n),
      });
      expect(done).toEqual([50, 100, 141]);
      expect(parts.predictions).toEqual(result.predictions);
      expect(parts.loss).toBeCloseTo(result.loss, 5);
      expect(parts.perClass).toEqual(result.perClass);
      const hits = result.predictions.filter(
        (predicted, i) => predicted === train.labels[i],
      ).length;
      expect(result).toMatchObject({ correct: hits, total: 141, accuracy: hits / 141 });
      trainer.dispose();
    }),
  );

  it(
    'adds priors to the logits before predicting',
    onWasm(async () => {
      const trainer = tinyTrainer();
      // The prior of class 5 outweighs every image.
      const priors = train.classes.map((_, c) => (c === 5 ? 40 : 0.25 * c));
      const plain = await evaluate(trainer.model, validation, { logits: true });
      const weighed = await evaluate(trainer.model, validation, { logits: true, priors });
      expect(new Set(plain.predictions)).not.toEqual(new Set([5]));
      expect(new Set(weighed.predictions)).toEqual(new Set([5]));
      expect(weighed.logits).toEqual(
        plain.logits!.map((logit, i) => logit + Math.fround(priors[i % 47])),
      );
      expect(weighed.loss).toBeGreaterThan(plain.loss + 20); // nearly every image has another class
      trainer.dispose();
    }),
  );

  it(
    'restores the modes after an error',
    onWasm(async () => {
      const trainer = tinyTrainer();
      const { model } = trainer;
      const failure = evaluate(model, validation, {
        onProgress: () => {
          throw new Error('stop');
        },
      });
      await expect(failure).rejects.toThrow('stop');
      expect(model.training).toBe(true);
      trainer.dispose();
    }),
  );
});
