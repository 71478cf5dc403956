// Tests what the diagram shows: its units, its lines, and the region that a value depends on.

import { expect, it } from 'vitest';
import { Predictor } from '../../../src/app/web/prediction/predictor.js';
import { analyze } from '../../../src/app/web/network/analyze.js';
import { exampleImage } from '../../../src/app/web/figures/subject.js';
import { linksOf } from '../../../src/app/web/network/links.js';
import { regionOf } from '../../../src/app/web/network/region.js';
import {
  layersOf,
  peaksOf,
  selectedValue,
  unitName,
  type Snapshot,
} from '../../../src/app/web/network/snapshot.js';
import { stagesOf } from '../../../src/app/web/network/stages.js';
import { fillSlots, strongest } from '../../../src/app/web/network/strongest.js';
import { weightsOf } from '../../../src/app/web/network/weights.js';
import { readFileSync } from 'node:fs';
import { shippedModel } from '../../browser/support/model.js';

it('the strongest units are the largest positive values, the first of equal ones first', () => {
  expect(strongest([0, 3, -1, 5, 3, 0.5], 3)).toEqual([3, 1, 4]);
  expect(strongest([0, -2], 3)).toEqual([]);
});

it('a unit keeps its slot; new ones take the free slots', () => {
  expect(fillSlots([null, null, null], [7, 4])).toEqual([7, 4, null]);
  expect(fillSlots([7, 4, 2], [2, 9, 7])).toEqual([7, 9, 2]);
  expect(fillSlots([7, 4, 2], [])).toEqual([null, null, null]);
});

/** The network of the page for its example. */
async function exampleSnapshot(): Promise<Snapshot> {
  const predictor = await Predictor.open(readFileSync(shippedModel), 'model.safetensors');
  const prediction = await predictor.predict(exampleImage());
  const stages = stagesOf(predictor.model);
  const analysis = await analyze(stages, () => predictor.input(prediction.image));
  const { classes, temperature } = predictor;
  const weights = await weightsOf(stages);
  const layers = layersOf(prediction, analysis);
  return { prediction, classes, temperature, analysis, layers, weights };
}

it('shows the layers, lines and regions of the page’s network', async () => {
  const snapshot = await exampleSnapshot();
  expect(snapshot.layers.map(({ name, channels, side }) => [name, channels, side])).toEqual([
    ['Input', 1, 28],
    ['Block 1', 32, 14],
    ['Block 2', 64, 7],
    ['Block 3', 128, 3],
    ['Hidden layer', 256, 1],
    ['Classes', 47, 1],
  ]);
  expect(snapshot.prediction.ranked[0].label).toBe('g');
  const top = snapshot.prediction.ranked[0].index;
  expect(unitName(snapshot, 5, top)).toBe('g');

  const shown = snapshot.layers.map((layer, index) =>
    index === 0 ? [0] : strongest(peaksOf(layer), 6),
  );
  expect(shown[5][0]).toBe(top);
  const links = linksOf(snapshot, shown);
  for (const layer of [1, 2, 3, 4, 5]) {
    const strengths = links
      .filter((link) => link.layer === layer)
      .map(({ strength }) => Math.abs(strength));
    expect(Math.max(...strengths), `layer ${layer}`).toBe(1);
    expect(Math.min(...strengths), `layer ${layer}`).toBeGreaterThanOrEqual(0.12);
  }

  const selection = { layer: 1, unit: shown[1][0], point: { row: 0, column: 5 } };
  expect(regionOf(snapshot, selection, 0)).toEqual({ top: 0, left: 9, bottom: 3, right: 13 });
  expect(regionOf(snapshot, selection, 1)).toEqual({ top: 0, left: 5, bottom: 1, right: 6 });
  expect(regionOf(snapshot, selection, 2)).toBeNull();
  const deep = { layer: 3, unit: shown[3][0], point: { row: 1, column: 1 } };
  expect(regionOf(snapshot, deep, 2)).toEqual({ top: 0, left: 0, bottom: 6, right: 6 });
  expect(regionOf(snapshot, { layer: 4, unit: 0, point: null }, 0)).toBeNull();
  const peak = selectedValue(snapshot, { ...deep, point: null });
  expect(peak.value).toBeCloseTo(peaksOf(snapshot.layers[3])[deep.unit], 6);
});
