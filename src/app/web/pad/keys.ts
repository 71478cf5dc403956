// Which key does what on a pad. Pure; imports nothing.

export type Command = 'undo' | 'redo' | 'erase' | 'clear';

/** What of a key's event matters. */
export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  /** Command on a Mac. */
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

/** Ctrl or Cmd with Z, with Shift+Z or with Y; E; Delete, Backspace or Escape. */
export function commandOf({ key, ctrlKey, metaKey, shiftKey, altKey }: Key): Command | null {
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

/** Where the focus is, seen from a pad. */
export type Focus =
  /** On the pad or its buttons. */
  | 'here'
  /** On nothing. */
  | 'nowhere'
  /** On something that takes no text. */
  | 'elsewhere'
  /** In a field, in a dialog or on another pad, whose keys are their own. */
  | 'taken';

/**
 * Whether a pad follows a command: a letter alone only with the focus on the pad (WCAG 2.2, 2.1.4), what wipes the pad also with
 * the focus nowhere, and undo wherever nobody else needs it.
 */
export function follows(command: Command, focus: Focus): boolean {
  if (focus === 'here') return true;
  if (command === 'erase') return false;
  return focus === 'nowhere' || (focus === 'elsewhere' && command !== 'clear');
}
