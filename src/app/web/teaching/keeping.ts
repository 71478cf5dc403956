// Keeping what was taught: saved as files, loaded from one, forgotten on request; and what the browser does with it. Imports the
// teacher's type and the helpers.

import { FormatError } from '../../../engine/errors.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { pickFile, saveFile } from './files.js';
import type { Teacher } from './teacher.js';

/** A file of 200 corrections has less than 2 MB. */
const MOST_BYTES = 20_000_000;

/** Puts buttons and notes into `host`. */
export function mountKeeping(host: HTMLElement, app: App, teacher: Teacher): void {
  const button = (text: string, act: () => unknown): HTMLButtonElement => {
    const made = element('button', { type: 'button' }, text);
    made.addEventListener('click', () => void act());
    return made;
  };
  const model = button('Save the taught model', () => {
    const reader = teacher.state.value.taught?.reader;
    if (reader) saveFile('taught.safetensors', reader.card.safetensors.slice(), 'application/octet-stream');
  });
  const corrections = button('Save corrections', () =>
    saveFile('inkgrad-corrections.json', teacher.exportCorrections(), 'application/json'),
  );
  const forget = button('Forget everything', () => confirmation.showModal());
  const note = element('p', { className: 'soft kept' });
  const confirmation = makeConfirmation(() => void teacher.forget());
  host.append(
    element(
      'div',
      { className: 'keeping' },
      corrections,
      button('Load corrections', () => load(app, teacher)),
      model,
      forget,
    ),
    note,
    confirmation,
  );
  teacher.state.subscribe((state) => {
    const { taught, refusal } = state;
    model.hidden = taught === null;
    corrections.hidden = forget.hidden = state.corrections.length === 0;
    note.hidden = state.corrections.length === 0 && refusal === null;
    note.classList.toggle('refusal', refusal !== null);
    note.textContent =
      refusal === null
        ? 'Kept in this browser alone, until you forget it. The saved model is one that the command line reads, too.'
        : `Your browser keeps nothing for this page (${refusal}). What you teach lasts until you close it; save the corrections to keep them.`;
  });
}

/** Loads a file of corrections that the visitor picks, and teaches them. */
async function load(app: App, teacher: Teacher): Promise<void> {
  const file = await pickFile('.json,application/json');
  if (file === null) return;
  try {
    if (file.size > MOST_BYTES) {
      throw new FormatError(
        `${file.name}: is too large for a file of corrections; choose one that this page saved`,
      );
    }
    await teacher.add(await file.text(), file.name);
  } catch (error) {
    app.fail(error);
  }
}

/** Asks once more before all is forgotten. */
function makeConfirmation(forget: () => void): HTMLDialogElement {
  const keep = element('button', { type: 'submit', value: 'keep' }, 'Keep it');
  const go = element('button', { type: 'submit', value: 'forget', className: 'danger' }, 'Forget everything');
  const heading = element('h3', { id: 'forget-heading' }, 'Forget everything you taught?');
  const dialog = element(
    'dialog',
    { className: 'forget' },
    heading,
    element(
      'p',
      {},
      'Your corrections and the taught model are deleted from this browser. The original model stays.',
    ),
    element('form', { method: 'dialog' }, keep, go),
  );
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'forget') forget();
    dialog.returnValue = '';
  });
  return dialog;
}
