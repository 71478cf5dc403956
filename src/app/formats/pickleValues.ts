// What a pickle can hold here: numbers, texts, lists, tuples, dicts, and what the listed functions make. Imports nothing.

export class PickleTuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

export class PickleList {
  readonly items: PickleValue[] = [];
}

/** A dict; keys are strings and numbers. The map is created on first use: a hostile file may make 500,000 empty dicts. */
export class PickleDict {
  #entries: Map<string | number, PickleValue> | null = null;

  get entries(): Map<string | number, PickleValue> {
    return (this.#entries ??= new Map());
  }
}

/** What a listed function made: a tensor, a storage. */
export abstract class PickleObject {
  /** What it is, for messages: `a tensor`. */
  abstract readonly kind: string;
}

/** A listed name, `torch.FloatStorage`, and what a call of it gives; null if it can only be passed on. */
export class PickleGlobal {
  constructor(
    readonly name: string,
    readonly call: ((parameters: readonly PickleValue[]) => PickleValue) | null,
  ) {}
}

export type PickleValue =
  null | boolean | number | string | PickleTuple | PickleList | PickleDict | PickleObject | PickleGlobal;

/** `a list`, `the text "..."`, for messages. */
export function kindOf(value: PickleValue | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof PickleObject) return value.kind;
  if (value instanceof PickleGlobal) return `the name ${value.name}`;
  if (value instanceof PickleTuple) return 'a tuple';
  if (value instanceof PickleList) return 'a list';
  if (value instanceof PickleDict) return 'a dict';
  return typeof value === 'string' ? `the text ${JSON.stringify(value.slice(0, 40))}` : `${value}`;
}
