// Einstein summation: products of tensors whose axes are named by letters. An equation is lowered to
// permute, reshape, slice, sum, mul and matmul, so it needs neither a kernel nor a gradient.

import { ArgumentError, ShapeError } from '../errors.js';
import { describeValue } from '../options.js';
import { format, sizeOf } from '../shape.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { mul } from './arithmetic.js';
import { matmul } from './matmul.js';
import { sum } from './reduce.js';
import { expand, permute, reshape, slice } from './view.js';

/** The name of an axis: a letter, or `...2` for the axis of an ellipsis that is 2 from its end. */
type Label = string;

/** A tensor and the names of its axes. */
interface Labeled {
  readonly x: Tensor;
  readonly labels: readonly Label[];
}

interface Equation {
  /** For each operand, one label per axis; labels may repeat. */
  readonly inputs: readonly (readonly Label[])[];
  readonly output: readonly Label[];
}

/** Splits `ab...c` into letters, with the ellipsis as one entry. */
function parseTerm(term: string, equation: string): string[] {
  const parts = term.match(/\.\.\.|[A-Za-z]/g) ?? [];
  const isEllipsis = (part: string): boolean => part === '...';
  if (parts.join('') !== term || parts.filter(isEllipsis).length > 1) {
    throw new ArgumentError(
      `einsum: "${term}" of "${equation}" must consist of letters and at most one "..."`,
    );
  }
  return parts;
}

const ellipsisLabels = (count: number): Label[] =>
  Array.from({ length: count }, (_, i) => `...${count - i}`);

/** The labels of one operand; an ellipsis stands for the axes that have no letter. */
function labelsOf(parts: readonly string[], x: Tensor, index: number, term: string): Label[] {
  const letters = parts.filter((part) => part !== '...').length;
  const rest = x.shape.length - letters;
  if (rest < 0 || (rest > 0 && !parts.includes('...'))) {
    throw new ShapeError(
      `einsum: "${term}" names ${letters} axes, operand ${index} has ${x.shape.length} ` +
        `(${format(x.shape)})`,
    );
  }
  return parts.flatMap((part) => (part === '...' ? ellipsisLabels(rest) : [part]));
}

/** @throws ArgumentError for an invalid equation; ShapeError if it does not fit the operands */
function parse(equation: string, operands: readonly Tensor[]): Equation {
  const sides = equation.replaceAll(' ', '').split('->');
  const terms = sides[0].split(',');
  if (sides.length > 2 || terms.length !== operands.length) {
    throw new ArgumentError(
      `einsum: "${equation}" must describe ${operands.length} operands, as in "ij,jk->ik"`,
    );
  }
  const inputs = terms.map((term, index) =>
    labelsOf(parseTerm(term, equation), operands[index], index, term),
  );
  const all = inputs.flat();
  const broadcast = ellipsisLabels(
    Math.max(0, ...inputs.map((labels) => labels.filter((l) => l.startsWith('...')).length)),
  );
  if (sides.length === 1) {
    // Implicit output: the letters that occur once, in the order of their character codes.
    const once = all.filter((label) => !label.startsWith('...') && count(all, label) === 1);
    return { inputs, output: [...broadcast, ...once.sort()] };
  }
  const output = parseTerm(sides[1], equation).flatMap((part) =>
    part === '...' ? broadcast : [part],
  );
  for (const label of output) {
    if (!all.includes(label) || count(output, label) > 1) {
      throw new ArgumentError(
        `einsum: "${label}" of the output of "${equation}" must occur in an operand, and once in ` +
          'the output',
      );
    }
  }
  return { inputs, output };
}

const count = (labels: readonly Label[], label: Label): number =>
  labels.filter((one) => one === label).length;

const axesOf = ({ labels }: Labeled, wanted: readonly Label[]): number[] =>
  wanted.map((label) => labels.indexOf(label));

const sizesOf = (operand: Labeled, wanted: readonly Label[]): number[] =>
  axesOf(operand, wanted).map((axis) => operand.x.shape[axis]);

/** The operand with its axes in the order `labels`, which contains each once. */
function ordered(operand: Labeled, labels: readonly Label[]): Tensor {
  const order = axesOf(operand, labels);
  return order.every((axis, index) => axis === index) ? operand.x : permute(operand.x, order);
}

/** The diagonal of every label that names two axes: [..., n, n] -> [..., n]. */
function diagonal(operand: Labeled): Labeled {
  const { x, labels } = operand;
  const second = labels.findIndex((label, axis) => labels.indexOf(label) < axis);
  if (second < 0) return operand;
  const first = labels.indexOf(labels[second]);
  const size = x.shape[first];
  if (x.shape[second] !== size) {
    throw new ShapeError(
      `einsum: "${labels[second]}" names axes of sizes ${size} and ${x.shape[second]} of one ` +
        `operand (${format(x.shape)})`,
    );
  }
  const rest = [...labels.keys()].filter((axis) => axis !== first && axis !== second);
  const shape = rest.map((axis) => x.shape[axis]);
  const squares = reshape(permute(x, [...rest, first, second]), [...shape, size * size]);
  const taken = slice(squares, -1, 0, size * size, size + 1);
  const kept = [...rest.map((axis) => labels[axis]), labels[first]];
  return diagonal({ x: taken, labels: kept });
}

