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

const utf8 = (words: string): Uint8Array => new TextEncoder().encode(words);
const ten = { 'data/0': float32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) };
const x = tensor({ length: 10, shape: [10], stride: [1] });
const good = await pth(stateDict({ x }), ten);

/** The bytes of the good file with some changed; `find` is where they are. */
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

/** Writes a number of 32 bits at a distance from the central directory's entry whose name is `find`. */
const directory = (find: string, distance: number, value: number): Uint8Array =>
  changed(find, (bytes, at) =>
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at - 46 + distance, value, true),
  );

/** An archive whose pickle is deflated: 8 MB of zeros in 8 KB, were it read. */
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

/** A tensor of one axis whose size and stride are whatever is given. */
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
  // tensors that lie
  [
    'has a tensor that reaches beyond its storage',
    await pth(stateDict({ x: tensor({ length: 10, offset: 5, shape: [10], stride: [1] }) }), ten),
    /reaches beyond the 10 numbers of storage "0"/,
  ],
  [
    'has a tensor that repeats ten numbers a billion times',
    await pth(stateDict({ x: expanded }), ten),
    /repeats the 10 numbers of its storage/,
  ],
  [
    'has three thousand tensors of one storage',
    await pth(stateDict(views), ten),
    /30000 numbers together, its storages only 10/,
  ],
  [
    'has a storage that is shorter than it says',
    await pth(stateDict({ x: tensor({ length: 11, shape: [10], stride: [1] }) }), ten),
    /should have 11 numbers of 4 bytes, but has 40 bytes/,
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
    'has a shape below zero',
    await pth(stateDict({ x: rebuilt([0x4a, 255, 255, 255, 255], integer(1)) }), ten),
    /shape of a tensor should be a short tuple of whole numbers/,
  ],
  [
    'has a stride that is a text',
    await pth(stateDict({ x: rebuilt(integer(10), text('1')) }), ten),
    /stride of a tensor should be a short tuple/,
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
    'has a number where a tensor should be',
    await pth(stateDict({ x, y: integer(7) }), ten),
    /"y" is 7, not a tensor/,
  ],
  [
    'has no tensors',
    await pth(dict([[text('epoch'), integer(1)]])),
    /no dict of tensors .* its keys are "epoch"/,
  ],
  ['has a class mapping of numbers', await pth(dict([[text('model'), stateDict({ x })], [text('class_mapping'), list([integer(1)])]]), ten), /class_mapping should list the name of each class/], // prettier-ignore
  [
    'states a byte order that there is not',
    await pth(stateDict({ x }), { ...ten, byteorder: utf8('middle') }),
    /byteorder is "middle"/,
  ],
  // archives
  ['is cut short', good.subarray(0, good.length - 30), /zip: /],
  ['is cut to its first bytes', good.subarray(0, 10), /zip: /],
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
    /(zip: |pth: storage "0" should have)/,
  ],
  [
    'has a member that begins behind the end',
    directory('archive/data.pkl', 42, 2 ** 31 - 1),
    /zip: /,
  ],
  ['is a deflated bomb', zipBomb(), /is compressed, which torch\.save never does/],
  [
    'is an archive of something else',
    await writeStoredArchive([['word/document.xml', utf8('<w/>')]]),
    /holds one data\.pkl, this archive holds 0/,
  ],
  ['has two pickles', await writeStoredArchive([['a/data.pkl', EMPTY_DICT], ['b/data.pkl', EMPTY_DICT]]), /this archive holds 2/], // prettier-ignore
  [
    'is older than the format',
    Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20),
    /PyTorch before 1\.6/,
  ],
];

describeHostile('pth', evaluating('bad.pth', inputs), [
  'has a member that claims 3 GB',
  'is a deflated bomb',
  'is cut short',
]);
