// Messages between the page and the training worker: valid ones are accepted, invalid fields are
// named.

import { describe, expect, it } from 'vitest';
import { readCommand, readReport } from '../../src/app/web/training/protocol.js';
import { DEFAULT_SETTINGS, type Settings } from '../../src/app/web/training/settings.js';
import { Throughput } from '../../src/app/web/training/throughput.js';
import { ProgressReporter } from '../../src/app/web/training/progressReporter.js';

const settings: Settings = { ...DEFAULT_SETTINGS, images: 4700, dropout: 0.5 };
const step = {
  kind: 'step',
  epoch: 1,
  done: 64,
  total: 640,
  images: 64,
  loss: 2.5,
  accuracy: 0.1,
  imagesPerSecond: 900,
  secondsLeft: 12,
};

describe('a training command', () => {
  it.each([{ kind: 'start', settings }, { kind: 'pause' }, { kind: 'continue' }, { kind: 'stop' }])(
    'of the kind $kind is accepted unchanged',
    (command) => {
      expect(readCommand(command)).toBe(command);
    },
  );

  it('can include files', () => {
    const blob = new Blob(['x']);
    const files = {
      split: 'balanced',
      trainImages: blob,
      trainLabels: blob,
      testImages: null,
      testLabels: null,
      mapping: null,
    };
    expect(readCommand({ kind: 'open', files })).toMatchObject({ files });
    expect(() => readCommand({ kind: 'open', files: { ...files, trainLabels: 'x' } })).toThrow(
      'files.trainLabels is x',
    );
    expect(() => readCommand({ kind: 'open', files: { ...files, split: 'toString' } })).toThrow(
      'files.split',
    );
  });

  it.each([
    ['epochs', 0],
    ['epochs', 2.5],
    ['epochs', '3'],
    ['batchSize', 1],
    ['batchSize', 513],
    ['learningRate', NaN],
    ['learningRate', 0],
    ['dropout', 1],
    ['seed', -1],
    ['images', 1e9],
    ['backend', 'reference'],
    ['source', undefined],
  ])('with %s %s is rejected, naming the field', (field, value) => {
    const command = { kind: 'start', settings: { ...settings, [field]: value } };
    expect(() => readCommand(command)).toThrow(
      `training command start: settings.${field} is ${value}`,
    );
  });

  it.each([null, 7, {}, { kind: 'destroy' }, { kind: 'toString' }])('%j is rejected', (message) => {
    expect(() => readCommand(message)).toThrow('training command: unknown kind');
  });
});

describe('a training report', () => {
  it('is accepted only if its fields have the right types and ranges', () => {
    expect(readReport(step)).toBe(step);
    expect(() => readReport({ ...step, loss: NaN })).toThrow('training report step: loss is NaN');
    expect(() => readReport({ ...step, accuracy: 1.5 })).toThrow(
      'training report step: accuracy is 1.5',
    );
    expect(() => readReport({ kind: 'model', bytes: [1, 2], epochs: 1 })).toThrow(
      'training report model: bytes is an object of the wrong type',
    );
    expect(() =>
      readReport({ kind: 'epoch', numbers: null, predictions: new Uint8Array(1) }),
    ).toThrow('training report epoch: numbers is null');
  });
});

describe('the speed of a run', () => {
  it('is measured over the last seconds, without pauses', () => {
    const pace = new Throughput();
    expect(pace.imagesPerSecond).toBe(0);
    pace.start(0);
    pace.add(100, 1000);
    expect(pace.imagesPerSecond).toBe(100);
    expect(pace.secondsFor(50)).toBe(0.5);
    for (let second = 2; second <= 20; second++) pace.add(1000, 1000 * second);
    expect(pace.imagesPerSecond).toBe(1000);
    pace.start(100_000);
    expect(pace.imagesPerSecond).toBe(0);
    pace.add(300, 101_000);
    expect(pace.imagesPerSecond).toBe(300);
  });
});

describe('step reports', () => {
  const event = (epoch: number, done: number, trainLoss: number, trainAccuracy: number) =>
    ({
      event: 'step',
      epoch,
      step: done,
      steps: 10,
      done,
      total: 10,
      trainLoss,
      trainAccuracy,
    }) as const;

  it('contain means since the last report, and the remaining time', () => {
    const watch = new ProgressReporter(2);
    watch.start(0);
    expect(watch.report(event(1, 2, 4, 0.5), 1000)).toMatchObject({
      loss: 4,
      accuracy: 0.5,
      secondsLeft: 9,
    });
    expect(watch.report(event(1, 3, 3, 0.5), 1010)).toBeNull();
    const later = watch.report(event(1, 4, 3, 0.75), 2000);
    expect(later).toMatchObject({ loss: 2, accuracy: 1, imagesPerSecond: 2, secondsLeft: 8 });
    expect(watch.report(event(1, 10, 3, 0.75), 2001)).toMatchObject({
      done: 10,
      loss: 3,
      secondsLeft: expect.any(Number) as number,
    });
    watch.setPredictions(Uint8Array.of(1, 2));
    const numbers = {
      event: 'epoch',
      epoch: 1,
      trainLoss: 3,
      trainAccuracy: 0.75,
      valLoss: 2,
      valAccuracy: 0.8,
      lr: 0.1,
      seconds: 2,
      imagesPerSecond: 5,
      isModel: true,
    } as const;
    expect(watch.report(numbers, 3000)).toEqual({
      kind: 'epoch',
      numbers,
      predictions: Uint8Array.of(1, 2),
    });
    expect(watch.report(event(2, 1, 1, 1), 4000)).toMatchObject({ epoch: 2, loss: 1, accuracy: 1 });
  });
});
