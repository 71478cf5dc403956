// The HTML report of an exploration: explains each chart, with its numbers.

import type { Dataset } from '../../data/loading/dataset.js';
import type { ReportSection, ReportTable } from '../report/htmlReport.js';
import type { Summary } from './findings.js';
import type { Exploration } from './index.js';
import { PICTURES, type PictureName } from './figures.js';
import { percent } from '../evaluation/percent.js';

/**
 * Reference values, measured on the 9,400 images of a development test set in the Balanced classes
 * by another program. Its stroke width uses a different estimator, so it may differ from ours on
 * the same images.
 */
const ELSEWHERE = {
  mean: '0.1749',
  sd: '0.3330',
  longerSide: '24 to 26',
  centre: '13.57, 13.52',
  strokeWidth: '2.65 (2.21 to 3.18), by another estimator',
};

const count = (value: number): string => value.toLocaleString('en-US');

/** Formats a count: `2,400 images` or `1 image`. */
function images(value: number): string {
  return `${count(value)} ${value === 1 ? 'image' : 'images'}`;
}

function overallTable(summary: Summary, isBalanced: boolean): ReportTable {
  const { pixels, strokeWidth, longerSide, centre } = summary;
  const rows = [
    ['mean of the pixels (0 to 1)', pixels.mean.toFixed(4), ELSEWHERE.mean],
    ['standard deviation of the pixels', pixels.sd.toFixed(4), ELSEWHERE.sd],
    ['variance of the pixels', (pixels.sd ** 2).toFixed(4), (Number(ELSEWHERE.sd) ** 2).toFixed(4)],
    [
      'longer side of the ink, pixels: quartiles',
      `${longerSide.lower}, ${longerSide.median}, ${longerSide.upper}`,
      ELSEWHERE.longerSide,
    ],
    [
      'centre of the ink box (13.5 is the middle)',
      `${centre.x.toFixed(2)}, ${centre.y.toFixed(2)}`,
      ELSEWHERE.centre,
    ],
    [
      'stroke width, pixels: median (quartiles)',
      `${strokeWidth.median.toFixed(2)} (${strokeWidth.lower.toFixed(2)} to ${strokeWidth.upper.toFixed(2)})`,
      ELSEWHERE.strokeWidth,
    ],
  ];
  const head = ['', 'here', 'measured elsewhere on 9,400 Balanced images'];
  // Reference values for Balanced do not apply to other splits or to synthetic characters.
  return isBalanced
    ? { head, rows }
    : { head: head.slice(0, 2), rows: rows.map((row) => row.slice(0, 2)) };
}

function classTable(
  { perClass }: Summary,
  { votes, counts }: Pick<Exploration, 'votes' | 'counts'>,
): ReportTable {
  const n = perClass.length;
  return {
    head: ['class', 'images', 'mean ink', 'stroke width', 'ink, w × h', 'neighbours agree'],
    rows: perClass.map((one, label) => {
      const voted = votes.counts
        .subarray(label * n, (label + 1) * n)
        .reduce((sum, value) => sum + value, 0);
      const agree = voted === 0 ? '' : percent(votes.counts[label * n + label] / voted);
      const { strokeWidth, inkWidth, inkHeight, meanInk } = one;
      return [
        one.name,
        counts[label],
        meanInk?.toFixed(3) ?? '',
        strokeWidth?.median.toFixed(2) ?? '',
        inkWidth === null || inkHeight === null ? '' : `${inkWidth.median} × ${inkHeight.median}`,
        agree,
      ];
    }),
  };
}

function duplicatesSentence({ duplicates }: Summary): string {
  const { copies, acrossClasses, inOtherPart, blank } = duplicates;
  const other =
    inOtherPart === null
      ? 'the other part was not there to compare'
      : `${images(inOtherPart)} also in the other part`;
  return (
    `${images(copies)} equal to an earlier one to the last bit; ${count(acrossClasses)} sets of equal images under ` +
    `more than one label; ${other}; ${images(blank)} without any ink.`
  );
}

/** The sections of the report; `png` has the encoded charts that were drawn. */
export function reportSections(
  dataset: Dataset,
  found: Exploration,
  summary: Summary,
  png: Readonly<Partial<Record<PictureName, Uint8Array>>>,
): ReportSection[] {
  const { components, neighbours } = summary;
  const section = (heading: string, name: PictureName, ...paragraphs: string[]): ReportSection => ({
    heading,
    paragraphs,
    ...(png[name] && { image: { alt: PICTURES[name], png: png[name] } }),
  });
  const sample =
    components.images < summary.images
      ? ` Found on a seeded sample of ${images(components.images)}.`
      : '';
  const search = neighbours.exact
    ? ''
    : ' The search is approximate: a few true neighbours are missed.';
  const warning = summary.synthetic
    ? [
        'These are SYNTHETIC characters that the program drew itself. Nothing here says anything about EMNIST.',
      ]
    : [];
  return [
    {
      heading: 'Summary',
      paragraphs: [...warning, `${images(summary.images)} in ${summary.classes} classes.`],
      table: overallTable(summary, dataset.name.startsWith('EMNIST balanced')),
    },
    section(
      'Images of each class',
      'counts',
      `From ${count(summary.fewest.images)} (${summary.fewest.class}) to ${count(summary.most.images)} (${summary.most.class}).`,
    ),
    section('Samples', 'samples', 'Picked at random, by the seed.'),
    section(
      'Mean images',
      'means',
      'What all images of a class have in common is dark. A blurred mean has many ways to be written.',
    ),
    section('Pixels', 'pixels', 'Where ink is likely, and where it varies most.'),
    section(
      'Stroke width',
      'strokeWidth',
      'Twice the ink over the length of its edge, image by image.',
    ),
    section('Stroke width by class', 'strokeWidthByClass'),
    section('Extent', 'extent', 'The longer side of the box round the ink.'),
    section(
      'Principal components',
      'components',
      `The directions in which images differ most. The first ${components.kept} hold ` +
        `${percent(components.keptShare)} of the variance.${sample}`,
    ),
    section('Variance', 'variance'),
    section(
      'Map of the first two components',
      'pca',
      `${images(summary.mapped)}, picked at random.`,
    ),
    section(
      'Map by UMAP',
      'umap',
      `The same ${images(summary.mapped)}, laid out from their ${components.kept} components so that neighbours stay ` +
        'neighbours. Distances between far groups mean little.',
    ),
    section(
      'Reading by neighbours',
      'neighbours',
      `Each image read by a vote of its ${neighbours.k} nearest neighbours among ${components.kept} components, its own ` +
        `label not asked: ${percent(neighbours.accuracy)} right (${count(neighbours.correct)} of ` +
        `${count(neighbours.images)}). No network, no training: what comes for free.${sample}${search}`,
    ),
    section(
      'Where classes touch',
      'pairs',
      'For each two classes, the closest two images that are not equal.',
    ),
    section(
      'Labels to doubt',
      'doubts',
      `${images(neighbours.doubts)} whose neighbours nearly all agree on another class, look-alikes (1 I L, 9 g q, F f, ` +
        '0 O, and the two cases of a letter) left out. Each is a wrong label or an unusual hand. All are in doubts.csv.',
    ),
    section('Equal images', 'duplicates', duplicatesSentence(summary)),
    { heading: 'Classes', table: classTable(summary, found) },
  ];
}
