// A form for a line of text: what is typed is written on the wide pad, one character after the other.

import type { ErrorReporter } from '../app.js';
import type { Pad } from '../pad/pad.js';
import { isEmpty } from '../pad/padContents.js';
import { animateStrokes } from '../pad/samples/animation.js';
import { UNKNOWN_CHARACTER } from '../pad/typing/typeField.js';
import { element } from '../ui/dom.js';

/** Maximum number of characters: more would be too small. */
const MAX_LENGTH = 20;
/** Duration of the animation, in milliseconds per character. */
const CHARACTER_DURATION = 300;

export interface TypeForm {
  readonly element: HTMLFormElement;
  /** Stops the animation: the visitor draws. An example disappears. */
  stop(): void;
  /** Writes an example on the empty pad; it is not part of the pad's history. */
  demonstrate(text: string): void;
}

/** @param onExample called when an example appears and when it disappears */
export function makeTypeForm(
  app: ErrorReporter,
  pad: () => Pad,
  onExample: (isShown: boolean) => void,
): TypeForm {
  const field = element('input', {
    type: 'text',
    id: 'typed-line',
    maxLength: MAX_LENGTH,
    required: true,
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: false,
  });
  const form = element(
    'form',
    { className: 'type-form' },
    element('label', { htmlFor: field.id }, 'Or type a word'),
    field,
    element('button', { type: 'submit' }, 'Write it'),
  );
  let stopAnimation = (): void => undefined;
  let isExample = false;
  let count = 0;
  const stop = (): void => {
    stopAnimation();
    if (!isExample) return;
    isExample = false;
    pad().preview([]);
    onExample(false);
  };
  const write = async (): Promise<void> => {
    const { isWritable, writeLine } = await import('../pad/typing/typedText.js');
    const text = field.value.trim().replace(/\s+/g, ' ');
    if (!Array.from(text).every((character) => character === ' ' || isWritable(character))) {
      field.setCustomValidity(UNKNOWN_CHARACTER.replace('Type one', 'Type only these'));
      field.reportValidity();
      return;
    }
    const strokes = writeLine(text, count++, pad().aspect);
    stop();
    stopAnimation = animateStrokes(
      strokes,
      (soFar) => {
        if (soFar === strokes) pad().setStrokes(strokes);
        else pad().preview(soFar);
      },
      CHARACTER_DURATION * text.length,
    );
  };
  field.addEventListener('input', () => field.setCustomValidity(''));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (field.value.trim() !== '') write().catch((error: unknown) => app.showError(error));
  });
  const demonstrate = async (text: string): Promise<void> => {
    const { writeLine } = await import('../pad/typing/typedText.js');
    if (!isEmpty(pad().contents.value)) return;
    isExample = true;
    onExample(true);
    pad().preview(writeLine(text, count++, pad().aspect)); // at once: the list of characters moves the text below it
  };
  return {
    element: form,
    stop,
    demonstrate: (text) => {
      demonstrate(text).catch((error: unknown) => app.showError(error));
    },
  };
}
