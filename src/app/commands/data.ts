// `inkgrad data fetch`: downloads EMNIST.

import type { Argv, CommandModule } from 'yargs';
import { EMNIST_ARCHIVE } from '../../data/emnist/readEmnist.js';
import { checkSplit, EMNIST_SPLITS } from '../../data/emnist/splits.js';
import { EXIT_HELP } from '../terminal/exitCodes.js';
import { interruptible } from '../terminal/interruptible.js';
import { Reporter } from '../terminal/reporter.js';
import { DEFAULT_DATA_DIR, downloadCallbacks, INTERRUPTED_FETCH } from '../training/source.js';
import type { CommandBody } from './commandBody.js';
import { choice, jsonOption } from './options.js';

interface FetchArguments {
  readonly split: string;
  readonly dir: string;
  readonly url: string | undefined;
  readonly from: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

async function run({ dir, url, from, json, quiet, ...args }: FetchArguments): Promise<void> {
  const reporter = new Reporter({ json, quiet, outputRequired: false });
  const split = checkSplit(args.split);
  const archiveOptions = { ...(url !== undefined && { url }), ...(from !== undefined && { from }) };
  const { fetchEmnist } = await import('../fetch/fetchEmnist.js'); // loaded by this command only
  const { source, files } = await interruptible(INTERRUPTED_FETCH, (signal) =>
    fetchEmnist({ split, dir, ...archiveOptions, signal, ...downloadCallbacks(reporter) }),
  );
  reporter.emit({ split, dir, source, files });
  for (const { name, bytes, present } of files) {
    reporter.print(`${present ? 'present ' : 'fetched '}  ${name}  ${bytes} bytes`);
  }
  reporter.print(`\nEMNIST ${split} is in ${dir}; all files are verified`);
  const isDefaultFolder = dir === DEFAULT_DATA_DIR && (process.env.EMNIST_DIR ?? '') === '';
  const splitFlag = split === 'balanced' ? '' : ` --split ${split}`;
  reporter.print(
    `next      npx inkgrad train${splitFlag}${isDefaultFolder ? '' : ` --data ${dir}`}`,
  );
}

const fetchCommand: CommandModule<object, FetchArguments> = {
  command: 'fetch',
  describe: 'Download one EMNIST split; resume partial downloads and keep existing files',
  builder: (yargs: Argv): Argv<FetchArguments> =>
    jsonOption(yargs)
      .option('split', {
        ...choice('split', Object.keys(EMNIST_SPLITS)),
        default: 'balanced',
        describe: 'EMNIST split; only its files are downloaded',
      })
      .option('dir', {
        type: 'string',
        default: DEFAULT_DATA_DIR,
        requiresArg: true,
        describe: 'Destination folder',
      })
      .option('url', {
        type: 'string',
        requiresArg: true,
        describe: `URL of the archive (default: INKGRAD_EMNIST_URL, or ${EMNIST_ARCHIVE})`,
      })
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: 'Extract the files from this local archive instead of downloading',
      })
      .option('quiet', {
        type: 'boolean',
        default: false,
        describe: 'Print warnings and errors only',
      })
      .conflicts('from', 'url')
      .example('$0 data fetch', 'download EMNIST Balanced (about 30 MB) to data/emnist')
      .example(
        '$0 data fetch --split letters --dir letters',
        'download another split to another folder',
      )
      .epilogue(EXIT_HELP),
  handler: run,
};

export const dataCommand: CommandBody<object> = {
  builder: (yargs: Argv): Argv =>
    yargs
      .command(fetchCommand)
      .demandCommand(1, 'Specify a subcommand: fetch.')
      .example('$0 data fetch', 'download the Balanced split of EMNIST')
      .example(
        '$0 data fetch --from gzip.zip',
        'extract it from an archive downloaded by other means',
      ),
  handler: () => undefined,
};
