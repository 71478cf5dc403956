// Results of an exploration as data: the summary for --json and explore.json, and the table of
// doubtful labels.

import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { csvRow } from '../terminal/csv.js';
import type { Exploration } from './index.js';

/** Number of class pairs in the summary and the report. */
const LISTED_PAIRS = 20;

/** The summary as a JSON-compatible object; image indices start at 0 in the part. */
export function summarize(dataset: ImageDataset, exploration: Exploration) {
  const { statistics, duplicates, components, neighbors, votes, sample, sampleIndices } =
    exploration;
  const { ink } = statistics;
  const names = dataset.classes;
  const counts = Array.from(exploration.counts);
  return {
    data: dataset.name,
    synthetic: dataset.synthetic,
    images: dataset.length,
    classes: names.length,
    fewest: { class: names[counts.indexOf(Math.min(...counts))], images: Math.min(...counts) },
    most: { class: names[counts.indexOf(Math.max(...counts))], images: Math.max(...counts) },
    pixels: { mean: statistics.mean, sd: statistics.sd },
    strokeWidth: ink?.strokeWidth ?? null,
    longerSide: ink?.longerSide ?? null,
    centre: ink && { x: ink.centerX, y: ink.centerY },
    duplicates: {
      copies: duplicates.copies,
      acrossClasses: duplicates.acrossClasses,
      inOtherPart: duplicates.inOtherPart,
      blank: duplicates.blank,
    },
    components: {
      images: sample.length,
      firstTen: Array.from(components.explainedVarianceRatio.subarray(0, 10)),
      kept: components.count,
      keptShare: components.explainedVarianceRatio
        .subarray(0, components.count)
        .reduce((sum, share) => sum + share, 0),
    },
    neighbours: {
      images: sample.length,
      k: neighbors.k,
      exact: neighbors.exact,
      correct: votes.correct,
      accuracy: votes.correct / sample.length,
      doubts: votes.doubts.length,
      closest: votes.pairs.slice(0, LISTED_PAIRS).map(({ labels, indices, distance }) => ({
        classes: labels.map((label) => names[label]),
        images: indices.map((index) => sampleIndices[index]),
        distance,
      })),
    },
    mapped: exploration.plotted.length,
    perClass: exploration.classes,
  };
}

export type Summary = ReturnType<typeof summarize>;

/** Doubtful labels as CSV; image indices start at 0 in the part. */
export function doubtsTable(
  dataset: ImageDataset,
  { votes, sampleIndices, neighbors }: Exploration,
): string {
  const rows = votes.doubts.map(({ index, label, suggested, votes: count, distance }) =>
    csvRow([
      sampleIndices[index],
      dataset.classes[label],
      dataset.classes[suggested],
      count,
      neighbors.k,
      distance.toFixed(3),
    ]),
  );
  return ['image,label,neighbours_say,votes,of,mean_distance', ...rows, ''].join('\n');
}
