// The charts of an exploration, each with its file name and description.

import { imageAt, type ImageDataset } from '../../data/loading/imageDataset.js';
import type { InkStatistics } from '../../data/loading/statistics.js';
import type { Rng } from '../../engine/rng.js';
import { barChart } from '../report/barChart.js';
import type { Drawing } from '../report/drawing.js';
import { confusionPlot } from '../report/confusion.js';
import { gallery, type Tile } from '../report/gallery.js';
import { histogram } from '../report/histogram.js';
import { lineChart } from '../report/lineChart.js';
import { sampleSheet } from '../report/sampleSheet.js';
import { scatter } from '../report/scatter.js';
import type { Exploration } from './index.js';
import { percent } from '../evaluation/percent.js';

/** Descriptions of the charts, by file name without `.png`. */
export const FIGURES = {
  counts: 'Bars: the number of images of each class',
  samples: 'Sheet: images of each class, chosen at random',
  means: 'The mean image of each class',
  pixels: 'The mean and the standard deviation of each pixel',
  strokeWidth: 'Histogram: the mean stroke width of each image in pixels',
  strokeWidthByClass: 'Bars: the median stroke width of each class, with its quartiles',
  extent: 'Histogram: the longer side of the ink of each image in pixels',
  components: 'The first principal components as images',
  variance: 'Line: the share of the variance explained by the first components',
  pca: 'Scatter: images along the first two principal components, colored by class',
  umap: 'Scatter: UMAP embedding of the images, colored by class',
  neighbours: 'Matrix: classes of the nearest neighbors of each class',
  pairs: 'The closest images of different classes, in pairs',
  doubts: 'Images whose neighbors disagree with their label',
  duplicates: 'Images that occur more than once',
} as const;

export type FigureName = keyof typeof FIGURES;
export type Figures = Readonly<Partial<Record<FigureName, Drawing>>>;

const SAMPLES_PER_CLASS = 6;
const MAX_SHOWN = 48;
const SHOWN_COMPONENTS = 24;

/** Values as gray levels: `low` becomes paper and `high` ink. */
function toGray(values: ArrayLike<number>, low: number, high: number): Uint8Array {
  const span = high - low || 1;
  return Uint8Array.from(values, (value) =>
    Math.round(255 * Math.max(0, Math.min(1, (value - low) / span))),
  );
}

function samplesOf(dataset: ImageDataset, rng: Rng): Uint8Array[][] {
  const samples = dataset.classes.map((): Uint8Array[] => []);
  for (const i of rng.permutation(dataset.length)) {
    const classSamples = samples[dataset.labels[i]];
    if (classSamples.length < SAMPLES_PER_CLASS) classSamples.push(imageAt(dataset, i));
  }
  return samples;
}

/** Draws all charts; charts without content are left out. */
export function drawFigures(dataset: ImageDataset, exploration: Exploration, rng: Rng): Figures {
  const { classes: names, height, width } = dataset;
  const pixels = height * width;
  const { moments, statistics, components, sample, votes } = exploration;
  const maxMean = Math.max(...moments.mean, 0.01);
  const maxSd = Math.max(...moments.sd, 0.01);
  const projection = (i: number): { x: number; y: number } => ({
    x: components.points[i * components.count],
    y: components.points[i * components.count + 1],
  });
  const [firstShare, secondShare] = components.explainedVarianceRatio;
  const cumulative = Array.from(components.explainedVarianceRatio).map(
    (
      (sum) => (share: number) =>
        (sum += share)
    )(0),
  );

  return {
    counts: barChart({
      title: 'Images of each class',
      yLabel: 'images',
      names,
      values: Array.from(exploration.counts),
    }),
    samples: sampleSheet({
      title: 'Samples',
      names,
      samples: samplesOf(dataset, rng.split('samples')),
      size: dataset,
    }),
    means: gallery({
      title: 'Mean image of each class',
      tiles: moments.classMeans.map((mean, label) => ({
        pixels: toGray(mean, 0, Math.max(...mean)),
        caption: names[label],
      })),
      size: dataset,
      columns: 12,
    }),
    pixels: gallery({
      title: 'Pixels of all images',
      tiles: [
        {
          pixels: toGray(moments.mean, 0, maxMean),
          caption: `mean\nblack is ${maxMean.toFixed(3)}`,
        },
        {
          pixels: toGray(moments.sd, 0, maxSd),
          caption: `standard deviation\nblack is ${maxSd.toFixed(3)}`,
        },
      ],
      size: dataset,
      columns: 2,
      scale: 8,
    }),
    ...(statistics.ink && drawInk(dataset, exploration, statistics.ink)),
    components: gallery({
      title: 'Principal components: gray is 0, black positive, white negative',
      tiles: Array.from(
        { length: Math.min(SHOWN_COMPONENTS, components.count) },
        (_, component): Tile => {
          const direction = components.directions.subarray(
            component * pixels,
            (component + 1) * pixels,
          );
          const reach = Math.max(...direction.map(Math.abs));
          return {
            pixels: toGray(direction, -reach, reach),
            caption: `${component + 1}: ${percent(components.explainedVarianceRatio[component], 1)}`,
          };
        },
      ),
      size: dataset,
      columns: 12,
    }),
    variance: lineChart({
      title: 'Variance explained by the first components',
      xLabel: `number of components, of ${pixels}`,
      yLabel: 'share of the variance, %',
      xLog: true,
      series: [
        {
          name: 'all',
          x: cumulative.map((_, i) => i + 1),
          y: cumulative.map((share) => 100 * share),
        },
      ],
      marks: [
        {
          x: 1 + cumulative.findIndex((share) => share >= 0.9),
          label: `90 % in ${1 + cumulative.findIndex((share) => share >= 0.9)} components`,
        },
      ].filter(({ x }) => x > 0),
      height: 360,
    }),
    pca: scatter({
      title: 'The first two principal components',
      points: Array.from(exploration.plotted, (i) => ({
        ...projection(i),
        group: sample.labels[i],
      })),
      names,
      xLabel: `first component, ${percent(firstShare, 1)} of the variance`,
      yLabel: `second component, ${percent(secondShare, 1)}`,
    }),
    umap: scatter({
      title: 'UMAP embedding',
      points: Array.from({ length: exploration.embedding.length / 2 }, (_, i) => ({
        x: exploration.embedding[2 * i],
        y: exploration.embedding[2 * i + 1],
        group: sample.labels[exploration.plotted[i]],
      })),
      names,
    }),
    ...(exploration.neighbors.k > 0 && {
      neighbours: confusionPlot({
        title: `Vote of the ${exploration.neighbors.k} nearest neighbors`,
        names,
        counts: votes.counts,
        rowLabel: 'label',
        columnLabel: 'class with the most votes',
      }),
    }),
    ...drawExamples(dataset, exploration),
  };
}

