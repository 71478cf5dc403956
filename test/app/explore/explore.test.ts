// Tests the exploration of data with known defects: copies, one image with two labels, training
// images among the test images, a wrong label.

import { describe, expect, it } from 'vitest';
import { findDuplicates } from '../../../src/app/explore/duplicates.js';
import { doubtsTable, summarize } from '../../../src/app/explore/findings.js';
import { explore } from '../../../src/app/explore/index.js';
import { measureImages, pixelMoments, summarizeClasses } from '../../../src/app/explore/measure.js';
import { drawFigures, FIGURES } from '../../../src/app/explore/figures.js';
import { reportSections } from '../../../src/app/explore/report.js';
import { areAlike } from '../../../src/app/explore/votes.js';
import { ImageDataset, selectImages } from '../../../src/data/loading/imageDataset.js';
import { syntheticDataset } from '../../../src/data/strokes/synthetic.js';
import { Rng } from '../../../src/engine/index.js';

const drawn = syntheticDataset({ seed: 4, count: 47 * 16 });
/** Options of `explore`, for data sets of fewer images. */
const ALL = { other: null, maxSample: 1000 };

function relabeled(dataset: ImageDataset, changes: Record<number, number>): ImageDataset {
  const labels = dataset.labels.slice();
  for (const [index, label] of Object.entries(changes)) labels[Number(index)] = label;
  return dataset.with({ labels });
}

/** The images with ink only in their middle rows. Components of fewer pixels take less time. */
function onlyMiddle(dataset: ImageDataset): ImageDataset {
  const images = dataset.images.map((value, at) => {
    const row = Math.floor((at % 784) / 28);
    return row < 11 || row > 16 ? 0 : value;
  });
  return dataset.with({ images });
}

describe('duplicates', () => {
  it('are found within a class, across classes and across parts', () => {
    // 0 1 2 once; 3 twice; 4 three times, once with another label; a blank image.
    const examined = relabeled(selectImages(drawn, [0, 1, 2, 3, 3, 4, 4, 4]), { 7: 9 });
    examined.images.fill(0, 2 * 784, 3 * 784);
    const { groups, ...numbers } = findDuplicates(examined, selectImages(drawn, [10, 1, 4, 11]));
    expect(numbers).toEqual({ copies: 3, acrossClasses: 1, inOtherPart: 4, blank: 1 });
    expect(groups.map((group) => group.map(({ part, index }) => `${part} ${index}`))).toEqual([
      ['explored 1', 'other 1'],
      ['explored 3', 'explored 4'],
      ['explored 5', 'explored 6', 'explored 7', 'other 2'],
    ]);
  });

  it('are distinguished from images that differ by one pixel', () => {
    const examined = selectImages(drawn, [0, 0]);
    examined.images[784] ^= 1;
    expect(findDuplicates(examined, null)).toMatchObject({
      groups: [],
      copies: 0,
      inOtherPart: null,
    });
  });
});

describe('measures', () => {
  it('match hand-computed values of a bar of ink', () => {
    const images = new Uint8Array(2 * 784);
    for (let y = 4; y < 24; y++) images.fill(255, y * 28 + 12, y * 28 + 15);
    const bar = new ImageDataset({
      name: 'bar',
      images,
      height: 28,
      width: 28,
      labels: new Uint8Array(2),
      classes: ['I', 'x'],
      synthetic: true,
    });
    const measures = measureImages(bar);
    expect([measures.inkWidth[0], measures.inkHeight[0]]).toEqual([3, 20]);
    // Twice the area divided by the edge.
    expect(measures.strokeWidth[0]).toBeCloseTo((2 * 60) / 46, 1);
    expect(measures.ink[0]).toBeCloseTo(60 / 784, 6);
    expect(measures.inkWidth[1]).toBe(0);
    const [first, second] = summarizeClasses(bar, measures);
    expect(first).toMatchObject({ name: 'I', images: 2, inkHeight: { median: 20 } });
    expect(second).toMatchObject({ name: 'x', images: 0, inkHeight: null, meanInk: null });
    const { mean, sd, classMeans } = pixelMoments(bar);
    expect([mean[4 * 28 + 12], sd[4 * 28 + 12], classMeans[0][4 * 28 + 12]]).toEqual([
      0.5, 0.5, 0.5,
    ]);
    expect([mean[0], sd[0], classMeans[1][4 * 28 + 12]]).toEqual([0, 0, 0]);
  });
});

