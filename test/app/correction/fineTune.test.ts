// Tests fine-tuning on corrections: corrections are learned, other characters are not forgotten,
// results are reproducible byte for byte, and the fine-tuned model is a normal model file. The
// network is first trained briefly on the synthetic characters.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { classify } from '../../../src/app/evaluation/classify.js';
import { evaluate } from '../../../src/app/evaluation/evaluate.js';
import { modelFrom } from '../../../src/app/model/modelContents.js';
import { loadModel } from '../../../src/app/model/modelFile.js';
import { argmax } from '../../../src/app/correction/features.js';
import { runLesson, type Lesson } from '../../../src/app/correction/lesson.js';
import {
  fineTune,
  type Correction,
  type FineTuneProgress,
} from '../../../src/app/correction/fineTune.js';
import { drawHeldOut, drawOthers } from '../../../src/app/correction/syntheticSets.js';
import { imageAt } from '../../../src/data/loading/imageDataset.js';
import { IMAGE_PIXELS } from '../../../src/data/emnist/idx.js';
import { BALANCED_CLASSES } from '../../../src/data/emnist/splits.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { decodeSafetensors, saveState } from '../../../src/nn/index.js';
import { eventsOf, onWasm, tinyTrainer } from '../support.js';
import { timeLimit } from '../../support/timeLimit.js';

const NAME = 'test model';
/** Time limit: drawing and fine-tuning take seconds, longer on a busy machine. */
const PATIENCE = timeLimit(240_000);

let original: Uint8Array;
/**
 * Characters that the original misclassifies, from a part used neither for training nor for
 * evaluation.
 */
let corrections: readonly Correction[];
let lesson: Lesson;
const someOthers = drawOthers().subarray(0, 47 * IMAGE_PIXELS);

beforeAll(
  onWasm(async () => {
    const train = syntheticDataset({ seed: 3, count: 10 * 47 });
    // Reaches an accuracy of 0.8 in 120 steps.
    const trainer = tinyTrainer({
      train,
      epochs: 4,
      batchSize: 16,
      learningRate: 0.002,
      dropout: 0.1,
    });
    await eventsOf(trainer);
    const extra = { classes: [...BALANCED_CLASSES], data: 'synthetic', synthetic: true, seed: 3 };
    original = Uint8Array.from(await saveState({ model: trainer.model, extra }));
    const drawn = syntheticDataset({ seed: 9, part: 'test', count: 6 * 47 });
    const { predictions } = await evaluate(trainer.model, drawn);
    trainer.dispose();
    const wrong = [...predictions.keys()].filter((at) => predictions[at] !== drawn.labels[at]);
    corrections = wrong
      .slice(0, 5)
      .map((at) => ({ image: imageAt(drawn, at), label: drawn.labels[at] }));
    lesson = await runLesson({ name: NAME, safetensors: original, corrections });
  }),
  PATIENCE,
);

/** Index of the class that a model predicts for an image. */
async function predict(safetensors: Uint8Array, image: Uint8Array): Promise<number> {
  const { model } = await modelFrom(NAME, safetensors);
  const probabilities = await classify(model, image);
  model.dispose();
  return argmax(probabilities);
}

/** Probability of a class that a model predicts for an image. */
async function probability(
  safetensors: Uint8Array,
  image: Uint8Array,
  label: number,
): Promise<number> {
  const { model, temperature } = await modelFrom(NAME, safetensors);
  const probabilities = await classify(model, image, temperature);
  model.dispose();
  return probabilities[label];
}

