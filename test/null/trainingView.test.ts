// Data of the training tab, without drawing: points of the curves, and the confusion matrix.

import { describe, expect, it } from 'vitest';
import { type Cell, Confusion, moveCell } from '../../src/app/web/training/confusion.js';
import { History, timeText } from '../../src/app/web/training/history.js';
import type { StepReport } from '../../src/app/web/training/protocol.js';
import type { EpochEvent } from '../../src/app/training/trainerEvents.js';

const epoch = (number: number, valLoss: number, valAccuracy: number): EpochEvent => ({
  event: 'epoch',
  epoch: number,
  trainLoss: 1,
  trainAccuracy: 0.5,
  valLoss,
  valAccuracy,
  lr: 0.001,
  seconds: 3,
  imagesPerSecond: 100,
  isModel: true,
});
const step = (number: number, done: number, images: number, loss: number): StepReport => ({
  kind: 'step',
  epoch: number,
  done,
  total: 1000,
  images,
  loss,
  accuracy: 0.5,
  imagesPerSecond: 100,
  secondsLeft: 1,
});

describe('the history of a run', () => {
  it('records the first points individually, later ones as means over 256 images', () => {
    const history = new History();
    for (const done of [50, 100, 150, 200]) history.addStep(step(1, done, 50, 4));
    expect(history.loss.x).toEqual([0.05, 0.1, 0.15, 0.2]);
    history.addStep(step(1, 900, 700, 3));
    history.addStep(step(1, 1000, 100, 2));
    history.addStep(step(2, 300, 300, 1));
    expect(history.loss.x).toEqual([0.05, 0.1, 0.15, 0.2, 0.9, 1.3]);
    expect(history.loss.training).toEqual([4, 4, 4, 4, 3, 1.25]);
    expect(history.accuracy.training.every((share) => share === 0.5)).toBe(true);
  });

  it('records validation points at the end of their epoch', () => {
    const history = new History();
    history.addStep(step(1, 1000, 1000, 2));
    history.addEpoch(epoch(1, 1.5, 0.6));
    history.addEpoch(epoch(2, 1.2, 0.7));
    expect(history.loss).toEqual({ x: [1, 2], training: [2, null], validation: [1.5, 1.2] });
    expect(history.accuracy.validation).toEqual([0.6, 0.7]);
  });

  it('summarizes the run in a sentence', () => {
    const history = new History();
    expect(history.summary()).toBe('No epoch has ended yet.');
    history.addEpoch(epoch(1, 1.5, 0.71));
    expect(history.summary()).toMatch(
      /^After 1 epoch: validation loss 1\.50, validation accuracy 71\.0 %\. Mean during/,
    );
    history.addEpoch(epoch(2, 1.2, 0.7));
    expect(history.summary()).toMatch(
      /^After 2 epochs: .*from 1\.50 to 1\.20, .*70\.0 % \(best: 71\.0 % after epoch 1\)/,
    );
  });

  it('has one set of numbers for the last epoch, which steps after it do not change', () => {
    const history = new History();
    history.addStep(step(1, 1000, 1000, 4));
    expect(history.lastEpoch).toBe(null);
    history.addEpoch(epoch(1, 1.5, 0.71));
    history.addStep(step(2, 500, 500, 0.1));
    expect(history.lastEpoch).toEqual({
      loss: { training: 1, validation: 1.5 },
      accuracy: { training: 0.5, validation: 0.71 },
    });
    expect(history.summary()).toContain('training loss 1.00, accuracy 50.0 %');
  });

  it.each([
    [0.2, 'under a second'],
    [44.6, '45 s'],
    [200, '3 min 20 s'],
    [3900, '1 h 5 min'],
  ])('formats %f seconds as %s', (seconds, text) => {
    expect(timeText(seconds)).toBe(text);
  });
});

describe('the confusion matrix', () => {
  const classes = ['a', 'b', 'c', 'd'];
  const labels = Uint8Array.of(0, 0, 0, 1, 1, 2);
  const confusion = new Confusion(classes, labels, Uint8Array.of(0, 1, 1, 1, 0, 2));

  it('counts the images of each cell and lists them', () => {
    expect(confusion.count({ label: 0, predicted: 1 })).toBe(2);
    expect(confusion.images({ label: 0, predicted: 1 })).toEqual([1, 2]);
    expect(confusion.images({ label: 1, predicted: 2 })).toEqual([]);
    const cells = classes.flatMap((_, label) =>
      classes.map((__, predicted): Cell => ({ label, predicted })),
    );
    expect(cells.flatMap((cell) => confusion.images(cell)).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    for (const cell of cells) expect(confusion.images(cell)).toHaveLength(confusion.count(cell));
  });

  it('has the accuracy of each class on its diagonal, and reports classes without images', () => {
    expect(confusion.fraction({ label: 0, predicted: 0 })).toBeCloseTo(1 / 3);
    expect(confusion.fraction({ label: 2, predicted: 2 })).toBe(1);
    expect(confusion.fraction({ label: 3, predicted: 3 })).toBe(0);
    expect(confusion.describe({ label: 0, predicted: 1 })).toBe('a read as b: 2 of 3 (66.7 %)');
    expect(confusion.describe({ label: 3, predicted: 1 })).toBe(
      'd read as b: there are no images of d',
    );
  });

  it('lists the most frequent mistakes as cells', () => {
    expect(confusion.mostFrequentMistakes(5).map(({ cell, pair }) => [cell, pair.count])).toEqual([
      [{ label: 0, predicted: 1 }, 2],
      [{ label: 1, predicted: 0 }, 1],
    ]);
    expect(confusion.mostFrequentMistakes(1)).toHaveLength(1);
  });

  it.each([
    ['ArrowUp', { label: 0, predicted: 2 }],
    ['ArrowDown', { label: 2, predicted: 2 }],
    ['ArrowLeft', { label: 1, predicted: 1 }],
    ['ArrowRight', { label: 1, predicted: 3 }],
    ['Home', { label: 1, predicted: 0 }],
    ['End', { label: 1, predicted: 3 }],
    ['Tab', null],
  ])('moves the selected cell with %s', (key, expected) => {
    expect(moveCell({ label: 1, predicted: 2 }, key, 4)).toEqual(expected);
  });

  it('does not move beyond its edges', () => {
    expect(moveCell({ label: 0, predicted: 3 }, 'ArrowUp', 4)).toEqual({ label: 0, predicted: 3 });
    expect(moveCell({ label: 0, predicted: 3 }, 'ArrowRight', 4)).toEqual({
      label: 0,
      predicted: 3,
    });
  });
});
