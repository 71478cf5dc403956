// `inkgrad train`: trains the network and keeps the best and the last state. Imports the app.

import { join } from 'node:path';
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { Rng } from '../../engine/index.js';
import { CharacterNet } from '../model.js';
import { initialise, saveModel } from '../modelFile.js';
import { Reporter } from '../reporter.js';
import { createRunDirectory } from '../runDirectory.js';
import { openTrainingSource, type TrainingSource } from '../source.js';
import { startBackend, type StartedBackend } from '../backend.js';
import { Trainer } from '../trainer.js';
import type { EpochEvent } from '../trainerEvents.js';
import { dataOptions, jsonOption, runOptions, whole, within, type CommonArguments } from './options.js';

interface TrainOptions extends CommonArguments {
  readonly epochs: number;
  readonly 'batch-size': number;
  readonly lr: number;
  readonly seed: number;
  readonly dropout: number;
  readonly 'val-fraction': number;
  readonly init: string | undefined;
  readonly shuffle: boolean;
  readonly offline: boolean;
  readonly out: string | undefined;
}

/** yargs adds the camel-case name of every option. */
type TrainArguments = ArgumentsCamelCase<TrainOptions>;

const syntheticWarning = (reason: string): string => `
  *** No EMNIST data found: training on the built-in SYNTHETIC characters. These are not EMNIST.  ***
  *** Accuracy here says nothing about real handwriting. To train on EMNIST, mend what is said    ***
  *** below, or fetch it with  npx inkgrad data fetch  or name its folder with  --data            ***
  Why: ${reason}
`;

