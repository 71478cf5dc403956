// Which of several fingers, palms, pens and mice on the pad draws. Only one at a time, and a pen before a hand. No DOM;
// imports nothing.

/** What a pointer that has just come down does. */
export type Turn =
  /** It draws. */
  | 'draw'
  /** It draws, and what the pointer before it had begun was the palm of the hand that holds the pen: take that back. */
  | 'draw instead'
  /** Another one draws already, or it is a hand beside a pen. */
  | 'ignore';

/** A hand that comes down within this time after a pen was last seen is the palm, in milliseconds. */
export const PALM_TIME = 1000;

export interface PointerSeen {
  readonly pointerId: number;
  /** `mouse`, `pen`, `touch`, or something that a browser has yet to invent. */
  readonly pointerType: string;
  /** Milliseconds on any clock that does not jump. */
  readonly timeStamp: number;
}

/** Lets one pointer at a time draw. */
export class OnePointer {
  #drawing: { readonly id: number; readonly type: string } | null = null;
  #penSeen = -Infinity;

  /** The pointer that draws, or null. */
  get active(): number | null {
    return this.#drawing?.id ?? null;
  }

  /** A pointer touched the pad. */
  down(pointer: PointerSeen): Turn {
    const { pointerId, pointerType, timeStamp } = pointer;
    const palm = pointerType === 'touch' && timeStamp - this.#penSeen < PALM_TIME;
    this.seen(pointer);
    const before = this.#drawing;
    if (palm || (before !== null && !(pointerType === 'pen' && before.type === 'touch'))) return 'ignore';
    this.#drawing = { id: pointerId, type: pointerType };
    return before === null ? 'draw' : 'draw instead';
  }

  /** A pointer moved, touching or hovering: a pen near the pad keeps the hand from drawing. */
  seen({ pointerType, timeStamp }: PointerSeen): void {
    if (pointerType === 'pen') this.#penSeen = timeStamp;
  }

  /** A pointer left; answers whether it was the one that drew. */
  up(pointerId: number): boolean {
    if (this.#drawing?.id !== pointerId) return false;
    this.#drawing = null;
    return true;
  }
}
