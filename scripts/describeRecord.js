// Generates docs/model.md from the record of the shipped model.

const percent = (share) => `${(100 * share).toFixed(2)} %`;
const grouped = (count) => count.toLocaleString('en-US');

/** Texts for each value of the record's `weights`. */
const WEIGHTS = {
  float16: {
    numbers: 'weights in float16 rounded to nearest, biases and batch norm in float32',
    loss: 'loss by half precision',
  },
  int8: {
    numbers:
      'weights in 8 bits with a float32 scale a row (`src/nn/saving/quantize.ts`), biases and batch norm in float32',
    loss: 'loss by 8-bit weights',
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
      ? 'as many as with float32'
      : `${Math.abs(lost)} ${lost > 0 ? 'fewer' : 'more'} than with float32 (${percent(float32.accuracy)}, merged ${percent(float32.mergedAccuracy)})`;
  const { one, alike, unsure } = test.statements;
  return `# The model that the page ships

Written by \`scripts/ship-model.js\` from \`src/app/web/model/model.json\`; the page's model card shows the same numbers.

${table(
  ['what', 'value'],
  ['file', `\`src/app/web/model/${record.file}\`, ${grouped(record.bytes)} bytes`],
  ['SHA-256', `\`${record.sha256}\``],
  ['network', `${grouped(record.parameters)} parameters, ${record.classes} classes`],
  ['numbers', numbers],
  [
    'accuracy',
    `${percent(test.accuracy)} (${grouped(test.correct)} of ${grouped(test.images)}), 95 % interval ${percent(test.interval.low)} to ${percent(test.interval.high)}`,
  ],
  ['merged', `${percent(test.mergedAccuracy)} (1/I/L, 9/g/q, F/f and 0/O counted as one each)`],
  ['top 3', percent(test.top3Accuracy)],
  [loss, change],
  [
    'calibration',
    `temperature ${test.temperature.toFixed(3)}; expected error ${percent(test.calibrationError)}, ${percent(test.uncalibratedError)} without it`,
  ],
)}

Measured on ${whichImages(training, test)}; the temperature is fitted on the ${grouped(validation.images)} validation images.

## How it was made

\`\`\`sh
${training.command}
\`\`\`

at commit \`${training.commit}\`, inkgrad ${training.inkgrad}, Node ${training.node}, ${training.backend}, begun on ${training.date}, seed ${training.seed}.
${grouped(training.images)} images to learn from and ${grouped(training.setAside)} set aside for validation; ${training.epochs} epochs, of which epoch
${training.keptEpoch} was kept (${training.keep === 'last' ? 'the last' : 'the best in validation'}). The shipped file reads ${percent(validation.accuracy)} of the validation images. The test images were not read before the end. Losses and
accuracies of every epoch: [logs/page-model.csv](logs/page-model.csv).

The run's \`best.safetensors\` had the SHA-256 \`${training.weights}\`. The data:

${training.files.map(({ name, sha256 }) => `- \`${name}\`, SHA-256 \`${sha256}\``).join('\n')}

## What it says, and how often that is right

On the same ${grouped(test.images)} images, at the calibrated probabilities (\`src/app/evaluation/interpret.ts\`):

${table(
  ['it says', 'images', 'right'],
  statementRow('one character', one, test.images),
  statementRow('look-alikes, "0 or O"', alike, test.images),
  statementRow('not sure', unsure, test.images),
)}

Right means that the true character is the one named, or among the look-alikes named.

## Replacing it

\`\`\`sh
npm run build:node
node scripts/ship-model.js runs/1 --data path/to/emnist --commit SHA --command 'npx inkgrad train ...'
\`\`\`

exports the run's best model, measures it, and writes \`model.safetensors\`, \`model.json\`, the log and this page.
`;
}
