// Attention: threads divide the heads of all examples (kernels/simd/attention.ts).

import type { AttentionConstants } from '../../ops/attention.js';
import type { RoutineOverride } from './machine.js';

/** Multiply-adds below which one thread computes all heads, as in matmul.ts. */
const MIN_MULTIPLY_ADDS = 500_000;

/** Sizes and layout in the order of the arguments of the SIMD functions. */
const sizes = (c: AttentionConstants) =>
  [
    ...([c.batch, c.heads, c.queries, c.keys, c.size, c.valueSize] as const),
    c.lengthFirst + 2 * c.packed + 4 * c.causal,
  ] as const;

/** Addresses of query, key and value: of three arrays, or of the parts of one. */
function operandAddresses(
  addresses: readonly number[],
  { packed, heads, size }: AttentionConstants,
): readonly [query: number, key: number, value: number] {
  const [query] = addresses;
  const part = 4 * heads * size;
  return packed === 1
    ? [query, query + part, query + 2 * part]
    : [query, addresses[1], addresses[2]];
}

/** Heads below which dividing them costs more than it saves. */
const minHeads = ({ queries, keys, size, valueSize }: AttentionConstants): number =>
  Math.ceil(MIN_MULTIPLY_ADDS / (queries * keys * (size + valueSize)));

export const attentionRoutines: Readonly<Record<string, RoutineOverride>> = {
  attentionForward: (machine, inputs, { constants, scalars: { scale }, lengths }) => {
    const c = constants as AttentionConstants;
    const from = inputs.map((input) => machine.rowMajor(input));
    const outputs = lengths.map((length) => machine.allocate(length));
    const [out, statistics] = outputs.map(({ address }) => address);
    const bytes = machine.simd.attentionScratch(c.keys, c.size, c.valueSize);
    machine.withScratch([(machine.threads * bytes) / 4], (scratch) => {
      machine.parallel(
        'attentionForward',
        [...operandAddresses(from, c), out, statistics, ...sizes(c), scale, scratch],
        c.batch * c.heads,
        { minUnits: minHeads(c), scratch: { argument: 13, bytes } },
      );
    });
    return outputs;
  },
  attentionBackward: (machine, inputs, { constants, scalars: { scale }, lengths }) => {
    const c = constants as AttentionConstants;
    const [grad, out, statistics, ...from] = inputs.map((input) => machine.rowMajor(input));
    const outputs = lengths.map((length) => machine.allocate(length));
    const to = outputs.map(({ address }) => address);
    const bytes = machine.simd.attentionGradScratch(c.queries, c.keys, c.size, c.valueSize);
    machine.withScratch([(machine.threads * bytes) / 4], (scratch) => {
      machine.parallel(
        'attentionBackward',
        [
          ...([grad, ...operandAddresses(from, c), out, statistics] as const),
          ...([...operandAddresses(to, c), ...sizes(c), scale, scratch] as const),
        ],
        c.batch * c.heads,
        { minUnits: minHeads(c), scratch: { argument: 17, bytes } },
      );
    });
    return outputs;
  },
};
