// The switch next to the prediction, between the original and the fine-tuned model, and the page's only fine-tuner.
// Loaded after the first prediction, because there may be a fine-tuned model to restore.

import type { App } from '../app.js';
import { element } from '../ui/dom.js';
import { browserStore } from './correctionStore.js';
import { teachInWorker } from './lessonClient.js';
import { Teacher } from './teacher.js';
import './modelSwitch.css';

let started: Promise<Teacher> | undefined;

/** The page's only fine-tuner; the first call starts it. */
export function teacherOf(app: App): Promise<Teacher> {
  started ??= Teacher.start({ app, store: browserStore, teach: teachInWorker });
  return started;
}

/** Restores the fine-tuned model of an earlier visit and mounts the switch in `host`. */
export async function startTeaching(host: HTMLElement, app: App): Promise<void> {
  mountSwitch(host, await teacherOf(app));
}

/** Mounts the switch in `host`; it is removed while there is no fine-tuned model. */
function mountSwitch(host: HTMLElement, teacher: Teacher): void {
  const text = element('span');
  const change = element('button', { type: 'button', className: 'plain' });
  change.addEventListener('click', () => teacher.use(!teacher.state.value.inUse));
  const mark = element('p', { className: 'mark' }, text, change);
  teacher.state.subscribe(({ taught, inUse, restored }) => {
    if (taught === null) {
      mark.remove();
      return;
    }
    const { size } = taught.comparisons;
    const lessons = `${size} ${size === 1 ? 'correction' : 'corrections'}`;
    const since = restored ? ' on an earlier visit' : '';
    text.textContent = inUse
      ? `Taught by you${since}: ${lessons}`
      : 'Reads as it did before you taught it';
    change.textContent = inUse ? 'Use the original' : 'Use what you taught';
    mark.classList.toggle('original', !inUse);
    if (mark.parentElement === null) host.append(mark);
  });
}