/** Sums over the axes whose label is not in `needed`. */
function sumOthers(operand: Labeled, needed: ReadonlySet<Label>): Labeled {
  const axes = [...operand.labels.keys()].filter((axis) => !needed.has(operand.labels[axis]));
  if (axes.length === 0) return operand;
  const labels = operand.labels.filter((label) => needed.has(label));
  return { x: sum(operand.x, { axes }), labels };
}

/** Expands axes of size 1 whose label is larger in the other operand. */
function matched(operand: Labeled, other: Labeled): Labeled {
  const shape = operand.labels.map((label, axis) => {
    const otherAxis = other.labels.indexOf(label);
    const [size, otherSize] = [operand.x.shape[axis], other.x.shape[otherAxis] ?? 1];
    if (size !== otherSize && size !== 1 && otherSize !== 1) {
      throw new ShapeError(
        `einsum: "${label}" has sizes ${size} and ${otherSize} ` +
          `(${format(operand.x.shape)} and ${format(other.x.shape)})`,
      );
    }
    return size === 1 ? otherSize : size;
  });
  return { x: expand(operand.x, shape), labels: operand.labels };
}

/** The product of two operands, summed over the common labels that are not in `needed`. */
function contract(left: Labeled, right: Labeled, needed: ReadonlySet<Label>): Labeled {
  const [a, b] = [matched(left, right), matched(right, left)];
  const common = a.labels.filter((label) => b.labels.includes(label));
  const batch = common.filter((label) => needed.has(label));
  const inner = common.filter((label) => !needed.has(label));
  const rows = a.labels.filter((label) => !common.includes(label));
  const columns = b.labels.filter((label) => !common.includes(label));
  const labels = [...batch, ...rows, ...columns];
  const shape = [...sizesOf(a, batch), ...sizesOf(a, rows), ...sizesOf(b, columns)];
  const [size, n, k, m] = [
    sizeOf(sizesOf(a, batch)),
    sizeOf(sizesOf(a, rows)),
    sizeOf(sizesOf(a, inner)),
    sizeOf(sizesOf(b, columns)),
  ];
  const operandA = ordered(a, [...batch, ...rows, ...inner]);
  const operandB = ordered(b, [...batch, ...inner, ...columns]);
  const product =
    inner.length === 0
      ? mul(reshape(operandA, [size, n, 1]), reshape(operandB, [size, 1, m]))
      : matmul(reshape(operandA, [size, n, k]), reshape(operandB, [size, k, m]));
  return { x: reshape(product, shape), labels };
}

/**
 * Sum of products of tensors, in the notation of Einstein: `einsum('ij,jk->ik', a, b)` is the matrix
 * product.
 *
 * Every axis of an operand has a letter, in the order of its axes. Axes with one letter have one
 * size (or 1, which is repeated) and are multiplied element by element; those that the output omits
 * are summed. A letter that occurs twice in one operand takes the diagonal. `...` stands for all axes
 * without a letter, which broadcast. Without `->`, the output consists of the axes of `...`, then the
 * letters that occur once, in alphabetical order, capitals first.
 *
 * Operands are multiplied from left to right, with `matmul` where an axis is summed.
 *
 * @throws ArgumentError for an invalid equation
 * @throws ShapeError if the equation does not fit the shapes
 * @see https://pytorch.org/docs/stable/generated/torch.einsum.html
 * @example
 * print(await scope(() => einsum('ii->', tensor([[1, 2], [3, 4]])).data())); // [5]
 * print(await scope(() => einsum('i,j->ij', tensor([1, 2]), ones([2])).data())); // [1, 1, 2, 2]
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor {
  if (typeof equation !== 'string') {
    throw new ArgumentError(
      `einsum: the first argument must be an equation such as "ij,jk->ik", got ${describeValue(equation)}`,
    );
  }
  operands.forEach((operand, index) => checkTensor(operand, `einsum: operand ${index}`));
  const { inputs, output } = parse(equation, operands);
  const labeled = operands.map((x, index) => diagonal({ x, labels: inputs[index] }));
  const neededAfter = (index: number): Set<Label> =>
    new Set([...output, ...labeled.slice(index + 1).flatMap(({ labels }) => labels)]);
  let result = labeled[0];
  for (const [index, next] of labeled.entries()) {
    if (index === 0) continue;
    // Labels of one of the two operands only are summed before the product.
    const needed = neededAfter(index);
    const left = sumOthers(result, new Set([...needed, ...next.labels]));
    const right = sumOthers(next, new Set([...needed, ...result.labels]));
    result = contract(left, right, needed);
  }
  return ordered(sumOthers(result, new Set(output)), output);
}
