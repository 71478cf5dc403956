// Rows of the ops for sequences: LSTM, GRU and attention.

import { attentionOp } from '../../../src/engine/ops/attention.js';
import { gruOp } from '../../../src/engine/ops/gru.js';
import { lstmOp } from '../../../src/engine/ops/lstm.js';
import { type OpRow, magnitude, symmetric } from './shared.js';

const recurrentRow =
  (name: 'lstm' | 'gru'): OpRow =>
  (p, d) => {
    const [gates, stateCount] = name === 'lstm' ? [4, 2] : [3, 1];
    const [steps, batch, hidden] = [d.between(1, 3), d.between(1, 3), d.oneOf([1, 2, 3, 5])];
    const reversed = d.chance(2);
    const inputs = [
      p.ofShape(d, [steps, batch, gates * hidden]),
      p.ofShape(d, [gates * hidden, hidden]),
      ...Array.from({ length: stateCount }, () => p.ofShape(d, [batch, hidden])),
      ...(d.chance(3) ? [] : [p.ofShape(d, [gates * hidden])]),
    ];
    const slots = [steps + 1, batch, hidden];
    // A cell state grows by at most 1 in every step.
    const limit = Math.max(1, ...inputs.slice(2, 2 + stateCount).map(magnitude)) + steps;
    const result = { shape: name === 'lstm' ? [2, ...slots] : slots, range: symmetric(limit) };
    const op = name === 'lstm' ? lstmOp : gruOp;
    return p.op(name, inputs, `reversed ${reversed}`, result, (tensors) =>
      op(tensors, { reversed }),
    );
  };

const attentionRow: OpRow = (p, d) => {
  const [batch, queries, keys] = [d.between(1, 2), d.between(1, 4), d.between(1, 5)];
  const [heads, size, valueSize] = [d.between(1, 2), d.between(1, 3), d.between(1, 3)];
  const lengthFirst = d.chance(2);
  const shapeOf = (length: number, width: number): number[] =>
    lengthFirst ? [length, batch, heads * width] : [batch, length, heads * width];
  const [query, key, value] = [
    p.ofShape(d, shapeOf(queries, size)),
    p.ofShape(d, shapeOf(keys, size)),
    p.ofShape(d, shapeOf(keys, valueSize)),
  ];
  // Scores of at most 4.
  const scale = Math.min(1, 4 / Math.max(1, size * magnitude(query) * magnitude(key)));
  const attributes = { heads, lengthFirst, causal: d.chance(2), scale };
  const result = { shape: shapeOf(queries, valueSize), range: symmetric(magnitude(value)) };
  return p.op('attention', [query, key, value], JSON.stringify(attributes), result, (tensors) =>
    attentionOp(tensors, attributes),
  );
};

export const sequenceRows: Readonly<Record<string, OpRow>> = {
  lstm: recurrentRow('lstm'),
  gru: recurrentRow('gru'),
  attention: attentionRow,
};
