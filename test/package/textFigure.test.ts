// The figures of the examples, by hand.

import { expect, it } from 'vitest';
import { blockImage, sideBySide, textImage } from '../../examples/support/textFigure.js';

it('textImage shows the mean of two rows, clamped', () => {
  expect(textImage([0, 1, 0.5, 0, 1, 0.5], 3)).toEqual([' @+']);
  expect(textImage([-1, 2, -1, 2, 0, 1], 2)).toEqual([' @', ' @']); // the last row counts alone
  expect(textImage([1, 0, 0, 1, 1, 0, 0, 1], 2, 2)).toEqual(['+']);
});

it('blockImage shows two rows per line', () => {
  expect(blockImage([0, 1, 0, 1, 0, 0, 1, 1], 4)).toEqual([' ▀▄█']);
  expect(blockImage([1, 1, 0, 1, 1, 1], 2)).toEqual(['▀█', '▀▀']);
  expect(blockImage([1, 1, 1, 0, 0, 0, 0, 0], 2, 2)).toEqual(['▀']);
});

it('sideBySide pads the blocks and no line at its end', () => {
  expect(sideBySide([['a', 'bcd'], ['1'], ['x', 'y', 'z']])).toBe(
    'a    1  x\nbcd     y\n        z',
  );
  expect(sideBySide([['ab'], [' ']], 1)).toBe('ab');
});
