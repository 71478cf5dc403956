// The steps that lead to a value, with their numbers.

import { formatNumber, formatSigned } from '../figures/captionText.js';
import { percent } from '../prediction/verdict.js';
import { element } from '../ui/dom.js';
import { largestSum, linearSum, patch, pooledSums, type Term } from './decompose.js';
import { numberGrid } from './numberGrid.js';
import { selectedValue, unitName, type Selection, type Snapshot } from './snapshot.js';
import { kernelOf } from './weights.js';

export interface Step {
  readonly title: string;
  readonly contents: readonly (Node | string)[];
}

/** Number of terms that are shown individually. */
const SHOWN_TERMS = 4;

export function stepsOf(snapshot: Snapshot, selection: Selection): Step[] {
  const { kind } = snapshot.layers[selection.layer];
  if (kind === 'input') return inputSteps(snapshot, selection);
  if (kind === 'maps') return convolutionSteps(snapshot, selection);
  return linearSteps(snapshot, selection);
}

function inputSteps(snapshot: Snapshot, selection: Selection): Step[] {
  const { value } = selectedValue(snapshot, selection);
  const text = `2 × ${formatNumber(value)} − 1 = ${formatNumber(2 * value - 1)}`;
  return [
    {
      title: 'Shrink and normalize',
      contents: [
        line('The drawing is centered and shrunk to 28 × 28 pixels, as in EMNIST.'),
        line(`The network receives values from −1 (paper) to 1 (ink): ${text}`),
      ],
    },
  ];
}

function convolutionSteps(snapshot: Snapshot, selection: Selection): Step[] {
  const { analysis, weights } = snapshot;
  const block = selection.layer - 1;
  const input = analysis.inputs[block].at(-1)!;
  const filters = weights.blocks[block].at(-1)!;
  const sums = pooledSums(filters, selection.unit, input, selectedValue(snapshot, selection));
  const chosen = largestSum(sums);
  const [strongest] = byStrength(chosen.terms);
  const values = patch(input, strongest.index, chosen);
  const kernel = Array.from(kernelOf(filters, selection.unit, strongest.index));
  const products = values.map((value, tap) => value * kernel[tap]);
  const nameOf = (channel: number): string => channelName(snapshot, block, channel);
  return [
    {
      title: 'Multiply a patch by the kernel',
      contents: [
        line(`From ${nameOf(strongest.index)}:`),
        element(
          'div',
          { className: 'product' },
          numberGrid('Patch', values),
          element('b', {}, '×'),
          numberGrid('Kernel', kernel),
          element('b', {}, '='),
          numberGrid('Products', products),
          element('span', {}, `sum ${formatSigned(strongest.value)}`),
        ),
      ],
    },
    {
      title: 'Add all channels and the bias',
      contents: [termList(chosen.terms, chosen.bias, chosen.total, nameOf)],
    },
    reluStep(chosen.total),
    {
      title: 'Keep the largest of four neighbors',
      contents: [
        element(
          'div',
          { className: 'product' },
          numberGrid(
            'Max pooling',
            sums.map(({ total }) => Math.max(0, total)),
          ),
          element('span', {}, `maximum ${formatNumber(Math.max(0, chosen.total))}`),
        ),
      ],
    },
  ];
}

function linearSteps(snapshot: Snapshot, selection: Selection): Step[] {
  const { layers, weights, prediction, temperature } = snapshot;
  const isClass = layers[selection.layer].kind === 'classes';
  const before = layers[selection.layer - 1];
  const size = before.side ** 2;
  const linear = isClass ? weights.last : weights.hidden;
  const sum = linearSum(linear, selection.unit, before.values);
  const nameOf = (index: number): string => {
    const name = unitName(snapshot, selection.layer - 1, Math.floor(index / size)).toLowerCase();
    if (size === 1) return name;
    const [row, column] = [Math.floor((index % size) / before.side), index % before.side];
    return `${name} of ${before.name.toLowerCase()}, row ${row + 1}, column ${column + 1}`;
  };
  const products = byStrength(sum.terms)
    .slice(0, SHOWN_TERMS)
    .map(({ index, value }) => {
      const input = before.values[index];
      const weight = formatNumber(linear.weight[selection.unit * linear.inFeatures + index]);
      return line(`${nameOf(index)}: ${formatNumber(input)} × ${weight} = ${formatSigned(value)}`);
    });
  return [
    { title: 'Multiply every input by its weight', contents: products },
    {
      title: 'Add all products and the bias',
      contents: [termList(sum.terms, sum.bias, sum.total, nameOf)],
    },
    isClass
      ? {
          title: 'Turn scores into probabilities',
          contents: [
            line(
              `e^(${formatNumber(sum.total)} / ${formatNumber(temperature)}), divided by the sum over all classes: ` +
                percent(prediction.probabilities[selection.unit]),
            ),
          ],
        }
      : reluStep(sum.total),
  ];
}

function reluStep(total: number): Step {
  return {
    title: 'Replace negative values by zero (ReLU)',
    contents: [line(`max(0, ${formatNumber(total)}) = ${formatNumber(Math.max(0, total))}`)],
  };
}

/** The strongest terms, the sum of the others, the bias and the total. */
function termList(
  terms: readonly Term[],
  bias: number,
  total: number,
  nameOf: (index: number) => string,
): HTMLElement {
  const sorted = byStrength(terms);
  const shown = sorted.slice(0, SHOWN_TERMS);
  const rest = sorted.slice(SHOWN_TERMS);
  const rows: [string, number][] = shown.map(({ index, value }) => [nameOf(index), value]);
  if (rest.length > 0) {
    rows.push([`${rest.length} others`, rest.reduce((sum, { value }) => sum + value, 0)]);
  }
  rows.push(['bias', bias]);
  return element(
    'dl',
    { className: 'terms' },
    ...rows.flatMap(([name, value]) => [
      element('dt', {}, name),
      element('dd', {}, formatSigned(value)),
    ]),
    element('dt', { className: 'total' }, 'sum'),
    element('dd', { className: 'total' }, formatNumber(total)),
  );
}

function byStrength(terms: readonly Term[]): Term[] {
  return terms.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

/** The source of an input channel of a block's last convolution. */
function channelName({ analysis }: Snapshot, block: number, channel: number): string {
  const count = analysis.inputs[block].length;
  if (count > 1) return `filter ${channel + 1} of convolution ${count - 1} in this block`;
  return block === 0 ? 'your drawing' : `filter ${channel + 1} of block ${block}`;
}

function line(text: string): HTMLElement {
  return element('p', {}, text);
}
