// The facts of the model card as texts. No DOM.

import { percent } from '../../evaluation/percent.js';
import type { ModelCard } from '../prediction/types.js';
import type { NamedLayer } from './layers.js';
import type { Identity, ModelRecord } from './record.js';

/** A key figure with its meaning. */
export interface Figure {
  readonly value: string;
  readonly name: string;
  readonly meaning: string;
}

/** A named fact; `code` is set in a monospaced typeface. */
export interface Fact {
  readonly name: string;
  readonly text: string;
  readonly code?: boolean;
}

const formatCount = (count: number): string => count.toLocaleString('en-US');

const LOOK_ALIKES_NOTE = '1/I/L, 9/g/q, F/f and 0/O count as equal';

/** The key figures at the top. */
export function figuresOf(
  { parameters, training }: ModelCard,
  record: ModelRecord | null,
): Figure[] {
  const network = {
    value: formatCount(parameters),
    name: 'parameters',
    meaning: `learned weights, for ${training.classes.length} characters`,
  };
  if (record === null) return [network];
  const { accuracy, correct, images, mergedAccuracy, statements } = record.test;
  const { one, alike } = statements;
  const confidentCount = one.count + alike.count;
  return [
    {
      value: percent(accuracy, 1),
      name: 'accuracy',
      meaning: `${formatCount(correct)} of ${formatCount(images)} test images`,
    },
    { value: percent(mergedAccuracy, 1), name: 'look-alikes merged', meaning: LOOK_ALIKES_NOTE },
    {
      value: percent((one.right + alike.right) / confidentCount, 1),
      name: 'correct when confident',
      meaning: `confident in ${percent(confidentCount / images, 1)} of the images`,
    },
    network,
  ];
}

/** Origin of the model, and the data of its measurements. */
export function factsOf(card: ModelCard, { digest, record }: Identity): Fact[] {
  const file = `${card.name}, ${formatCount(card.bytes.length)} bytes`;
  const fileFacts = [
    { name: 'File', text: file },
    {
      name: 'SHA-256',
      text: digest ?? 'not computed: this browser needs https for it',
      code: true,
    },
  ];
  return [...(record === null ? factsOfFile(card) : factsOfRecord(record)), ...fileFacts];
}

/** Display names of the weights' number formats. */
const WEIGHTS: Readonly<Record<string, string>> = {
  float16: 'Half precision',
  int8: '8-bit weights',
};

function factsOfRecord({ weights, training, test, validation, float32 }: ModelRecord): Fact[] {
  const testData = training.official
    ? 'the official test part of EMNIST Balanced'
    : 'a development split of real EMNIST images, not the official partition';
  const difference = float32.correct - test.correct;
  const comparison =
    difference === 0
      ? 'as many as'
      : `${formatCount(Math.abs(difference))} ${difference > 0 ? 'fewer' : 'more'} than`;
  return [
    {
      name: 'Trained on',
      text: `${formatCount(training.images)} images of handwriting (${training.data})`,
    },
    {
      name: 'Tested on',
      text: `${formatCount(test.images)} images not used in training: ${testData}`,
    },
    {
      name: 'Calibration',
      text:
        `Stated probabilities are off by ${percent(test.calibrationError, 1)} on average ` +
        `(${percent(test.uncalibratedError, 1)} before temperature scaling). The temperature, ${test.temperature.toFixed(2)}, ` +
        `was fitted on ${formatCount(validation.images)} validation images and generated characters`,
    },
    {
      name: WEIGHTS[weights],
      text: `${formatCount(test.correct)} of ${formatCount(test.images)} images correct, ${comparison} in full precision`,
    },
    { name: 'Command', text: training.command, code: true },
    {
      name: 'Version',
      text: `commit ${training.commit}, seed ${training.seed}, Node ${training.node.replace(/^v/, '')}, ${training.date}; epoch ${training.keptEpoch} of ${training.epochs}`,
    },
  ];
}

/** Facts of a model without a record, from its file alone. */
function factsOfFile({ training }: ModelCard): Fact[] {
  const { data, synthetic, seed, temperature = 1 } = training;
  const syntheticNote = synthetic
    ? ': generated characters, so accuracy does not carry over to real handwriting'
    : '';
  return [
    { name: 'Trained on', text: `${data}${syntheticNote}` },
    { name: 'Accuracy', text: 'not in the file; inkgrad eval measures it' },
    {
      name: 'Calibration',
      text: temperature === 1 ? 'none (temperature 1)' : `temperature ${temperature.toFixed(2)}`,
    },
    ...(seed === null ? [] : [{ name: 'Seed', text: String(seed) }]),
  ];
}

/** The architecture in one sentence, from its layers. */
export function networkSummary(layers: readonly NamedLayer[]): string {
  const countOf = (kind: string): number => layers.filter((layer) => layer.kind === kind).length;
  const multiplications = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  const [convolutions, blocks] = [countOf('Convolution'), countOf('Max pooling')];
  const layersPerBlock =
    convolutions === blocks
      ? 'of convolution, batch norm, ReLU and pooling'
      : `with ${convolutions} convolutions in all, each with batch norm and ReLU, and pooling`;
  return (
    `${blocks} blocks ${layersPerBlock}, then ${countOf('Linear')} linear layers; ` +
    `${(multiplications / 1e6).toFixed(1)} million multiplications per prediction.`
  );
}
