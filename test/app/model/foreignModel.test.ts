// Tests model files of other programs: safetensors with arrays only, wrappers of networks, missing
// counters, and formats that cannot be read.

import { describe, expect, it } from 'vitest';
import { readContents } from '../../../src/app/model/modelContents.js';
import { withoutWrappers } from '../../../src/app/formats/wrapperNames.js';
import { decodeSafetensors, encodeSafetensors, loadState } from '../../../src/nn/index.js';

const zeros = (...shape: number[]) => ({
  shape,
  data: new Float32Array(shape.reduce((size, n) => size * n, 1)),
});

describe('safetensors without metadata', () => {
  it('get the classes of the EMNIST split with as many, bare names, and counters', async () => {
    const bytes = encodeSafetensors(
      {
        'module._orig_mod.fc_layers.3.bias': zeros(26),
        'module._orig_mod.conv_layers.1.running_var': zeros(32),
      },
      { format: 'pt' },
    );
    const { format, safetensors } = await readContents('other', bytes);
    const extra = loadState(safetensors).extra as { classes: string[] };
    expect([format, extra.classes.join('')]).toEqual(['safetensors', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ']);
    const { tensors } = decodeSafetensors(safetensors);
    expect(Object.keys(tensors).sort()).toEqual([
      'conv_layers.1.num_batches_tracked',
      'conv_layers.1.running_var',
      'fc_layers.3.bias',
    ]);
    expect(tensors['conv_layers.1.num_batches_tracked']).toEqual(zeros());
  });

  it.each([
    [{ 'fc_layers.3.bias': zeros(12) }, /no EMNIST split has 12 classes/],
    [{ 'head.bias': zeros(47) }, /no fc_layers\.3\.bias; it is not the character network/],
  ])('are rejected without a matching layer', async (arrays, message) => {
    await expect(readContents('other', encodeSafetensors(arrays))).rejects.toThrow(message);
  });
});

it.each([
  [
    ['module.a', 'module.b'],
    ['a', 'b'],
  ],
  [
    ['_orig_mod.module.a.w', '_orig_mod.module.a.b'],
    ['a.w', 'a.b'],
  ],
  [
    ['model.net.a', 'model.net.b'],
    ['a', 'b'],
  ],
  [
    ['a._orig_mod.w', 'b'],
    ['a.w', 'b'],
  ],
  [
    ['module.a', 'b'],
    ['module.a', 'b'],
  ],
  [
    ['a._orig_mod.w', 'a.w'],
    ['a._orig_mod.w', 'a.w'],
  ], // would be equal
  [['my_orig_mod.w'], ['my_orig_mod.w']],
  [[], []],
])('the names %j without wrappers are %j', (names, bare) => {
  expect(withoutWrappers(names)).toEqual(bare);
});

it.each([
  ['\x08\x07\x12\x07inkgrad:', 'an ONNX file'],
  ['\x08\x08\x1a\x052.3.0:', 'an ONNX file'],
  ['\x89HDF\r\n\x1a\n', 'an HDF5 file'],
  ['\x1c\0\0\0TFL3', 'a TensorFlow Lite file'],
])('the file %j is rejected as %s', async (beginning, kind) => {
  const bytes = Uint8Array.from(beginning.padEnd(64, '\0'), (character) => character.charCodeAt(0));
  await expect(readContents('net', bytes)).rejects.toThrow(`model net: it is ${kind}`);
});
