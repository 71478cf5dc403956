// Ops that move elements: views, joins, gathering, masks, padding. A view takes no time of its own;
// its cases double the result, so that every element is moved once.

import {
  add,
  chunk,
  concat,
  expand,
  flatten,
  flip,
  gather,
  gatherRows,
  indexSelect,
  maskedFill,
  oneHot,
  pad,
  permute,
  reshape,
  roll,
  scaleShift,
  scatterAdd,
  slice,
  split,
  squeeze,
  stack,
  transpose,
  tril,
  triu,
  unsqueeze,
  type Tensor,
} from '../../../src/index.js';
import { flags, floats, indices, op, type OpCase, type Sizes } from '../case.js';

const doubled = (x: Tensor): Tensor => scaleShift(x, 2, 0);

const TIMES_2 = { detail: 'times 2' };

// prettier-ignore
export function arrangementCases({ n, side, batch, channels, pixels }: Sizes): OpCase[] {
  const matrix = [floats([side, side])];
  const images = [floats([batch, channels, pixels, pixels])];
  const half = side / 2;
  const quarter = side / 4;
  const halves = [floats([half, side]), floats([half, side])];
  const columns = [floats([side, half]), floats([side, half])];
  return [
    op('reshape', matrix, ([a]) => doubled(reshape(a, [n])), `a.reshape(${n}) * 2`, TIMES_2),
    op('flatten', images, ([a]) => doubled(flatten(a)), 'a.flatten(1) * 2', TIMES_2),
    op('unsqueeze', matrix, ([a]) => doubled(unsqueeze(a, 1)), 'a.unsqueeze(1) * 2', TIMES_2),
    op('squeeze', [floats([side, 1, side])], ([a]) => doubled(squeeze(a)), 'a.squeeze() * 2', TIMES_2),
    op('transpose', matrix, ([a]) => doubled(transpose(a, 0, 1)), '(a.transpose(0, 1) * 2).contiguous()', TIMES_2),
    op('permute', images, ([a]) => doubled(permute(a, [0, 2, 3, 1])), '(a.permute(0, 2, 3, 1) * 2).contiguous()', TIMES_2),
    op('expand', [floats([side, 1])], ([a]) => doubled(expand(a, [side, side])), `a.expand(${side}, ${side}) * 2`, TIMES_2),
    op('slice', matrix, ([a]) => doubled(slice(a, 1, 0, half)), `a.narrow(1, 0, ${half}) * 2`, TIMES_2),
    op('slice', matrix, ([a]) => concat(Array.from({ length: side }, (_, i) => slice(a, 0, i, i + 1))),
      `torch.cat([a.narrow(0, i, 1) for i in range(${side})])`, { detail: 'every row, concat' }),
    op('split', matrix, ([a]) => add(...(split(a, half, 1) as [Tensor, Tensor])),
      `torch.add(*torch.split(a, ${half}, 1))`, { detail: 'axis 1, add' }),
    op('chunk', matrix, ([a]) => add(...(chunk(a, 2) as [Tensor, Tensor])),
      'torch.add(*torch.chunk(a, 2))', { detail: 'axis 0, add' }),
    op('concat', halves, ([a, b]) => concat([a, b]), 'torch.cat([a, b])', { detail: 'axis 0' }),
    op('concat', columns, ([a, b]) => concat([a, b], 1), 'torch.cat([a, b], 1)', { detail: 'axis 1' }),
    op('stack', halves, ([a, b]) => stack([a, b]), 'torch.stack([a, b])'),
    op('flip', matrix, ([a]) => doubled(flip(a, 1)), 'a.flip(1) * 2', TIMES_2),
    op('roll', matrix, ([a]) => roll(a, 5, 1), 'a.roll(5, 1)', { detail: 'axis 1' }),
    op('pad', matrix, ([a]) => pad(a, [1, 1, 1, 1]), 'F.pad(a, [1, 1, 1, 1])', { detail: 'constant' }),
    op('pad', images, ([a]) => pad(a, [1, 1, 1, 1], { mode: 'reflect' }),
      'F.pad(a, [1, 1, 1, 1], "reflect")', { detail: 'reflect' }),

    op('gatherRows', [floats([n / 64, 64]), indices([n / 64], n / 64)], ([a, b]) => gatherRows(a, b), 'F.embedding(b, a)'),
    op('gather', [...matrix, indices([side, side], side)], ([a, b]) => gather(a, 1, b), 'a.gather(1, b)', { detail: 'axis 1' }),
    op('scatterAdd', [...matrix, indices([side, side], side), ...matrix],
      ([a, b, c]) => scatterAdd(a, 0, b, c), 'a.scatter_add(0, b, c)', { detail: 'axis 0' }),
    op('indexSelect', [...matrix, indices([side], side)], ([a, b]) => indexSelect(a, 0, b),
      'a.index_select(0, b)', { detail: 'axis 0' }),
    op('indexSelect', [...matrix, indices([quarter], side)], ([a, b]) => indexSelect(a, 1, b),
      'a.index_select(1, b)', { detail: 'axis 1' }),

    op('maskedFill', [floats([n]), flags([n])], ([a, b]) => maskedFill(a, b, -1), 'a.masked_fill(b, -1)'),
    op('oneHot', [indices([n / 64], 64)], ([a]) => oneHot(a, 64), 'F.one_hot(a, 64)'),
    op('tril', matrix, ([a]) => tril(a), 'torch.tril(a)'),
    op('triu', matrix, ([a]) => triu(a), 'torch.triu(a)'),
  ];
}
