// Palm rejection: selects the one pointer that draws among fingers, palms, pens and mice. A pen takes precedence. No DOM.

/** Role of a pointer that has just touched the pad. */
export type Turn =
  /** It draws. */
  | 'draw'
  /** It draws, and the previous pointer was the palm of the hand that holds the pen: undo its stroke. */
  | 'replace'
  /** It is ignored: another pointer draws, or it is a hand near a pen. */
  | 'ignore';

/** A touch within this time after the last pen event is the palm, in milliseconds. */
export const PALM_TIME = 1000;

export interface PointerSeen {
  readonly pointerId: number;
  /** `mouse`, `pen`, `touch`, or an unknown type. */
  readonly pointerType: string;
  /** Milliseconds of a monotonic clock. */
  readonly timeStamp: number;
}

/** Allows one pointer at a time to draw. */
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
    if (palm || (before !== null && !(pointerType === 'pen' && before.type === 'touch')))
      return 'ignore';
    this.#drawing = { id: pointerId, type: pointerType };
    return before === null ? 'draw' : 'replace';
  }

  /** A pointer moved, touching or hovering: a pen near the pad blocks touches. */
  seen({ pointerType, timeStamp }: PointerSeen): void {
    if (pointerType === 'pen') this.#penSeen = timeStamp;
  }

  /** A pointer left; returns whether it was the one that drew. */
  up(pointerId: number): boolean {
    if (this.#drawing?.id !== pointerId) return false;
    this.#drawing = null;
    return true;
  }
}
