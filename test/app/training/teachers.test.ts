// Tests distillation: the loss of a step against a hand-written sum, and that teachers alternate
// and are not trained.

import { expect, it } from 'vitest';
import { CharacterNet } from '../../../src/app/model/characterNet.js';
import { trainStep } from '../../../src/app/training/trainStep.js';
import { DataLoader, type Batch } from '../../../src/data/loading/dataLoader.js';
import { Normalizer } from '../../../src/data/loading/transform.js';
import { Rng, scope, tensor } from '../../../src/engine/index.js';
import { SGD, type Layer } from '../../../src/nn/index.js';
import { eventsOf, onWasm, tinyTrainer, train } from '../support.js';

const CLASSES = train.classes.length;
const newModel = (seed: number): CharacterNet =>
  new CharacterNet({ classes: CLASSES, rng: new Rng(seed), dropout: 0 });

/** The first 16 images. */
const firstBatch = (): Batch =>
  new DataLoader(train, { batchSize: 16, transform: { inputs: new Normalizer() } })
    .batches(0)
    .next().value!;

const predict = (model: Layer, images: Float32Array, count: number): Promise<ArrayLike<number>> =>
  scope(() => model.forward(tensor(images, { shape: [count, 1, 28, 28] })).data());

/** Rows of log softmax. */
function logProbabilities(logits: ArrayLike<number>): number[][] {
  return Array.from({ length: logits.length / CLASSES }, (_, row) => {
    const line = Array.from({ length: CLASSES }, (_, c) => logits[row * CLASSES + c]);
    const log = Math.log(line.reduce((sum, z) => sum + Math.exp(z), 0));
    return line.map((z) => z - log);
  });
}

it(
  "the loss of a step is the weighted sum of the labels' and the teacher's loss",
  onWasm(async () => {
    const batch = firstBatch();
    const { count } = batch;
    const [images, labels] = [batch.inputs.data, batch.targets.data];
    const [model, teacher] = [newModel(1), newModel(2).eval()];
    const studentLogs = logProbabilities(await predict(model, images, count));
    const teacherLogs = logProbabilities(await predict(teacher, images, count));
    const mean = (of: (row: number) => number): number =>
      studentLogs.reduce((sum, _, row) => sum + of(row), 0) / count;
    const byLabels = mean((row) => -studentLogs[row][labels[row]]);
    const byTeacher = mean(
      (row) =>
        -teacherLogs[row].reduce((sum, log, c) => sum + Math.exp(log) * studentLogs[row][c], 0),
    );

    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const { loss } = await trainStep(model, optimizer, batch, {
      distillation: { teacher, weight: 0.7 },
    });
    expect(loss).toBeCloseTo(0.3 * byLabels + 0.7 * byTeacher, 5);
    for (const one of [model, optimizer, teacher]) one.dispose();
  }),
);

it(
  'the teachers alternate, and none of them changes',
  onWasm(async () => {
    const calls: number[] = [];
    const teachers = [5, 6].map((seed, index) => {
      const teacher = newModel(seed).eval();
      const forward = teacher.forward.bind(teacher);
      teacher.forward = (x) => {
        calls.push(index);
        return forward(x);
      };
      return teacher;
    });
    const before = await Promise.all(teachers.map((one) => one.parameters()[0].data()));
    const trainer = tinyTrainer({ teachers });
    await eventsOf(trainer);
    expect(calls).toEqual([0, 1, 0, 1, 0]);
    const after = await Promise.all(teachers.map((one) => one.parameters()[0].data()));
    expect(after).toEqual(before);
    trainer.dispose();
  }),
);
