// PyTorch files with false tensor metadata or a damaged archive, for `inkgrad eval --model`. Each
// is rejected with the reason. pickle.test.ts covers the pickle. The files are built byte by byte.

import { deflateRawSync } from 'node:zlib';
import {
  call,
  dict,
  FALSE,
  integer,
  list,
  name,
  persistent,
  text,
  tuple,
  type Pickled,
} from '../../src/app/formats/pickleWriter.js';
import { writeStoredArchive } from '../../src/app/formats/zipArchive.js';
import { float32, ORDERED_DICT, pth, stateDict, tensor } from '../formats/support.js';
import { describeHostile, evaluating, type HostileInput } from './models.js';

const utf8 = (content: string): Uint8Array => new TextEncoder().encode(content);
const ten = { 'data/0': float32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) };
const x = tensor({ length: 10, shape: [10], stride: [1] });
const good = await pth(stateDict({ x }), ten);

/** The valid file with some bytes changed after the text `find`. */
function changed(
  find: string,
  change: (bytes: Uint8Array, at: number) => void,
  from = good,
): Uint8Array {
  const bytes = Buffer.from(from);
  const at = bytes.lastIndexOf(find);
  if (at < 0) throw new Error(`the file has no ${find}`);
  change(bytes, at);
  return bytes;
}

/**
 * Writes a number of 32 bits at a distance from the central directory's entry whose name is `find`.
 */
const directory = (find: string, distance: number, value: number): Uint8Array =>
  changed(find, (bytes, at) =>
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at - 46 + distance, value, true),
  );

/** An archive whose deflated pickle expands from 8 KB to 8 MB of zeros. */
function zipBomb(): Uint8Array {
  const zeros = deflateRawSync(Buffer.alloc(2 ** 23));
  const member = Buffer.from('archive/data.pkl');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(zeros.length, 18);
  local.writeUInt32LE(2 ** 23, 22);
  local.writeUInt16LE(member.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  local.copy(entry, 6, 4, 30);
  const offset = local.length + member.length + zeros.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length + member.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([local, member, zeros, entry, member, end]);
}

const views = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`view${i}`, x]));
const expanded = tensor({ length: 10, shape: [2 ** 30], stride: [0] });
const EMPTY_DICT = Uint8Array.of(0x80, 2, 0x7d, 0x2e);

/** A tensor of one axis with any size and stride. */
function rebuilt(size: Pickled, stride: Pickled): Pickled {
  const id = tuple(
    text('storage'),
    name('torch', 'FloatStorage'),
    text('0'),
    text('cpu'),
    integer(10),
  );
  const rebuild = name('torch._utils', '_rebuild_tensor_v2');
  return call(rebuild, persistent(id), integer(0), tuple(size), tuple(stride), FALSE, ORDERED_DICT);
}

const inputs: readonly HostileInput[] = [
  // false tensor metadata
  [
    'has a tensor that reaches beyond its storage',
    await pth(stateDict({ x: tensor({ length: 10, offset: 5, shape: [10], stride: [1] }) }), ten),
    /exceeds the 10 elements of storage "0"/,
  ],
  [
    'has a tensor that repeats ten numbers a billion times',
    await pth(stateDict({ x: expanded }), ten),
    /repeats the 10 elements of its storage/,
  ],
  [
    'has three thousand tensors of one storage',
    await pth(stateDict(views), ten),
    /30000 elements in total, the storages only 10/,
  ],
  [
    'has a storage shorter than declared',
    await pth(stateDict({ x: tensor({ length: 11, shape: [10], stride: [1] }) }), ten),
    /has 40 bytes, expected 11 elements of 4 bytes/,
  ],
  [
    'has a storage outside the archive',
    await pth(
      stateDict({ x: tensor({ key: '../../secret', length: 10, shape: [10], stride: [1] }) }),
      ten,
    ),
    /storage "\.\.\/\.\.\/secret" is not in the archive/,
  ],
  [
    'has a negative shape',
    await pth(stateDict({ x: rebuilt([0x4a, 255, 255, 255, 255], integer(1)) }), ten),
    /shape of a tensor must be a tuple of at most 64 integers/,
  ],
  [
    'has a string as stride',
    await pth(stateDict({ x: rebuilt(integer(10), text('1')) }), ten),
    /stride of a tensor must be a tuple/,
  ],
  [
    'has quantized numbers',
    await pth(
      stateDict({ x: tensor({ storage: 'QInt8Storage', length: 10, shape: [10], stride: [1] }) }),
      ten,
    ),
    /"torch\.QInt8Storage"/,
  ],
  [
    'has a number in place of a tensor',
    await pth(stateDict({ x, y: integer(7) }), ten),
    /"y" is 7, expected a tensor/,
  ],
  [
    'has no tensors',
    await pth(dict([[text('epoch'), integer(1)]])),
    /no dict of tensors .* the keys are "epoch"/,
  ],
  ['has numbers in its class mapping', await pth(dict([[text('model'), stateDict({ x })], [text('class_mapping'), list([integer(1)])]]), ten), /class_mapping must be a list of class names/], // prettier-ignore
  [
    'has an unknown byte order',
    await pth(stateDict({ x }), { ...ten, byteorder: utf8('middle') }),
    /byteorder is "middle"/,
  ],
  // archives
  ['is truncated', good.subarray(0, good.length - 30), /zip: /],
  ['is truncated to its first bytes', good.subarray(0, 10), /zip: /],
  [
    'has a flipped bit in its weights',
    changed(
      'archive/data/0',
      (bytes) => void (bytes[Buffer.from(bytes).indexOf(Buffer.from(ten['data/0'])) + 5] ^= 4),
    ),
    /zip: /,
  ],
  [
    'has a member that claims 3 GB',
    directory('archive/data/0', 24, 3e9),
    /(zip: |pth: storage "0" has 3000000000 bytes)/,
  ],
  ['has a member after the end', directory('archive/data.pkl', 42, 2 ** 31 - 1), /zip: /],
  ['is a deflated bomb', zipBomb(), /is compressed, but torch\.save does not compress/],
  [
    'is another archive',
    await writeStoredArchive([['word/document.xml', utf8('<w/>')]]),
    /the archive has 0 members data\.pkl/,
  ],
  ['has two pickles', await writeStoredArchive([['a/data.pkl', EMPTY_DICT], ['b/data.pkl', EMPTY_DICT]]), /the archive has 2 members data\.pkl/], // prettier-ignore
  [
    'is older than the format',
    Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20),
    /PyTorch before 1\.6/,
  ],
];

describeHostile('pth', evaluating('bad.pth', inputs), [
  'has a member that claims 3 GB',
  'is a deflated bomb',
  'is truncated',
]);
