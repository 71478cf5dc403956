// The share of rejected images in the metrics of an evaluation.

import { expect, it } from 'vitest';
import { score } from '../../../src/app/evaluation/accuracy.js';
import { assess, summaryOf, withTemperature } from '../../../src/app/evaluation/assessment.js';
import { ImageDataset } from '../../../src/data/loading/imageDataset.js';

it('reports rejected images, which are not errors in the accuracy', () => {
  const labels = Uint8Array.of(0, 1, 2, 0);
  const classes = ['A', 'B', 'C'];
  const images = new Uint8Array(4);
  const dataset = new ImageDataset({
    name: 'four',
    images,
    height: 1,
    width: 1,
    labels,
    classes,
    synthetic: true,
  });
  const logits = Float32Array.of(6, 0, 0, 0, 6, 0, 0, 0, 6, 0.3, 0, 0); // evidence 4, 4, 4, 0.2
  const predictions = Uint8Array.of(0, 1, 2, 0);
  const evaluation = { ...score(predictions, labels, classes), loss: 0, predictions, logits };
  const calibrated = withTemperature(evaluation, 1);
  const linesOf = (rejection: { minEvidence: number; temperature: number } | null): string[] =>
    summaryOf(assess(calibrated, dataset, rejection)).map(([name, value]) => `${name} ${value}`);
  const rejecting = linesOf({ minEvidence: 1, temperature: 1 });
  expect(rejecting).toContain('rejected 25.00 %');
  expect(rejecting).toContain('accuracy 100.00 %');
  expect(linesOf(null).join()).not.toContain('rejected');
});
