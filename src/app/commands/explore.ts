// `inkgrad explore`: analyzes a data set before training, and writes charts and a report.

import { join } from 'node:path';
import type { Argv } from 'yargs';
import type { ImageDataset } from '../../data/loading/imageDataset.js';
import { DataMissingError } from '../../data/errors.js';
import { Rng } from '../../engine/index.js';
import { writeAtomically, createRunDirectory } from '../outputFiles.js';
import { Reporter } from '../terminal/reporter.js';
import { openPart, openTestSource, type SourceOptions } from '../training/source.js';
import type { Summary } from '../explore/findings.js';
import type { CommandBody } from './commandBody.js';
import {
  choice,
  dataOptions,
  inputOptions,
  jsonOption,
  integerAtLeast,
  type CommonArguments,
  type InputArguments,
} from './options.js';

/** Default of --sample; 120,000 images take more than a minute. */
const DEFAULT_SAMPLE = 60_000;

interface ExploreArguments
  extends Pick<CommonArguments, 'data' | 'split' | 'limit' | 'json'>, InputArguments {
  readonly part: 'train' | 'test';
  readonly out: string | undefined;
  readonly seed: number;
  readonly sample: number;
}

/** Where the images are from. They are compared as gray images. */
function sourceOptions(args: ExploreArguments): SourceOptions {
  const { data, split, limit, orientation, size, preprocess } = args;
  return { data, split, limit, orientation, input: { size, preprocess, channels: 1 } };
}

/** The other part without a limit, for comparison; null if it does not exist. */
async function openOtherPart(
  args: ExploreArguments,
  dataset: ImageDataset,
): Promise<ImageDataset | null> {
  if (dataset.synthetic) return null;
  try {
    const otherArgs = { ...sourceOptions(args), limit: undefined };
    return await (args.part === 'train'
      ? openTestSource(otherArgs)
      : openPart(otherArgs, 'train', args.seed));
  } catch (error) {
    if (error instanceof DataMissingError) return null;
    throw error;
  }
}

async function run(args: ExploreArguments): Promise<void> {
  const reporter = new Reporter({ json: args.json, outputRequired: false });
  const source = { ...sourceOptions(args), reporter };
  const dataset = await openPart(source, args.part, args.seed);
  if (dataset.synthetic) {
    reporter.warn(
      '*** No EMNIST data found: exploring SYNTHETIC characters, which are not EMNIST. ***',
    );
  }
  const directory = createRunDirectory(args.out, 'explore-');
  reporter.print(
    `data      ${dataset.name}: ${dataset.length} images, ${dataset.classes.length} classes`,
  );
  reporter.print(`output    ${directory}`);

  // Imported here, because these libraries load slowly and other commands do not need them.
  const { explore } = await import('../explore/index.js');
  const { doubtsTable, summarize } = await import('../explore/findings.js');
  const { drawFigures } = await import('../explore/figures.js');
  const { encodePng } = await import('../report/encodePng.js');
  const { reportSections } = await import('../explore/report.js');
  const { htmlReport } = await import('../report/htmlReport.js');

  const rng = new Rng(args.seed).split('explore');
  const analysis = explore(dataset, {
    rng,
    other: await openOtherPart(args, dataset),
    maxSample: args.sample,
    onProgress: (work, done, total) => reporter.progress(done, total, work),
  });
  reporter.progress(0, 1, 'drawing charts');
  const summary = summarize(dataset, analysis);
  const figures = drawFigures(dataset, analysis, rng.split('pictures'));
  const title = `Analysis of ${dataset.name}`;
  const files = new Map<string, Uint8Array | string>([
    ...Object.entries(figures).map(
      ([name, drawing]) => [`${name}.png`, encodePng(drawing)] as const,
    ),
    ['doubts.csv', doubtsTable(dataset, analysis)],
    ['explore.json', `${JSON.stringify(summary, null, 2)}\n`],
    [
      'report.html',
      htmlReport({ title, sections: reportSections(dataset, analysis, summary, figures) }),
    ],
  ]);
  for (const [name, contents] of files) await writeAtomically(join(directory, name), contents);

  reporter.emit({ out: directory, files: [...files.keys()], ...summary });
  if (!args.json) printSummary(reporter, summary, join(directory, 'report.html'));
}

function printSummary(reporter: Reporter, summary: Summary, report: string): void {
  const { pixels, strokeWidth, longerSide, duplicates, neighbours, fewest, most } = summary;
  const { inOtherPart } = duplicates;
  const otherPart = inOtherPart === null ? '' : `, ${inOtherPart} also in the other part`;
  const percent = (100 * neighbours.accuracy).toFixed(2);
  const isSampled = neighbours.images < summary.images;
  const sample = isSampled ? `, on a sample of ${neighbours.images} images (--sample)` : '';
  reporter.print(
    `classes   ${fewest.images} images (${fewest.class}) to ${most.images} (${most.class})`,
  );
  reporter.print(
    `pixels    mean ${pixels.mean.toFixed(4)}, standard deviation ${pixels.sd.toFixed(4)}`,
  );
  reporter.print(
    strokeWidth === null || longerSide === null
      ? 'strokes   none: all images are blank'
      : `strokes   median width ${strokeWidth.median.toFixed(2)} pixels, longer side of the ink ` +
          `${longerSide.median} pixels`,
  );
  reporter.print(
    `copies    ${duplicates.copies} exact duplicates, ${duplicates.acrossClasses} groups ` +
      `with conflicting labels${otherPart}`,
  );
  reporter.print(
    `kNN       accuracy ${percent} % by a vote of ${neighbours.k} nearest neighbors, without ` +
      `a network${sample}`,
  );
  reporter.print(
    `doubts    ${neighbours.doubts} labels that disagree with the nearest neighbors${sample}`,
  );
  reporter.print(`report    ${report}`);
}

export const exploreCommand: CommandBody<ExploreArguments> = {
  builder: (yargs: Argv): Argv<ExploreArguments> =>
    jsonOption(inputOptions(dataOptions(yargs)))
      .option('part', {
        ...choice('part', ['train', 'test']),
        default: 'train' as const,
        describe: 'Part to analyze',
      })
      .option('seed', {
        ...integerAtLeast('seed', 0),
        default: 42,
        describe: 'Random seed for the samples shown and the layout of the maps',
      })
      .option('sample', {
        ...integerAtLeast('sample', 2),
        default: DEFAULT_SAMPLE,
        describe: 'Search components and neighbors in a random sample of at most N images',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'New folder for charts and report (default: runs/explore-1, runs/explore-2, ...)',
      })
      .example('$0 explore', 'analyze the training part, and write to runs/explore-1')
      .example(
        '$0 explore --part test --limit 2000 --json',
        'analyze 2,000 test images, and print JSON',
      ),
  handler: run,
};
