// Rows of the differential tests: comparisons, masks, and ops that arrange elements.

import {
  chunk,
  eq,
  flip,
  ge,
  gt,
  isfinite,
  isinf,
  isnan,
  le,
  logicalAnd,
  logicalNot,
  logicalOr,
  lt,
  maskedFill,
  ne,
  oneHot,
  pad,
  roll,
  split,
  squeeze,
  stack,
  tril,
  triu,
  unsqueeze,
  zeros,
} from '../../src/engine/index.js';
import {
  argumentError,
  axisError,
  binary,
  option,
  type Operation,
  shapeError,
  unary,
} from './operation.js';

const triangle = (op: typeof tril, name: string): Operation => ({
  call: ([x], options) => op(x, option(options, 'diagonal')),
  errors: [
    shapeError(RegExp(`^${name}: needs matrices \\[..., rows, columns\\], got \\[3\\]`), () =>
      op(zeros([3])),
    ),
    argumentError(RegExp(`^${name}: diagonal must be a whole number, got 0.5`), () =>
      op(zeros([2, 2]), 0.5),
    ),
  ],
});

/** Comparisons, masks, and ops that arrange elements, by the name of their function. */
export const arrangementOperations: Readonly<Record<string, Operation>> = {
  eq: binary(eq, 'eq'),
  ne: binary(ne, 'ne'),
  lt: binary(lt, 'lt'),
  le: binary(le, 'le'),
  gt: binary(gt, 'gt'),
  ge: binary(ge, 'ge'),
  logicalAnd: {
    call: ([a, b]) => logicalAnd(a, b),
    errors: [
      shapeError(/cannot broadcast \[2\] with \[3\]/, () => logicalAnd(zeros([2]), zeros([3]))),
    ],
  },
  logicalOr: {
    call: ([a, b]) => logicalOr(a, b),
    errors: [
      shapeError(/cannot broadcast \[2\] with \[3\]/, () => logicalOr(zeros([2]), zeros([3]))),
    ],
  },
  logicalNot: unary(logicalNot),
  isnan: unary(isnan),
  isinf: unary(isinf),
  isfinite: unary(isfinite),

  maskedFill: {
    call: ([x, mask], options) => maskedFill(x, mask, option(options, 'value')),
    errors: [
      shapeError(/^maskedFill: mask: cannot expand \[3\] to \[2\]/, () =>
        maskedFill(zeros([2]), zeros([3]), 0),
      ),
      shapeError(/^maskedFill: mask: cannot expand \[2,2\] to \[2\]/, () =>
        maskedFill(zeros([2]), zeros([2, 2]), 0),
      ),
    ],
  },
  tril: triangle(tril, 'tril'),
  triu: triangle(triu, 'triu'),
  oneHot: {
    call: ([indices], options) => oneHot(indices, option(options, 'classes')),
    errors: [
      argumentError(/^oneHot: classes must be a whole number of at least 1, got 0/, () =>
        oneHot([0], 0),
      ),
      argumentError(/^oneHot: index 2 at index 1 must be a whole number from 0 to 1/, () =>
        oneHot([0, 2], 2),
      ),
    ],
  },

  unsqueeze: {
    call: ([x], options) => unsqueeze(x, option(options, 'axis')),
    errors: [
      shapeError(/^unsqueeze: axis 3 is out of range for an input with 3 axes/, () =>
        unsqueeze(zeros([2, 3]), 3),
      ),
      shapeError(/^unsqueeze: at most 8 axes, got 9 \(\[1,1,1,1,1,1,1,1,1\]\)/, () =>
        unsqueeze(zeros([1, 1, 1, 1, 1, 1, 1, 1]), 0),
      ),
    ],
  },
  squeeze: {
    call: ([x], { axes }) => squeeze(x, axes as number | undefined),
    errors: [axisError('squeeze', () => squeeze(zeros([2, 3]), 2))],
  },
  stack: {
    call: (parts, options) => stack(parts, option(options, 'axis')),
    errors: [
      shapeError(/^stack: shapes \[2,3\] and \[3,2\] differ/, () =>
        stack([zeros([2, 3]), zeros([3, 2])]),
      ),
      shapeError(/^stack: axis 2 is out of range/, () => stack([zeros([2])], 2)),
      argumentError(/^stack: needs at least one tensor/, () => stack([])),
    ],
  },
  split: {
    call: ([x], options) => split(x, option(options, 'sizes'), option(options, 'axis')),
    errors: [
      shapeError(/^split: sizes \[1,1\] add up to 2, but axis 1 of \[2,3\] has size 3/, () =>
        split(zeros([2, 3]), [1, 1], 1),
      ),
      argumentError(/^split: sizes must be a whole number of at least 1 .* got 0/, () =>
        split(zeros([2, 3]), 0),
      ),
      argumentError(/^split: sizes .* got \[3,-1\]/, () => split(zeros([2, 3]), [3, -1])),
      axisError('split', () => split(zeros([2, 3]), 1, 2)),
    ],
  },
  chunk: {
    call: ([x], options) => chunk(x, option(options, 'count'), option(options, 'axis')),
    errors: [
      argumentError(/^chunk: count must be a whole number of at least 1, got 0/, () =>
        chunk(zeros([2, 3]), 0),
      ),
      axisError('chunk', () => chunk(zeros([2, 3]), 1, 2)),
    ],
  },
  flip: {
    call: ([x], { axes }) => flip(x, axes as number[] | undefined),
    errors: [
      axisError('flip', () => flip(zeros([2, 3]), 2)),
      shapeError(/^flip: axes \[1,1\] contain a duplicate/, () => flip(zeros([2, 3]), [1, -1])),
    ],
  },
  roll: {
    call: ([x], { shifts, axes }) => roll(x, shifts as number[], axes as number[] | undefined),
    errors: [
      axisError('roll', () => roll(zeros([2, 3]), 1, 2)),
      argumentError(/^roll: needs one shift for each axis, got shifts \[1\] and axes \[0,1\]/, () =>
        roll(zeros([2, 3]), 1, [0, 1]),
      ),
      argumentError(/^roll: shifts must be a whole number or a list of them, got 0.5/, () =>
        roll(zeros([2]), 0.5),
      ),
    ],
  },
  pad: {
    call: ([x], { padding, ...options }) => pad(x, padding as number[], options),
    errors: [
      argumentError(/^pad: padding must be pairs of whole numbers .* got \[1\]/, () =>
        pad(zeros([2]), [1]),
      ),
      argumentError(
        /^pad: value must be a number, and only mode constant has one; got 1 with mode reflect/,
        () => pad(zeros([3]), [1, 1], { mode: 'reflect', value: 1 }),
      ),
      shapeError(/^pad: 2 pairs of padding \[1,1,1,1\] for 1 axes \(x \[2\]\)/, () =>
        pad(zeros([2]), [1, 1, 1, 1]),
      ),
      shapeError(/^pad: padding \[-2,-1\] removes more than the size of axis 0 of \[2\]/, () =>
        pad(zeros([2]), [-2, -1]),
      ),
      shapeError(/^pad: padding of mode reflect must be smaller than the size of axis 0/, () =>
        pad(zeros([2]), [0, 2], { mode: 'reflect' }),
      ),
      shapeError(/^pad: padding of mode circular must be at most the size of axis 0/, () =>
        pad(zeros([2]), [0, 3], { mode: 'circular' }),
      ),
      shapeError(/^pad: padding of mode replicate must be on an axis that is not empty/, () =>
        pad(zeros([0]), [0, 3], { mode: 'replicate' }),
      ),
    ],
  },
};
