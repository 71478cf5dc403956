// `inkgrad eval`: how well a saved model reads a part of a data set. Imports the app.

import type { Argv, CommandModule } from 'yargs';
import { evaluate } from '../evaluate.js';
import { loadModel } from '../modelFile.js';
import { Reporter } from '../reporter.js';
import { openTestSource, openTrainingSource } from '../source.js';
import { startBackend } from '../backend.js';
import { Rng } from '../../engine/index.js';
import type { Dataset } from '../../data/dataset.js';
import { dataOptions, jsonOption, runOptions, type CommonArguments } from './options.js';

interface EvalArguments extends CommonArguments {
  readonly model: string;
  readonly part: 'test' | 'train' | 'val';
}

/** The part to read; train and val are cut as the model's own training cut them. */
async function openPart(
  args: EvalArguments,
  trained: { seed: number; valFraction: number },
): Promise<Dataset> {
  if (args.part === 'test') return openTestSource(args);
  const { seed, valFraction } = trained;
  const { train, validation } = await openTrainingSource({ ...args, valFraction, seed, rng: new Rng(seed) });
  return args.part === 'val' ? validation : train;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

async function run(args: EvalArguments): Promise<void> {
  const reporter = new Reporter({ json: args.json });
  const backend = await startBackend(args.backend);
  const { model, classes, training } = await loadModel(args.model);
  const dataset = await openPart(args, training);
  const result = await evaluate(model, dataset, {
    onProgress: (done) => reporter.progress(done, dataset.length, `evaluating ${done} of ${dataset.length}`),
  });
  model.dispose();
  await backend.dispose();

  const { accuracy, correct, total, loss, mergedAccuracy, perClass } = result;
  reporter.emit({
    model: args.model,
    data: dataset.name,
    part: args.part,
    accuracy,
    correct,
    total,
    loss,
    mergedAccuracy,
    perClass,
  });
  if (args.json) return;
  const worst = perClass
    .filter((one) => one.accuracy !== null)
    .sort((a, b) => a.accuracy! - b.accuracy!)
    .slice(0, 8)
    .map((one) => `${one.name} ${percent(one.accuracy!)}`);
  reporter.say(`${args.model} on ${dataset.name}, ${total} images, ${classes.length} classes`);
  reporter.say(`  accuracy  ${percent(accuracy)}  (${correct} of ${total})`);
  reporter.say(`  merged    ${percent(mergedAccuracy)}  (1/I/L, 9/g/q, F/f and 0/O counted as one each)`);
  reporter.say(`  loss      ${loss.toFixed(4)}`);
  reporter.say(`  hardest   ${worst.join(', ')}`);
}

export const evalCommand: CommandModule<object, EvalArguments> = {
  command: 'eval',
  describe: 'Measure how well a saved model reads a data set',
  builder: (yargs: Argv): Argv<EvalArguments> =>
    jsonOption(runOptions(dataOptions(yargs)))
      .option('model', { type: 'string', demandOption: true, describe: 'Model file that train wrote' })
      .option('part', {
        choices: ['test', 'train', 'val'] as const,
        default: 'test' as const,
        describe:
          'Which images: the test part, or the training or validation part the model was trained with',
      })
      .example('$0 eval --model runs/1/best.safetensors', 'accuracy on the test part')
      .example('$0 eval --model runs/1/best.safetensors --part val --json', 'the validation part, as JSON'),
  handler: run,
};
