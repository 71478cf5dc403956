// Generates docs/model.md from the record of the shipped model.

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const grouped = (count) => count.toLocaleString('en-US');

/** Descriptions of each value of the record's `weights`. */
const WEIGHTS = {
  float16: {
    numbers: 'weights in float16, rounded to nearest; biases and batch norm in float32',
    loss: 'loss from half precision',
  },
  int8: {
    numbers:
      '8-bit weights with one float32 scale per output channel (`src/nn/saving/quantize.ts`); biases and batch norm in float32',
    loss: 'loss from 8-bit weights',
  },
};

/** Describes the test images without overstating what they are. */
function whichImages({ official }, { images }) {
  return official
    ? `the ${grouped(images)} images of the official test part`
    : `the ${grouped(images)}-image development test set (real EMNIST images, not the official partition)`;
}

function statementRow(name, { count, right }, images) {
  return [
    name,
    `${grouped(count)} (${percent(count / images)})`,
    count === 0 ? '-' : percent(right / count),
  ];
}

function strangersRow([set, { count, top1, merged, unsure, rejected, confidentErrors }]) {
  const shares = [top1, merged, unsure, rejected, confidentErrors].map(percent);
  return [set, grouped(count), ...shares];
}

/** Formats a Markdown table with columns aligned as by prettier. */
function table(head, ...rows) {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column].length)),
  );
  const line = (cells) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/**
 * Generates docs/model.md from a model record.
 *
 * @param record as written by scripts/ship-model.js
 */
export function describeRecord(record) {
  const { training, test, validation, float32 } = record;
  const lost = float32.correct - test.correct;
  const { numbers, loss } = WEIGHTS[record.weights];
  const change =
    lost === 0
      ? 'as many correct as with float32'
      : `${Math.abs(lost)} ${lost > 0 ? 'fewer' : 'more'} correct than with float32 (${percent(float32.accuracy)}, merged ${percent(float32.mergedAccuracy)})`;
  const { one, alike, unsure, rejected } = test.statements;
  const criterion = training.keep === 'last' ? 'the last' : 'the highest validation accuracy';
  return `# Model card

Record of the model that the web page ships. \`scripts/ship-model.js\` generates this file from
\`src/app/model/shipped/model.json\`; the page's model card shows the same numbers.

${table(
  ['property', 'value'],
  ['file', `\`src/app/model/shipped/${record.file}\`, ${grouped(record.bytes)} bytes`],
  ['SHA-256', `\`${record.sha256}\``],
  ['network', `${grouped(record.parameters)} parameters, ${record.classes} classes`],
  ['number formats', numbers],
  [
    'accuracy',
    `${percent(test.accuracy)} (${grouped(test.correct)} of ${grouped(test.images)}), 95 % interval ${percent(test.interval.low)} to ${percent(test.interval.high)}`,
  ],
  ['merged', `${percent(test.mergedAccuracy)} (1/I/L, 9/g/q, F/f and 0/O count as one class each)`],
  ['top 3', percent(test.top3Accuracy)],
  [loss, change],
  [
    'calibration',
    `temperature ${test.temperature.toFixed(3)}; expected calibration error ${percent(test.calibrationError)}, ${percent(test.uncalibratedError)} without it`,
  ],
)}

Measured on ${whichImages(training, test)}.
The temperature was fitted on the ${grouped(validation.images)} validation images and on generated characters.

## How was it trained?

\`\`\`sh
${training.command}
\`\`\`

${table(
  ['property', 'value'],
  ['commit', `\`${training.commit}\``],
  ['program', `inkgrad ${training.inkgrad}, Node ${training.node}`],
  ['backend', training.backend],
  ['date', training.date],
  ['seed', `${training.seed}`],
  ['training images', grouped(training.images)],
  ['validation images', `${grouped(training.setAside)}, held out from the training part`],
  ['epochs', `${training.epochs}; the model is epoch ${training.keptEpoch} (${criterion})`],
  ['validation accuracy', `${percent(validation.accuracy)} (shipped file)`],
)}

The test images were not used before the end of training.
[logs/page-model.csv](logs/page-model.csv) contains loss and accuracy of every epoch.

SHA-256 of the run's \`best.safetensors\`: \`${training.weights}\`.
Data:

${training.files.map(({ name, sha256 }) => `- \`${name}\`, SHA-256 \`${sha256}\``).join('\n')}

## How often are its predictions correct?

On the same ${grouped(test.images)} images, with calibrated probabilities.
\`src/app/evaluation/interpret.ts\` defines the kinds of prediction.

${table(
  ['prediction', 'images', 'correct'],
  statementRow('one character', one, test.images),
  statementRow('several, "0 or O"', alike, test.images),
  statementRow('low confidence', unsure, test.images),
  statementRow('not a letter or digit', rejected, test.images),
)}

A prediction is correct if the true character is among those named. Rejected characters count as
errors here, not in the accuracy above.

## How well does it recognize other people's handwriting?

Measured by \`npm run bench:strangers\` on characters from outside EMNIST. They are never training or
calibration data. The letter forms, the recipe and the share of rejected outliers were chosen after
looking at results on these sets, so the numbers are optimistic ([notes](notes/strangers-2026-11.md)).
Merged accuracy counts a rejected character as wrong. Confident errors are a share of the confident
predictions.

${table(
  [
    'set',
    'characters',
    'correct',
    'merged',
    'low confidence or rejected',
    'rejected',
    'confident errors',
  ],
  ...Object.entries(record.otherHandwriting.sets).map(strangersRow),
)}

The model rejects ${percent(record.otherHandwriting.rejectedTrainedKinds)} of the generated drawings of the kinds that training contains, and
${percent(record.otherHandwriting.rejectedUnseenKinds)} of those of other kinds. The calibration holds for EMNIST and generated characters. On other
people's handwriting, the probabilities are too high.

## How is it replaced?

\`\`\`sh
npm run build:node
STRANGERS_DIR=path/to/handwriting npm run bench:strangers -- --model runs/1/best.safetensors
node scripts/ship-model.js runs/1 --data path/to/emnist --strangers bench/results/FILE.json --commit SHA --command 'npx inkgrad train ...'
\`\`\`

exports the run's best model, evaluates it, and writes \`model.safetensors\`, \`model.json\`, the log
and this file.
`;
}
