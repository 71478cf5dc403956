// Tests that training allocates memory only at its start.

import { describe, expect, it } from 'vitest';
import { selectImages } from '../../../src/data/loading/imageDataset.js';
import { wasm, withFreshBackend } from '../../support/backends.js';
import { tinyTrainer, train, validation } from '../support.js';

describe('memory', () => {
  it.each([1, 2])(
    '200 training steps allocate nothing after the first few (%i threads)',
    (threads) =>
      withFreshBackend(wasm(threads).make, async (backend) => {
        const numbers = Array.from({ length: 40 }, (_, i) => i);
        const ten = {
          train: selectImages(train, numbers),
          validation: selectImages(validation, numbers.slice(0, 12)),
          batchSize: 4,
        };
        const trainer = tinyTrainer({ ...ten, epochs: 20 });
        const counts: { allocations: number; live: number }[] = [];
        for await (const event of trainer.run()) {
          const { allocations, live } = backend.memory;
          if (event.event === 'step') counts.push({ allocations, live });
        }
        expect(counts).toHaveLength(200);
        const steady = counts[2];
        expect(counts.slice(2, 10)).toEqual(Array(8).fill(steady)); // before the first evaluation
        const evaluated = counts[10];
        expect(counts.slice(10)).toEqual(Array(190).fill(evaluated));
        expect(evaluated.live).toBe(steady.live);
        trainer.dispose();
        expect(backend.memory.live).toBe(0);
      }),
  );
});
