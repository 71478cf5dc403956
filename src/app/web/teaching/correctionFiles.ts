// The buttons that save and load corrections as files, save the fine-tuned model, and delete everything.

import { FormatError } from '../../../engine/errors.js';
import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import type { FineTuner } from './fineTuner.js';

/** Larger files are rejected unread; 200 corrections take less than 2 MB. */
const MAX_BYTES = 20_000_000;

/** Adds the buttons and a note about the browser's storage to `host`. */
export function mountFileButtons(host: HTMLElement, app: App, fineTuner: FineTuner): void {
  const makeButton = (text: string, onClick: () => unknown): HTMLButtonElement => {
    const node = element('button', { type: 'button' }, text);
    node.addEventListener('click', () => void onClick());
    return node;
  };
  const saveModelButton = makeButton('Save the trained model', () => {
    const predictor = fineTuner.state.value.fineTuned?.predictor;
    if (predictor)
      saveFile(
        'taught.safetensors',
        predictor.card.safetensors.slice(),
        'application/octet-stream',
      );
  });
  const saveCorrectionsButton = makeButton('Save corrections', () =>
    saveFile('inkgrad-corrections.json', fineTuner.exportCorrections(), 'application/json'),
  );
  const deleteButton = makeButton('Forget everything', () => confirmation.showModal());
  const storageNote = element('p', { className: 'soft storage-note' });
  const confirmation = makeConfirmation(() => void fineTuner.deleteAll());
  host.append(
    element(
      'div',
      { className: 'file-buttons' },
      saveCorrectionsButton,
      makeButton('Load corrections', () => loadCorrections(app, fineTuner)),
      saveModelButton,
      deleteButton,
    ),
    storageNote,
    confirmation,
  );
  fineTuner.state.subscribe((state) => {
    const { fineTuned, storageError } = state;
    saveModelButton.hidden = fineTuned === null;
    saveCorrectionsButton.hidden = deleteButton.hidden = state.corrections.length === 0;
    storageNote.hidden = state.corrections.length === 0 && storageError === null;
    storageNote.classList.toggle('error', storageError !== null);
    storageNote.textContent =
      storageError === null
        ? 'Stored only in this browser. The saved model also works on the command line.'
        : `This browser stores nothing for this page (${storageError}). Save the corrections to keep them after you close it.`;
  });
}

/** Lets the visitor pick a file of corrections and fine-tunes on them. */
async function loadCorrections(app: App, fineTuner: FineTuner): Promise<void> {
  const file = await pickFile('.json,application/json');
  if (file === null) return;
  try {
    if (file.size > MAX_BYTES) {
      throw new FormatError(
        `${file.name}: is too large for a file of corrections; choose one that this page saved`,
      );
    }
    await fineTuner.importCorrections(await file.text(), file.name);
  } catch (error) {
    app.showError(error);
  }
}

/** Makes the dialog that confirms the deletion. */
function makeConfirmation(onConfirm: () => void): HTMLDialogElement {
  const keepButton = element('button', { type: 'submit', value: 'keep' }, 'Keep it');
  const confirmButton = element(
    'button',
    { type: 'submit', value: 'forget', className: 'danger' },
    'Forget everything',
  );
  const heading = element('h3', { id: 'forget-heading' }, 'Forget all corrections?');
  const dialog = element(
    'dialog',
    { className: 'forget' },
    heading,
    element(
      'p',
      {},
      'Your corrections and the model trained on them are deleted from this browser. The original model stays.',
    ),
    element('form', { method: 'dialog' }, keepButton, confirmButton),
  );
  dialog.setAttribute('aria-labelledby', heading.id);
  dialog.addEventListener('close', () => {
    if (dialog.returnValue === 'forget') onConfirm();
    dialog.returnValue = '';
  });
  return dialog;
}

/** Downloads bytes or text as a file. */
function saveFile(name: string, content: string | Uint8Array<ArrayBuffer>, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000); // the browser reads it after the click
}

/** Opens a file picker; resolves to null if the visitor cancels. */
function pickFile(accept: string): Promise<File | null> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = accept;
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}