describe('a lesson', () => {
  it(
    'predicts the corrections with confidence, and loses at most 2 points on other synthetic characters',
    onWasm(async () => {
      expect(corrections).toHaveLength(5);
      for (const { image, label } of corrections) {
        expect(await predict(original, image)).not.toBe(label);
        expect(await predict(lesson.safetensors, image)).toBe(label);
        expect(await probability(lesson.safetensors, image, label)).toBeGreaterThanOrEqual(0.7);
      }
      expect(lesson.learned).toBe(5);
      const { count, before, after } = lesson.heldOut!;
      expect(count).toBe(470);
      expect(before / count, 'the original is accurate').toBeGreaterThan(0.6);
      expect(after).toBeGreaterThanOrEqual(before - 0.02 * count);
    }),
  );

  it('changes only the hidden layer’s weights, and records the corrections in the file', () => {
    const [was, is] = [decodeSafetensors(original), decodeSafetensors(lesson.safetensors)];
    expect(Object.keys(is.tensors)).toEqual(Object.keys(was.tensors));
    const changed = Object.keys(is.tensors).filter(
      (name) =>
        Buffer.compare(bytesOf(was.tensors[name].data), bytesOf(is.tensors[name].data)) !== 0,
    );
    expect(changed).toEqual(['fc_layers.0.weight']);
    const about = JSON.parse(was.metadata.extra) as object;
    expect(JSON.parse(is.metadata.extra)).toEqual({ ...about, taught: { corrections: 5 } });
  });

  it(
    'is reproducible byte for byte',
    onWasm(async () => {
      const again = await runLesson({ name: NAME, safetensors: original, corrections });
      expect(Buffer.compare(lesson.safetensors, again.safetensors)).toBe(0);
    }),
    PATIENCE,
  );

  it(
    'writes a model file that the command line reads',
    onWasm(async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'inkgrad-taught-'));
      try {
        await writeFile(path.join(folder, 'taught.safetensors'), lesson.safetensors);
        const { model, classes } = await loadModel(path.join(folder, 'taught.safetensors'));
        expect(classes).toEqual(BALANCED_CLASSES);
        expect(argmax(await classify(model, corrections[0].image))).toBe(corrections[0].label);
        model.dispose();
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
  );
});

describe('fineTune', () => {
  it(
    'ends when corrections contradict each other, reports progress, and leaves no buffer',
    onWasm(async (backend) => {
      const { live } = backend.memory;
      const { model } = await modelFrom(NAME, original);
      const [{ image, label }] = corrections;
      const progress: FineTuneProgress[] = [];
      const end = await fineTune(model, {
        corrections: [
          { image, label },
          { image, label: (label + 1) % 47 },
        ],
        others: someOthers,
        onProgress: (now) => progress.push(now),
      });
      expect(end.learned).toBeLessThan(2);
      expect(progress[0].step).toBe(0);
      expect(progress.at(-1)).toEqual(end);
      expect(end.step).toBe(end.maxSteps);
      model.dispose();
      expect(backend.memory.live).toBe(live);
    }),
    PATIENCE,
  );

  it(
    'rejects invalid corrections',
    onWasm(async () => {
      const { model } = await modelFrom(NAME, original);
      const image = new Uint8Array(IMAGE_PIXELS);
      const fineTuneOn = (wrong: Correction[]) =>
        fineTune(model, { corrections: wrong, others: someOthers });
      await expect(fineTuneOn([])).rejects.toThrow('there are no corrections');
      await expect(fineTuneOn([{ image, label: 47 }])).rejects.toThrow(
        "label 47 is outside the network's 47 classes",
      );
      await expect(fineTuneOn([{ image: new Uint8Array(5), label: 1 }])).rejects.toThrow(
        '784 bytes, got 5',
      );
      model.dispose();
    }),
  );
});

describe('the other characters', () => {
  it('are ten of each class', () => {
    const others = drawOthers();
    expect(others.length).toBe(470 * IMAGE_PIXELS);
    expect(others).toEqual(syntheticDataset({ seed: 1, count: 470 }).images);
  });

  it("share no drawing with the held-out check, which uses the model's classes", () => {
    const heldOut = drawHeldOut(['A', 'B', '?']);
    expect(heldOut.names).toHaveLength(20);
    expect(new Set(heldOut.names)).toEqual(new Set(['A', 'B']));
    const others = Buffer.from(drawOthers());
    for (let at = 0; at < 20; at++) {
      const image = heldOut.images.subarray(at * IMAGE_PIXELS, (at + 1) * IMAGE_PIXELS);
      expect(others.includes(Buffer.from(image))).toBe(false);
    }
  });
});

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
