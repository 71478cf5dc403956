// Gradient check of every sample of every op: analytic gradients against central differences, in
// float64, to 1e-6.

import { describe, expect, it } from 'vitest';
import { checkGradient } from '../../src/engine/index.js';
import { functionSamples } from '../../src/app/check/extraSamples.js';
import { allOps } from '../../src/app/check/ops.js';

const SEED = 20261123;

describe(`gradient check (seed ${SEED})`, () => {
  for (const op of allOps) {
    it.each(op.samples.map((sample) => [sample.title, sample] as const))(
      `${op.opName}: %s`,
      async (title, sample) => {
        const report = await checkGradient(
          (inputs) => op(inputs, sample.attributes),
          sample.inputs,
          {
            name: `${op.opName} (${title})`,
            seed: SEED,
          },
        );
        expect(report.compared).toBeGreaterThan(0);
      },
    );
  }

  it.each(functionSamples.map((sample) => [sample.title, sample] as const))(
    '%s',
    async (name, { call, inputs }) => {
      const report = await checkGradient(call, inputs, { name, seed: SEED });
      expect(report.compared).toBeGreaterThan(0);
    },
  );
});
