// PyTorch files with a malicious or damaged pickle, for `inkgrad eval --model`. Each is rejected
// with the reason, and no code in it runs (the harness looks for new files). The files are built
// byte by byte.

import {
  call,
  dict,
  integer,
  name,
  text,
  type Pickled,
} from '../../src/app/formats/pickleWriter.js';
import { float32, ORDERED_DICT, pth, stateDict, tensor } from '../formats/support.js';
import { describeHostile, evaluating, type HostileInput } from './models.js';

const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);
const ten = { 'data/0': float32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) };
const x = tensor({ length: 10, shape: [10], stride: [1] });

/** Raw opcodes between a pickle's first and last instruction. */
const raw = (...codes: readonly number[]): Uint8Array => Uint8Array.of(0x80, 2, ...codes, 0x2e);

/** A dict with a state dict and one more entry. */
const withExtra = (extra: Pickled): Promise<Uint8Array> =>
  pth(dict([[text('model_state_dict'), stateDict({ x })], [text('extra'), extra]]), ten); // prettier-ignore

/** Nested lists, each contained twice in the next: 2^60 leaves in a few hundred bytes. */
function memoBomb(): Uint8Array {
  const levels = Array.from({ length: 60 }, (_, level) => [
    0x5d,
    0x71,
    level + 1,
    0x28,
    0x68,
    level,
    0x68,
    level,
    0x65,
  ]);
  return raw(0x5d, 0x71, 0, ...levels.flat());
}

const system = call(name('os', 'system'), text('touch harmed'));
const millionDicts = Uint8Array.from([0x80, 2, ...new Uint8Array(1_000_000).fill(0x7d), 0x2e]);

const inputs: readonly HostileInput[] = [
  // pickles that try to run code
  [
    'runs os.system',
    await pth(system),
    /requests the global "os\.system", which weights do not need; it was not executed/,
  ],
  ['runs os.system after valid weights', await withExtra(system), /"os\.system"/],
  ['runs builtins.eval', await pth(call(name('builtins', 'eval'), text('1'))), /"builtins\.eval"/],
  [
    'names an allowed function by STACK_GLOBAL, under another module',
    await pth(raw(0x8c, 2, 111, 115, 0x8c, 6, ...utf8('system'), 0x93)),
    /"os\.system"/,
  ],
  [
    'creates an object by INST',
    await pth(raw(0x28, 0x69, ...utf8('os\nsystem\n'))),
    /instruction 0x69 at byte 3/,
  ],
  ['creates an object by NEWOBJ', await pth(raw(...ORDERED_DICT, 0x29, 0x81)), /instruction 0x81/],
  ['uses a registered extension', await pth(raw(0x82, 1)), /instruction 0x82/],
  [
    'calls a string',
    await pth(raw(...text('os.system'), 0x29, 0x52)),
    /calls the string "os\.system"/,
  ],
  [
    'calls a storage class',
    await pth(raw(...name('torch', 'FloatStorage'), 0x29, 0x52)),
    /calls the global torch\.FloatStorage/,
  ],
  ['sets attributes of a tensor', await pth(stateDict({ x: [...x, ...dict([[text('shape'), integer(1)]]), 0x62] }), ten), /sets attributes of a tensor/], // prettier-ignore
  // pickles that try to use up memory
  [
    'doubles a list sixty times',
    await pth(memoBomb()),
    /contains a list, expected a dict of tensors/,
  ],
  ['has a million instructions', await pth(millionDicts), /more than 500000 instructions/],
  [
    'contains itself',
    await pth(raw(0x7d, 0x71, 0, ...text('model'), 0x68, 0, 0x73)),
    /"model" of model is a dict, expected a tensor/,
  ],
  [
    'claims a string of 4 GB',
    await pth(raw(0x58, 255, 255, 255, 255)),
    /needs 4294967295 bytes at byte 7, but only 1 are left/,
  ],
  [
    'claims a string of 2^63 bytes',
    await pth(raw(0x8d, 0, 0, 0, 0, 0, 0, 0, 128)),
    /needs 9223372036854776000 bytes/,
  ],
  [
    'contains an integer of 200 bytes',
    await pth(raw(0x8a, 200, ...new Array<number>(200).fill(1))),
    /an integer has 200 bytes/,
  ],
  ['pops from an empty stack', await pth(raw(0x73)), /pops a value from an empty stack/],
  [
    'gets an unset memo entry',
    await pth(raw(0x6a, 255, 255, 255, 127)),
    /reads memo entry 2147483647/,
  ],
  ['ends in the middle', await pth(raw(0x58).subarray(0, 3)), /pickle: needs 4 bytes at byte 3/],
];

describeHostile('pickle', evaluating('bad.pth', inputs), [
  'runs os.system',
  'doubles a list sixty times',
  'has a million instructions',
  'claims a string of 4 GB',
]);
