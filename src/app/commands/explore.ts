// `inkgrad explore`: analyzes a data set before training, and writes charts and a report.

import { join } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import type { Dataset } from '../../data/loading/dataset.js';
import { DataMissingError } from '../../data/errors.js';
import { Rng } from '../../engine/index.js';
import { writeAtomically, createRunDirectory } from '../outputFiles.js';
import { encodeCanvas } from '../report/png.js';
import { htmlReport } from '../report/htmlReport.js';
import { Reporter } from '../terminal/reporter.js';
import { openPart, openTestSource } from '../training/source.js';
import type { Summary } from '../explore/findings.js';
import type { PictureName } from '../explore/figures.js';
import { choice, dataOptions, jsonOption, whole, type CommonArguments } from './options.js';

interface ExploreArguments extends Pick<CommonArguments, 'data' | 'split' | 'limit' | 'json'> {
  readonly part: 'train' | 'test';
  readonly out: string | undefined;
  readonly seed: number;
}

/** The other part without a limit, for comparison; null if it does not exist. */
async function openOther(args: ExploreArguments, explored: Dataset): Promise<Dataset | null> {
  if (explored.synthetic) return null;
  try {
    const whole = { data: args.data, split: args.split };
    return await (args.part === 'train'
      ? openTestSource(whole)
      : openPart(whole, 'train', args.seed));
  } catch (error) {
    if (error instanceof DataMissingError) return null;
    throw error;
  }
}

async function run(args: ExploreArguments): Promise<void> {
  const reporter = new Reporter({ json: args.json });
  const dataset = await openPart(args, args.part, args.seed);
  if (dataset.synthetic) {
    reporter.warn(
      '*** No EMNIST data found: exploring SYNTHETIC characters, which are not EMNIST. ***',
    );
  }
  const directory = createRunDirectory(args.out, 'explore-');
  reporter.say(
    `data      ${dataset.name}: ${dataset.length} images, ${dataset.classes.length} classes`,
  );
  reporter.say(`output    ${directory}`);

  // Imported here, because these libraries load slowly and other commands do not need them.
  const { explore } = await import('../explore/index.js');
  const { doubtsTable, summarize } = await import('../explore/findings.js');
  const { drawPictures } = await import('../explore/figures.js');
  const { reportSections } = await import('../explore/page.js');

  const rng = new Rng(args.seed).split('explore');
  const found = explore(dataset, {
    rng,
    other: await openOther(args, dataset),
    onProgress: (work, done, total) => reporter.progress(done, total, work),
  });
  reporter.progress(0, 1, 'drawing charts');
  const summary = summarize(dataset, found);
  const png: Partial<Record<PictureName, Uint8Array>> = {};
  for (const [name, canvas] of Object.entries(
    drawPictures(dataset, found, rng.split('pictures')),
  )) {
    png[name as PictureName] = encodeCanvas(canvas);
  }
  const title = `Analysis of ${dataset.name}`;
  const files = new Map<string, Uint8Array | string>([
    ...Object.entries(png).map(([name, bytes]) => [`${name}.png`, bytes] as const),
    ['doubts.csv', doubtsTable(dataset, found)],
    ['explore.json', `${JSON.stringify(summary, null, 2)}\n`],
    ['report.html', htmlReport({ title, sections: reportSections(dataset, found, summary, png) })],
  ]);
  for (const [name, contents] of files) await writeAtomically(join(directory, name), contents);

  reporter.emit({ out: directory, files: [...files.keys()], ...summary });
  if (!args.json) tell(reporter, summary, join(directory, 'report.html'));
}

function tell(reporter: Reporter, summary: Summary, report: string): void {
  const { pixels, strokeWidth, longerSide, duplicates, neighbours, fewest, most } = summary;
  const { inOtherPart } = duplicates;
  const elsewhere = inOtherPart === null ? '' : `, ${inOtherPart} also in the other part`;
  const percent = (100 * neighbours.accuracy).toFixed(2);
  reporter.say(
    `classes   ${fewest.images} images (${fewest.class}) to ${most.images} (${most.class})`,
  );
  reporter.say(
    `pixels    mean ${pixels.mean.toFixed(4)}, standard deviation ${pixels.sd.toFixed(4)}`,
  );
  reporter.say(
    `strokes   median width ${strokeWidth.median.toFixed(2)} pixels, longer side of the ink ` +
      `${longerSide.median} pixels`,
  );
  reporter.say(
    `copies    ${duplicates.copies} exact duplicates, ${duplicates.acrossClasses} groups ` +
      `with conflicting labels${elsewhere}`,
  );
  reporter.say(
    `kNN       accuracy ${percent} % by a vote of ${neighbours.k} nearest neighbors, without ` +
      'a network',
  );
  reporter.say(`doubts    ${neighbours.doubts} labels that disagree with the nearest neighbors`);
  reporter.say(`report    ${report}`);
}

export const exploreCommand: CommandModule<object, ExploreArguments> = {
  command: 'explore',
  describe: 'Analyze a data set: counts, means, strokes, maps, neighbors, doubtful labels',
  builder: (yargs: Argv): Argv<ExploreArguments> =>
    jsonOption(dataOptions(yargs))
      .option('part', {
        ...choice('part', ['train', 'test']),
        default: 'train' as const,
        describe: 'Part to analyze',
      })
      .option('seed', {
        type: 'number',
        default: 42,
        nargs: 1,
        describe: 'Random seed for the samples shown and the layout of the maps',
        coerce: whole('seed', 0),
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
