// Tests networks of any architecture: their cost, that files load without naming the architecture,
// that every channel count is computed correctly, and the limits.

import { describe, expect, it } from 'vitest';
import {
  architectureOf,
  architectureProblem,
  costOf,
  originalArchitecture,
  type Architecture,
} from '../../../src/app/model/architecture.js';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { describeLayers } from '../../../src/app/model/describeModel.js';
import { exportModel } from '../../../src/app/model/exportModel.js';
import { modelFrom, readContents } from '../../../src/app/model/modelContents.js';
import { trainStep } from '../../../src/app/training/trainStep.js';
import { ArgumentError, FormatError } from '../../../src/engine/errors.js';
import { Rng } from '../../../src/engine/index.js';
import { SGD } from '../../../src/nn/index.js';
import {
  largestDifference,
  logitsOf,
  randomImages,
  randomNetwork,
  UNUSUAL,
} from '../../formats/models.js';
import { reference32, wasm, withFreshBackend } from '../../support/backends.js';
import { onWasm } from '../support.js';

const ONE_BLOCK: Architecture = { blocks: [{ channels: 4, convolutions: 1 }], hidden: 8 };
const ODD: Architecture = {
  blocks: [
    { channels: 6, convolutions: 2 },
    { channels: 11, convolutions: 1 },
  ],
  hidden: 21,
};
const ALL = [UNUSUAL, ONE_BLOCK, ODD, originalArchitecture([1, 2, 2])];
const classes = Array.from('ABCDEFGHIJKL');

describe('the architecture of a network', () => {
  it.each(ALL)(
    'has the cost of its layers: %o',
    onArchitecture((architecture) => {
      const model = randomNetwork(47, 1, architecture);
      const layers = describeLayers(model);
      const { parameters, multiplyAdds } = costOf(architecture, 47);
      expect(parameters).toBe(model.parameterCount);
      expect(multiplyAdds).toBe(layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0));
      model.dispose();
    }),
  );

  it('is the original by default, and 585,263 parameters with 1, 2, 2 convolutions', () => {
    expect(costOf(originalArchitecture(), 47)).toMatchObject({
      parameters: 400_367,
      multiplyAdds: 225_792 + 3_612_672 + 3_612_672 + 294_912 + 12_032,
    });
    expect(costOf(originalArchitecture([1, 2, 2]), 47).parameters).toBe(585_263);
  });

  it.each(['safetensors', 'pth'] as const)('is inferred from the arrays of a %s file', (format) =>
    onWasm(async () => {
      for (const architecture of ALL) {
        const model = randomNetwork(classes.length, 5, architecture);
        const bytes = await exportModel({ model, classes, data: 'noise' }, format);
        const { safetensors } = await readContents('a', bytes);
        const { model: loaded } = await modelFrom('a', safetensors);
        expect(loaded.architecture).toEqual(architecture);
        const images = randomImages(2);
        const [ours, theirs] = [await logitsOf(model, images), await logitsOf(loaded, images)];
        expect(largestDifference(ours, theirs)).toBe(0);
        model.dispose();
        loaded.dispose();
      }
    })(),
  );

  it('is the original for arrays of another network, and rejected out of bounds', () => {
    const arrays = (...filters: [index: number, channels: number][]) => ({
      ...Object.fromEntries(
        filters.map(([index, channels]) => [
          `conv_layers.${index}.weight`,
          { shape: [channels, 1, 3, 3] },
        ]),
      ),
      'fc_layers.0.weight': { shape: [20, 40] },
    });
    expect(architectureOf(arrays([0, 32], [4, 64], [7, 64]))).toEqual({
      blocks: [
        { channels: 32, convolutions: 1 },
        { channels: 64, convolutions: 2 },
      ],
      hidden: 20,
    });
    for (const other of [{}, arrays([1, 32]), arrays([0, 32], [3, 64]), arrays([0, 32], [5, 32])])
      expect(architectureOf(other)).toEqual(originalArchitecture());
    expect(() => architectureOf(arrays([0, 8], [3, 8], [6, 8], [9, 8]))).toThrow(FormatError);
    expect(() => architectureOf(arrays([0, 300]))).toThrow(
      'channels of block 1 is 300, expected a whole number from 4 to 256',
    );
  });

  it('is validated', () => {
    const blocks = Array.from({ length: 4 }, () => ({ channels: 8, convolutions: 1 }));
    expect(architectureProblem({ blocks, hidden: 8 })).toBe(null);
    expect(architectureProblem({ blocks, hidden: 8 }, 12)).toMatch(/4 blocks reduce 12 x 12/);
    expect(architectureProblem({ blocks, hidden: 7.5 })).toMatch(/hidden units is 7\.5/);
    expect(architectureProblem({ blocks: [], hidden: 8 })).toMatch(/number of blocks is 0/);
    expect(
      () => new CharacterNet({ classes: 2, rng: new Rng(1), architecture: { blocks, hidden: 0 } }),
    ).toThrow(ArgumentError);
  });
});

it.each([UNUSUAL, ODD])('trains as on the reference backend: %o', async (architecture) => {
  const results = [];
  for (const backend of [wasm(1), reference32]) {
    results.push(await withFreshBackend(backend.make, () => stepOf(architecture)));
  }
  const [{ loss, weights }, expected] = results;
  expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-5);
  expect(largestDifference(weights, expected.weights)).toBeLessThan(2e-5);
});

/** Loss and weights after one step with a rate of 0.1, on three images of noise. */
async function stepOf(architecture: Architecture): Promise<{ loss: number; weights: number[] }> {
  const model = new CharacterNet({ classes: 5, rng: new Rng(3), dropout: 0, architecture });
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const { loss } = await trainStep(model, optimizer, {
    inputs: { data: randomImages(3), shape: [3, 1, 28, 28] },
    targets: { data: Float32Array.of(0, 4, 2), shape: [3] },
    count: 3,
  } as unknown as Parameters<typeof trainStep>[2]);
  const arrays = await Promise.all(model.parameters().map((parameter) => parameter.data()));
  optimizer.dispose();
  model.dispose();
  return { loss, weights: arrays.flatMap((array) => [...array]) };
}

function onArchitecture(body: (architecture: Architecture) => void) {
  return (architecture: Architecture) => onWasm(() => body(architecture))();
}
