// Palm rejection: selects the one pointer that draws among fingers, palms, pens and mice. A pen takes precedence. No DOM.

/** Role of a pointer that has just touched the pad. */
export type PointerRole =
  /** It draws. */
  | 'draw'
  /** It draws, and the previous pointer was the palm of the hand that holds the pen: undo its stroke. */
  | 'replace'
  /** It is the second finger of a pinch: undo the stroke of the first; neither draws. */
  | 'cancel'
  /** It is ignored: another pointer draws, or it is a hand near a pen. */
  | 'ignore';

/** A touch within this time after the last pen event is the palm, in milliseconds. */
export const PALM_TIME = 1000;
/** Two touches within this time are a pinch, in milliseconds. */
export const PINCH_TIME = 200;

export interface PointerInfo {
  readonly pointerId: number;
  /** `mouse`, `pen`, `touch`, or an unknown type. */
  readonly pointerType: string;
  /** Milliseconds of a monotonic clock. */
  readonly timeStamp: number;
}

/** Allows one pointer at a time to draw. */
export class ActivePointer {
  #active: { readonly id: number; readonly type: string; readonly since: number } | null = null;
  #lastPenTime = -Infinity;

  /** The pointer that draws, or null. */
  get active(): number | null {
    return this.#active?.id ?? null;
  }

  /** A pointer touched the pad. */
  down(pointer: PointerInfo): PointerRole {
    const { pointerId, pointerType, timeStamp } = pointer;
    const isPalm = pointerType === 'touch' && timeStamp - this.#lastPenTime < PALM_TIME;
    this.moved(pointer);
    const previous = this.#active;
    const isPinch =
      pointerType === 'touch' &&
      previous?.type === 'touch' &&
      timeStamp - previous.since < PINCH_TIME;
    if (isPinch) {
      this.#active = null;
      return 'cancel';
    }
    if (isPalm || (previous !== null && !(pointerType === 'pen' && previous.type === 'touch')))
      return 'ignore';
    this.#active = { id: pointerId, type: pointerType, since: timeStamp };
    return previous === null ? 'draw' : 'replace';
  }

  /** A pointer moved, touching or hovering: a pen near the pad blocks touches. */
  moved({ pointerType, timeStamp }: PointerInfo): void {
    if (pointerType === 'pen') this.#lastPenTime = timeStamp;
  }

  /** A pointer left; returns whether it was the one that drew. */
  up(pointerId: number): boolean {
    if (this.#active?.id !== pointerId) return false;
    this.#active = null;
    return true;
  }
}
