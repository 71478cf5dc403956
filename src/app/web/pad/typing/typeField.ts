// A field for one character: what is typed is drawn on the pad, for visitors who cannot draw.

import type { Stroke } from '../../../../data/strokes/raster.js';
import type { ErrorReporter } from '../../app.js';
import { element } from '../../ui/dom.js';

export const UNKNOWN_CHARACTER = 'The network knows the letters A to Z and the digits. Type one.';

/** @param onType called with the strokes of each typed character, in units of a square pad */
export function makeTypeField(
  app: ErrorReporter,
  onType: (strokes: readonly Stroke[]) => void,
): HTMLInputElement {
  const field = element('input', {
    type: 'text',
    className: 'type-field',
    placeholder: 'Aa',
    title: 'Type a character to have it drawn',
    ariaLabel: 'Type a character to have it drawn',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: false,
  });
  let count = 0;
  const draw = async (): Promise<void> => {
    const character = Array.from(field.value.trim()).at(-1) ?? '';
    field.value = character;
    field.setCustomValidity('');
    if (character === '') return;
    const { isWritable, writeCharacter } = await import('./typedText.js');
    field.select(); // so that the next character replaces it
    if (isWritable(character)) onType(writeCharacter(character, count++));
    else {
      field.setCustomValidity(UNKNOWN_CHARACTER);
      field.reportValidity();
    }
  };
  field.addEventListener('input', (event) => {
    if (!event.isComposing) draw().catch((error: unknown) => app.showError(error));
  });
  return field;
}