async function run(args: TrainArguments): Promise<void> {
  const reporter = new Reporter({ json: args.json });
  const { backend, description, report } = await startBackend(args);
  const rng = new Rng(args.seed);
  const source = await openTrainingSource({ ...args, rng, fetch: { offline: args.offline, reporter } });
  const { train, validation, whySynthetic } = source;
  if (whySynthetic !== null) reporter.warn(syntheticWarning(whySynthetic));

  const model = new CharacterNet({ classes: train.classes.length, rng, dropout: args.dropout });
  if (args.init !== undefined) await initialise(model, args.init);
  const directory = createRunDirectory(args.out);
  describe(reporter, args, source, model, directory, { description, report });

  const trainer = new Trainer({
    ...{ model, train, validation, rng },
    ...{ epochs: args.epochs, batchSize: args.batchSize, learningRate: args.lr, shuffle: args.shuffle },
  });
  const best = join(directory, 'best.safetensors');
  const about = {
    ...{ classes: train.classes, data: train.name, synthetic: train.synthetic },
    ...{ seed: args.seed, valFraction: args.valFraction, limit: args.limit ?? null },
  };
  for await (const event of trainer.run()) {
    if (event.event === 'step') {
      const { epoch, done, total, trainLoss, trainAccuracy } = event;
      const numbers = `loss ${trainLoss.toFixed(4)}  accuracy ${percent(trainAccuracy)}`;
      reporter.progress(done, total, `epoch ${epoch}/${args.epochs}  ${done}/${total}  ${numbers}`);
      continue;
    }
    await saveModel(join(directory, 'last.safetensors'), trainer, about);
    if (event.isBest) await saveModel(best, trainer, about);
    announce(reporter, event, args.epochs);
  }

  const { bestEpoch, bestAccuracy } = trainer.progress;
  reporter.emit({ event: 'end', model: best, bestEpoch, valAccuracy: bestAccuracy });
  if (!args.json) farewell(reporter, best, trainer.progress, train.synthetic);
  trainer.dispose();
  await backend.dispose();
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function describe(
  reporter: Reporter,
  args: TrainArguments,
  { train, validation }: TrainingSource,
  model: CharacterNet,
  directory: string,
  { description, report }: Pick<StartedBackend, 'description' | 'report'>,
): void {
  reporter.say(`data      ${train.name}: ${train.length} images, ${train.classes.length} classes`);
  reporter.say(
    `validate  ${validation.length} images set aside from the training part; the test part is not read`,
  );
  reporter.say(`network   ${model.parameterCount} parameters`);
  reporter.say(
    `recipe    Adam, lr ${args.lr}, batch ${args.batchSize}, ${args.epochs} epochs, dropout ${args.dropout}, seed ${args.seed}`,
  );
  reporter.say(`backend   ${description}`);
  for (const { mode, reason } of report.tried) {
    if (reason !== '') reporter.say(`          not ${mode}: ${reason}`);
  }
  reporter.say(`output    ${directory}`);
}

function announce(reporter: Reporter, event: EpochEvent, epochs: number): void {
  const { epoch, trainLoss, trainAccuracy, valLoss, valAccuracy, lr, seconds, imagesPerSecond, isBest } =
    event;
  reporter.emit({
    event: 'epoch',
    epoch,
    trainLoss,
    trainAccuracy,
    valLoss,
    valAccuracy,
    lr,
    seconds,
    imagesPerSecond,
  });
  reporter.say(
    `epoch ${String(epoch).padStart(2)}/${epochs}  train loss ${trainLoss.toFixed(4)} accuracy ${percent(trainAccuracy)}` +
      `  val loss ${valLoss.toFixed(4)} accuracy ${percent(valAccuracy)}  lr ${lr}` +
      `  ${seconds.toFixed(1)} s  ${Math.round(imagesPerSecond)} images/s${isBest ? '  *' : ''}`,
  );
}

function farewell(
  reporter: Reporter,
  best: string,
  { bestEpoch, bestAccuracy }: { bestEpoch: number; bestAccuracy: number },
  synthetic: boolean,
): void {
  const what = synthetic ? 'validation accuracy on SYNTHETIC characters' : 'validation accuracy';
  reporter.say(`\nbest      epoch ${bestEpoch}, ${what} ${percent(bestAccuracy)}`);
  reporter.say(`model     ${best}`);
  reporter.say(
    synthetic
      ? 'next      get EMNIST with  npx inkgrad data fetch  and train again'
      : `next      npx inkgrad eval --model ${best}`,
  );
}

export const trainCommand: CommandModule<object, TrainOptions> = {
  command: 'train',
  describe: 'Train the network; the defaults are the recipe of the PyTorch original',
  builder: (yargs: Argv): Argv<TrainOptions> =>
    jsonOption(runOptions(dataOptions(yargs)))
      .option('epochs', {
        type: 'number',
        default: 20,
        requiresArg: true,
        describe: 'Times every image is seen',
        coerce: whole('epochs', 1),
      })
      .option('batch-size', {
        type: 'number',
        default: 64,
        requiresArg: true,
        describe: 'Images a step',
        coerce: whole('batch-size', 1),
      })
      .option('lr', {
        type: 'number',
        default: 0.001,
        requiresArg: true,
        describe: "Adam's learning rate",
        coerce: within('lr', 'above 0', (value) => value > 0 && Number.isFinite(value)),
      })
      .option('seed', {
        type: 'number',
        default: 42,
        requiresArg: true,
        describe: 'Decides every random draw',
        coerce: whole('seed', 0),
      })
      .option('dropout', {
        type: 'number',
        default: 0.5,
        requiresArg: true,
        describe: 'Chance that a value is dropped before the last layer',
        coerce: within('dropout', 'at least 0 and below 1', (value) => value >= 0 && value < 1),
      })
      .option('val-fraction', {
        type: 'number',
        default: 0.1,
        requiresArg: true,
        describe: 'Part of the training images set aside for validation, class by class',
        coerce: within('val-fraction', 'above 0 and below 1', (value) => value > 0 && value < 1),
      })
      .option('init', {
        type: 'string',
        requiresArg: true,
        describe: 'Start from the weights of this model file',
      })
      .option('shuffle', {
        type: 'boolean',
        default: true,
        describe: 'New order every epoch (--no-shuffle: file order)',
      })
      .option('offline', {
        type: 'boolean',
        default: false,
        describe: 'Do not fetch EMNIST when it is missing (also: INKGRAD_OFFLINE=1)',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        describe: 'Folder for the models (default: runs/1, runs/2, ...)',
      })
      .example('$0 train --epochs 5', 'five epochs on the data found')
      .example('$0 train --data data/emnist --split letters --seed 7', 'another split, another seed'),
  handler: run,
};
