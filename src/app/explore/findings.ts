// Results of an exploration as data: the summary for --json and explore.json, and the table of
// doubtful labels.

import type { Dataset } from '../../data/loading/dataset.js';
import type { Exploration } from './index.js';

/** Number of class pairs in the summary and the report. */
const LISTED_PAIRS = 20;

/** The summary as a JSON-compatible object; image indices start at 0 in the part. */
export function summarize(dataset: Dataset, found: Exploration) {
  const { statistics, duplicates, components, neighbours, votes, compared, numbers } = found;
  const names = dataset.classes;
  const counts = Array.from(found.counts);
  return {
    data: dataset.name,
    synthetic: dataset.synthetic,
    images: dataset.length,
    classes: names.length,
    fewest: { class: names[counts.indexOf(Math.min(...counts))], images: Math.min(...counts) },
    most: { class: names[counts.indexOf(Math.max(...counts))], images: Math.max(...counts) },
    pixels: { mean: statistics.mean, sd: statistics.sd },
    strokeWidth: statistics.strokeWidth,
    longerSide: statistics.longerSide,
    centre: { x: statistics.centerX, y: statistics.centerY },
    duplicates: {
      copies: duplicates.copies,
      acrossClasses: duplicates.acrossClasses,
      inOtherPart: duplicates.inOtherPart,
      blank: duplicates.blank,
    },
    components: {
      images: compared.length,
      firstTen: Array.from(components.shares.subarray(0, 10)),
      kept: components.count,
      keptShare: components.shares
        .subarray(0, components.count)
        .reduce((sum, share) => sum + share, 0),
    },
    neighbours: {
      images: compared.length,
      k: neighbours.k,
      exact: neighbours.exact,
      correct: votes.correct,
      accuracy: votes.correct / compared.length,
      doubts: votes.doubts.length,
      closest: votes.pairs.slice(0, LISTED_PAIRS).map(({ labels, indices, distance }) => ({
        classes: labels.map((label) => names[label]),
        images: indices.map((index) => numbers[index]),
        distance,
      })),
    },
    mapped: found.mapped.length,
    perClass: found.classes,
  };
}

export type Summary = ReturnType<typeof summarize>;

/** Doubtful labels as CSV; image indices start at 0 in the part. */
export function doubtsTable(dataset: Dataset, { votes, numbers, neighbours }: Exploration): string {
  // Only class names of an unusual mapping can contain a comma or a quote.
  const cell = (text: string): string =>
    /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const rows = votes.doubts.map(({ index, label, suggested, votes: count, distance }) =>
    [
      numbers[index],
      cell(dataset.classes[label]),
      cell(dataset.classes[suggested]),
      `${count}`,
      `${neighbours.k}`,
      distance.toFixed(3),
    ].join(','),
  );
  return ['image,label,neighbours_say,votes,of,mean_distance', ...rows, ''].join('\n');
}