/** Draws the charts of the strokes. */
function drawInk(
  { height, width }: ImageDataset,
  { measures, classes }: Exploration,
  { strokeWidth, longerSide }: InkStatistics,
): Figures {
  const longestSide = Math.max(height, width);
  const inked = [...measures.ink.keys()].filter((i) => measures.ink[i] > 0);
  const withStrokes = classes.flatMap(({ name, strokeWidth: widths }) =>
    widths === null ? [] : [{ name, ...widths }],
  );
  return {
    strokeWidth: histogram({
      title: 'Stroke width',
      xLabel: 'mean width of the strokes of an image, pixels',
      values: inked.map((i) => measures.strokeWidth[i]),
      start: 0,
      step: 0.125,
      bins: 56,
      mark: { x: strokeWidth.median, label: `median ${strokeWidth.median.toFixed(2)}` },
    }),
    strokeWidthByClass: barChart({
      title: 'Stroke width of each class: median and quartiles',
      yLabel: 'pixels',
      names: withStrokes.map(({ name }) => name),
      values: withStrokes.map(({ median }) => median),
      errorBars: withStrokes.map(({ lower, upper }) => [lower, upper] as const),
    }),
    extent: histogram({
      title: 'Longer side of the ink',
      xLabel: `pixels, of ${longestSide}`,
      values: inked.map((i) => Math.max(measures.inkWidth[i], measures.inkHeight[i])),
      start: Math.floor(longestSide / 2) - 0.5,
      step: 1,
      bins: Math.ceil(longestSide / 2) + 1,
      mark: { x: longerSide.median, label: `median ${longerSide.median}` },
    }),
  };
}

/** Draws the galleries of single images: closest pairs, doubtful labels, duplicates. */
function drawExamples(dataset: ImageDataset, { votes, sample, duplicates }: Exploration): Figures {
  const { classes: names } = dataset;
  const tile = (
    from: ImageDataset,
    index: number,
    caption: string,
    tone: Tile['tone'] = 'plain',
  ): Tile => ({
    pixels: imageAt(from, index),
    caption,
    tone,
  });
  const pairs = votes.pairs
    .slice(0, MAX_SHOWN / 2)
    .flatMap(({ indices: [a, b], labels, distance }) => [
      tile(sample, a, `${names[labels[0]]}\ndistance ${distance.toFixed(2)}`),
      tile(sample, b, names[labels[1]]),
    ]);
  const doubts = votes.doubts
    .slice(0, MAX_SHOWN)
    .map(({ index, label, suggested, votes: count }) =>
      tile(sample, index, `labeled ${names[label]}\n${count} votes for ${names[suggested]}`, 'bad'),
    );
  const copies = duplicates.groups.slice(0, MAX_SHOWN).map((group) => {
    const labels = [...new Set(group.map(({ label }) => names[label]))];
    const caption = `${labels.join(' ')}\n${group.length} times`;
    const image = group.find(({ part }) => part === 'explored')!;
    return tile(dataset, image.index, caption, labels.length > 1 ? 'bad' : 'plain');
  });
  return {
    ...(pairs.length > 0 && {
      pairs: gallery({
        title: 'Closest images of different classes',
        tiles: pairs,
        size: dataset,
        columns: 8,
        groupsOf: 2,
      }),
    }),
    ...(doubts.length > 0 && {
      doubts: gallery({
        title: 'Labels that differ from those of the neighbors',
        tiles: doubts,
        size: dataset,
        columns: 8,
      }),
    }),
    ...(copies.length > 0 && {
      duplicates: gallery({
        title: 'Images that occur more than once',
        tiles: copies,
        size: dataset,
        columns: 8,
      }),
    }),
  };
}
