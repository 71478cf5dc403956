// Matrix products, convolutions, pooling and interpolation.

import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  conv1d,
  conv2d,
  convTranspose1d,
  convTranspose2d,
  einsum,
  globalAvgPool2d,
  interpolate,
  linear,
  matmul,
  maxPool1d,
  maxPool2d,
} from '../../../src/index.js';
import { floats, op, type OpCase, type Sizes } from '../case.js';

// prettier-ignore
export function productCases({ side, batch, channels, pixels }: Sizes): OpCase[] {
  const [head, length] = [side / 16, side / 8];
  const square = floats([side, side]);
  const weight = (...kernel: number[]) => floats([channels, channels, ...kernel], -0.1, 0.1);
  const bias = floats([channels]);
  const images = floats([batch, channels, pixels, pixels]);
  const halfImages = floats([batch, channels, pixels / 2, pixels / 2]);
  const lines = floats([batch, channels, side]);
  const halfLines = floats([batch, channels, side / 2]);
  return [
    op('matmul', [square, square], ([a, b]) => matmul(a, b), 'a @ b'),
    op('matmul', [floats([head, length, length]), floats([head, length, length])], ([a, b]) => matmul(a, b), 'a @ b', { detail: 'batched' }),
    op('einsum', [floats([batch, 8, length, head]), floats([batch, 8, length, head])],
      ([a, b]) => einsum('bhqd,bhkd->bhqk', a, b), 'torch.einsum("bhqd,bhkd->bhqk", a, b)'),
    op('linear', [square, square, floats([side])], ([a, b, c]) => linear(a, b, c), 'F.linear(a, b, c)'),

    op('conv2d', [images, weight(3, 3), bias], ([a, b, c]) => conv2d(a, b, c, { padding: 1 }),
      'F.conv2d(a, b, c, padding=1)', { detail: '3x3' }),
    op('conv2d', [images, weight(3, 3), bias], ([a, b, c]) => conv2d(a, b, c, { padding: 1, stride: 2 }),
      'F.conv2d(a, b, c, padding=1, stride=2)', { detail: '3x3, stride 2' }),
    op('conv2d', [images, weight(5, 5), bias], ([a, b, c]) => conv2d(a, b, c, { padding: 2 }),
      'F.conv2d(a, b, c, padding=2)', { detail: '5x5' }),
    op('conv2d', [images, weight(1, 1), bias], ([a, b, c]) => conv2d(a, b, c), 'F.conv2d(a, b, c)', { detail: '1x1' }),
    op('conv2d', [images, floats([channels, 1, 3, 3]), bias], ([a, b, c]) => conv2d(a, b, c, { padding: 1, groups: channels }),
      `F.conv2d(a, b, c, padding=1, groups=${channels})`, { detail: 'depthwise 3x3' }),
    op('conv2d', [images, floats([channels, channels / 4, 3, 3]), bias], ([a, b, c]) => conv2d(a, b, c, { padding: 1, groups: 4 }),
      'F.conv2d(a, b, c, padding=1, groups=4)', { detail: '3x3, 4 groups' }),
    op('convTranspose2d', [halfImages, weight(4, 4), bias], ([a, b, c]) => convTranspose2d(a, b, c, { padding: 1, stride: 2 }),
      'F.conv_transpose2d(a, b, c, padding=1, stride=2)', { detail: '4x4, stride 2' }),
    op('conv1d', [lines, weight(5), bias], ([a, b, c]) => conv1d(a, b, c, { padding: 2 }), 'F.conv1d(a, b, c, padding=2)', { detail: 'width 5' }),
    op('convTranspose1d', [halfLines, weight(4), bias], ([a, b, c]) => convTranspose1d(a, b, c, { padding: 1, stride: 2 }),
      'F.conv_transpose1d(a, b, c, padding=1, stride=2)', { detail: 'width 4, stride 2' }),

    op('maxPool2d', [images], ([a]) => maxPool2d(a, { window: 2 }), 'F.max_pool2d(a, 2)', { detail: '2x2' }),
    op('maxPool2d', [images], ([a]) => maxPool2d(a, { window: 3, stride: 2, padding: 1 }),
      'F.max_pool2d(a, 3, 2, 1)', { detail: '3x3, stride 2' }),
    op('avgPool2d', [images], ([a]) => avgPool2d(a, { window: 2 }), 'F.avg_pool2d(a, 2)', { detail: '2x2' }),
    op('globalAvgPool2d', [images], ([a]) => globalAvgPool2d(a), 'F.adaptive_avg_pool2d(a, 1)'),
    op('adaptiveAvgPool2d', [images], ([a]) => adaptiveAvgPool2d(a, 7), 'F.adaptive_avg_pool2d(a, 7)', { detail: '7x7' }),
    op('adaptiveMaxPool2d', [images], ([a]) => adaptiveMaxPool2d(a, 7), 'F.adaptive_max_pool2d(a, 7)', { detail: '7x7' }),
    op('maxPool1d', [lines], ([a]) => maxPool1d(a, { window: 2 }), 'F.max_pool1d(a, 2)', { detail: 'width 2' }),
    op('avgPool1d', [lines], ([a]) => avgPool1d(a, { window: 2 }), 'F.avg_pool1d(a, 2)', { detail: 'width 2' }),
    op('adaptiveAvgPool1d', [lines], ([a]) => adaptiveAvgPool1d(a, 100), 'F.adaptive_avg_pool1d(a, 100)', { detail: 'size 100' }),
    op('adaptiveMaxPool1d', [lines], ([a]) => adaptiveMaxPool1d(a, 100), 'F.adaptive_max_pool1d(a, 100)', { detail: 'size 100' }),
    op('interpolate', [halfImages], ([a]) => interpolate(a, { scaleFactor: 2 }), 'F.interpolate(a, scale_factor=2)', { detail: 'nearest' }),
    op('interpolate', [halfImages], ([a]) => interpolate(a, { scaleFactor: 2, mode: 'bilinear' }),
      'F.interpolate(a, scale_factor=2, mode="bilinear", align_corners=False)', { detail: 'bilinear' }),
  ];
}