describe('an exploration', () => {
  // Image 96 is a 2; label it as a 4.
  const wrong = 47 * 2 + 2;
  const dataset = relabeled(drawn, { [wrong]: 4 });
  const findings = explore(dataset, { rng: new Rng(1), ...ALL, maxPlotted: 60 });

  it('reports the wrong label, and adds it to the table', () => {
    expect(findings.votes.doubts.map(({ index }) => index)).toContain(wrong);
    const doubt = findings.votes.doubts.find(({ index }) => index === wrong)!;
    expect(dataset.classes[doubt.suggested]).toBe('2');
    const lines = doubtsTable(dataset, findings).split('\n');
    expect(lines[0]).toBe('image,label,neighbours_say,votes,of,mean_distance');
    expect(lines.find((line) => line.startsWith(`${wrong},4,2,`))).toMatch(
      /,(8|9|10),10,\d+\.\d{3}$/,
    );
  });

  it('classifies most characters by their neighbors, and its counts add up', () => {
    const { counts, correct } = findings.votes;
    expect(counts.reduce((sum, value) => sum + value, 0)).toBe(dataset.length);
    expect(
      Array.from(dataset.classes, (_, i) => counts[i * 48]).reduce((sum, value) => sum + value, 0),
    ).toBe(correct);
    expect(correct / dataset.length).toBeGreaterThan(0.6);
  });

  it('finds the classes with the smallest distance: 1 and I first', () => {
    const names = findings.votes.pairs
      .slice(0, 3)
      .map(({ labels }) => labels.map((label) => dataset.classes[label]).join(''));
    expect(names.sort()).toEqual(['1I', '1L', 'IL']);
    const distances = findings.votes.pairs.map(({ distance }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  it('summarizes in numbers that JSON can represent', () => {
    const summary = summarize(dataset, findings);
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    expect(summary).toMatchObject({
      images: 752,
      classes: 47,
      synthetic: true,
      mapped: 60,
      fewest: { class: '2', images: 15 },
      most: { class: '4', images: 17 },
      neighbours: { k: 10, exact: true, images: 752 },
    });
  });

  it('compares a seeded sample of a large set, and keeps the indices of its images', () => {
    const some = explore(onlyMiddle(dataset), {
      rng: new Rng(1),
      other: null,
      maxSample: 200,
      maxPlotted: 20,
    });
    expect(some.sample.length).toBe(200);
    expect(new Set(some.sampleIndices).size).toBe(200);
    for (const [index, number] of some.sampleIndices.entries()) {
      expect(some.sample.labels[index]).toBe(dataset.labels[number]);
    }
  });

  it('is drawn, except for empty findings', () => {
    const figures = drawFigures(dataset, findings, new Rng(1));
    expect(Object.keys(FIGURES).filter((name) => !(name in figures))).toEqual(['duplicates']);
  });

  it.each([1, 5])('works with %i images', (count) => {
    const numbers = Array.from({ length: count }, (_, i) => i);
    const few = onlyMiddle(selectImages(drawn, numbers));
    const tiny = explore(few, { rng: new Rng(1), ...ALL });
    expect(Object.keys(drawFigures(few, tiny, new Rng(1))).length).toBeGreaterThan(8);
    expect(JSON.stringify(summarize(few, tiny))).not.toContain('NaN');
  });

  it('accepts blank images: no statistics and no charts of the ink', () => {
    const blank = selectImages(
      drawn,
      Uint32Array.from({ length: 20 }, (_, i) => i),
    ).with({
      images: new Uint8Array(20 * 784),
    });
    const exploration = explore(blank, { rng: new Rng(1), ...ALL });
    const summary = summarize(blank, exploration);
    expect(summary).toMatchObject({
      pixels: { mean: 0, sd: 0 },
      strokeWidth: null,
      longerSide: null,
      centre: null,
      duplicates: { blank: 20 },
    });
    expect(JSON.stringify(summary)).not.toContain('NaN');
    const figures = drawFigures(blank, exploration, new Rng(1));
    expect(Object.keys(figures)).not.toContain('strokeWidth');
    expect(Object.keys(figures)).toContain('means');
    const [{ table }] = reportSections(blank, exploration, summary, {});
    expect(table!.rows.map(([name, value]) => [name, value]).slice(3)).toEqual([
      ['longer side of the ink, pixels: quartiles', 'no ink'],
      ['center of the bounding box of the ink (13.5 is the middle)', 'no ink'],
      ['stroke width, pixels: median (quartiles)', 'no ink'],
    ]);
  });
});

it('look-alikes are the four groups and both cases of a letter', () => {
  expect([areAlike('1', 'L'), areAlike('q', '9'), areAlike('c', 'C'), areAlike('0', 'O')]).toEqual(
    Array(4).fill(true),
  );
  expect([areAlike('1', '7'), areAlike('O', 'Q'), areAlike('2', 'Z')]).toEqual(
    Array(3).fill(false),
  );
});
