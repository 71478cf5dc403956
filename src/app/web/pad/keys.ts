// Keyboard commands of the pad. No DOM.

export type Command = 'undo' | 'redo' | 'erase' | 'clear';

/** The part of `KeyboardEvent` that commands need. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  /** Command on a Mac. */
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Ctrl or Cmd with Z, with Shift+Z or with Y; E; Delete, Backspace or Escape. */
export function commandOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress): Command | null {
  if (altKey) return null;
  const letter = key.toLowerCase();
  if (ctrlKey || metaKey) {
    if (letter === 'z') return shiftKey ? 'redo' : 'undo';
    return letter === 'y' && !shiftKey ? 'redo' : null;
  }
  if (shiftKey) return null;
  if (letter === 'e') return 'erase';
  return ['Delete', 'Backspace', 'Escape'].includes(key) ? 'clear' : null;
}

/** The focus relative to a pad. */
export type Focus =
  /** On the pad or its buttons. */
  | 'here'
  /** Nowhere. */
  | 'nowhere'
  /** On an element without text input. */
  | 'elsewhere'
  /** In a text field, in a dialog or on another pad, which handle keys themselves. */
  | 'taken';

/**
 * Whether a pad executes a command: a single letter only with the focus on the pad (WCAG 2.2, 2.1.4), `clear` also with the
 * focus nowhere, undo and redo wherever no other element handles them.
 */
export function shouldExecute(command: Command, focus: Focus): boolean {
  if (focus === 'here') return true;
  if (command === 'erase') return false;
  return focus === 'nowhere' || (focus === 'elsewhere' && command !== 'clear');
}
