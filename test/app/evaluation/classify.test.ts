// Tests that single images are classified as in evaluation.

import { describe, expect, it } from 'vitest';
import { classify } from '../../../src/app/evaluation/classify.js';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import { probabilitiesOf } from '../../../src/app/training/temperature.js';
import { eventsOf, onWasm, tinyTrainer, train } from '../support.js';

describe('classify', () => {
  it(
    'returns the probabilities of evaluation, whose maximum is the predicted class',
    onWasm(async () => {
      const trainer = tinyTrainer();
      await eventsOf(trainer);
      const { logits, predictions } = await evaluate(trainer.model, train, { logits: true });
      for (const temperature of [1, 2.5]) {
        const expected = probabilitiesOf(logits!, 47, temperature);
        const prediction = await classify(trainer.model, train.images, temperature);
        expect(prediction).toHaveLength(train.length * 47);
        prediction.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(1e-5));
      }
      const probabilities = probabilitiesOf(logits!, 47);
      for (let i = 0; i < train.length; i++) {
        const row = Array.from(probabilities.subarray(i * 47, (i + 1) * 47));
        expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
        expect(row.indexOf(Math.max(...row))).toBe(predictions[i]);
      }
      expect((await evaluate(trainer.model, train)).logits).toBeNull();
      trainer.dispose();
    }),
  );
});
