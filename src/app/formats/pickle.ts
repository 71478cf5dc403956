// Python's pickle format, read by a closed interpreter. A pickle is a program: "push this, call that". Python runs
// whatever it names, `os.system` included. This one knows the instructions that build lists, dicts and numbers, and
// calls only the functions that its caller lists; any other name ends the reading. Imports byteReader, pickleMachine.
// Source: https://docs.python.org/3/library/pickletools.html

import { ByteReader } from './byteReader.js';
import { pickleFailure as fail, PickleMachine, type PickleOptions } from './pickleMachine.js';
import { PickleDict, PickleList, PickleTuple, type PickleValue } from './pickleValues.js';

/** Instructions of the longest program that is run; a state dict takes about 60 a tensor. Bounds time and memory. */
const MAX_INSTRUCTIONS = 500_000;
const NEWEST_PROTOCOL = 5;

const STOP = 0x2e;

/** What each byte means. What is missing (INST, OBJ, NEWOBJ, EXT1, ...) makes objects and is refused. */
const INSTRUCTIONS: ReadonlyMap<number, (m: PickleMachine) => void> = new Map<
  number,
  (m: PickleMachine) => void
>([
  // numbers, texts, truths
  [0x47, (m) => m.push(m.input.float64BigEndian())], // BINFLOAT
  [0x4a, (m) => m.push(m.input.int32())], // BININT
  [0x4b, (m) => m.push(m.input.uint8())], // BININT1
  [0x4d, (m) => m.push(m.input.uint16())], // BININT2
  [0x8a, (m) => m.pushInteger(m.input.uint8())], // LONG1
  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x58, (m) => m.push(m.input.text(m.input.uint32()))], // BINUNICODE
  [0x8c, (m) => m.push(m.input.text(m.input.uint8()))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.input.text(m.input.uint64()))], // BINUNICODE8
  // tuples, lists, dicts
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => void m.pop()], // POP
  [0x31, (m) => void m.popToMark()], // POP_MARK
  [0x29, (m) => m.push(new PickleTuple([]))], // EMPTY_TUPLE
  [0x85, (m) => m.push(new PickleTuple(m.popSeveral(1)))], // TUPLE1
  [0x86, (m) => m.push(new PickleTuple(m.popSeveral(2)))], // TUPLE2
  [0x87, (m) => m.push(new PickleTuple(m.popSeveral(3)))], // TUPLE3
  [0x74, (m) => m.push(new PickleTuple(m.popToMark()))], // TUPLE
  [0x5d, (m) => m.push(new PickleList())], // EMPTY_LIST
  [0x61, (m) => m.append([m.pop()])], // APPEND
  [0x65, (m) => m.append(m.popToMark())], // APPENDS
  [0x7d, (m) => m.push(new PickleDict())], // EMPTY_DICT
  [0x73, (m) => m.setItems(m.popSeveral(2))], // SETITEM
  [0x75, (m) => m.setItems(m.popToMark())], // SETITEMS
  // values used again
  [0x71, (m) => m.remember(m.input.uint8())], // BINPUT
  [0x72, (m) => m.remember(m.input.uint32())], // LONG_BINPUT
  [0x94, (m) => m.remember()], // MEMOIZE
  [0x68, (m) => m.recall(m.input.uint8())], // BINGET
  [0x6a, (m) => m.recall(m.input.uint32())], // LONG_BINGET
  // names and calls
  [0x63, (m) => m.pushGlobal(m.input.line(), m.input.line())], // GLOBAL
  [0x93, (m) => m.pushGlobal(...(m.popSeveral(2) as [PickleValue, PickleValue]))], // STACK_GLOBAL
  [0x51, (m) => m.push(m.options.persistent(m.pop()))], // BINPERSID
  [0x52, (m) => m.reduce()], // REDUCE
  [0x62, (m) => m.build()], // BUILD
  // the program itself
  [0x80, (m) => checkProtocol(m.input.uint8())], // PROTO
  [0x95, (m) => void m.input.uint64()], // FRAME, a hint for buffering
]);

function checkProtocol(version: number): void {
  if (version > NEWEST_PROTOCOL) fail(`protocol ${version} is newer than ${NEWEST_PROTOCOL}`);
}

/**
 * Runs a pickle and returns what it leaves. Values may contain each other in a circle and be used many times: walk
 * them to a fixed depth only.
 *
 * @throws FormatError for an instruction or a name that is not allowed, a damaged program, or one that is too long
 */
export function readPickle(bytes: Uint8Array, options: PickleOptions): PickleValue {
  const input = new ByteReader(bytes, 'pickle');
  const machine = new PickleMachine(input, options);
  for (let count = 0; count < MAX_INSTRUCTIONS; count++) {
    const code = input.uint8();
    if (code === STOP) return machine.pop();
    const instruction = INSTRUCTIONS.get(code);
    if (instruction === undefined) {
      fail(`instruction 0x${code.toString(16)} at byte ${input.position - 1} is not one that weights need`);
    }
    instruction(machine);
  }
  return fail(`more than ${MAX_INSTRUCTIONS} instructions`);
}
