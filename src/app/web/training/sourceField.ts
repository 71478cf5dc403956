// The source of the images: synthetic characters, or the visitor's EMNIST files, dropped or picked.
// The files never leave the device.

import { EMNIST_SPLITS } from '../../../data/emnist/splits.js';
import { element } from '../ui/dom.js';
import {
  addFiles,
  completeFiles,
  NO_FILES,
  missingRoles,
  ROLE_NAMES,
  ROLES,
  type FileSet,
} from './emnistFiles.js';
import type { EmnistFiles } from './protocol.js';
import { MAX_IMAGES } from './settings.js';

export interface SourceEvents {
  /** The files are complete and can be opened. */
  readonly onFiles: (files: EmnistFiles) => void;
  /** Source or files changed. `images` is null for synthetic images, 0 while the number is unknown. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

const EMNIST_PAGE = 'https://www.nist.gov/itl/products-and-services/emnist-dataset';

export class SourceField {
  readonly element: HTMLFieldSetElement;
  readonly #events: SourceEvents;
  readonly #files = element('input', {
    type: 'file',
    multiple: true,
    className: 'visually-hidden',
  });
  readonly #list = element('ul', { className: 'file-list' });
  readonly #state = element('p', { className: 'file-state' });
  readonly #remove = element('button', { type: 'button', className: 'plain' }, 'Remove the files');
  readonly #filesSection = element('div', { className: 'emnist-files', hidden: true });
  readonly #warning: HTMLElement;
  #fileSet: FileSet<File> = NO_FILES;
  #available = 0;

  constructor(events: SourceEvents) {
    this.#events = events;
    this.#warning = element(
      'p',
      { className: 'synthetic-warning' },
      element('strong', {}, 'Not EMNIST. '),
      'A program draws these characters. They are easier than real handwriting: accuracy here does not carry over to it.',
    );
    const radio = (value: string, text: string, checked: boolean): HTMLElement => {
      const input = element('input', { type: 'radio', name: 'source', value, checked });
      input.addEventListener('change', () => this.#choose(value === 'emnist'));
      return element('label', { className: 'source-choice' }, input, text);
    };
    const drop = element(
      'label',
      { className: 'drop' },
      element('strong', {}, 'Drop EMNIST files here, or choose them'),
      element(
        'small',
        {},
        'images and labels of one split, .gz or unpacked; they stay on your device',
      ),
      this.#files,
    );
    const link = element(
      'a',
      { href: EMNIST_PAGE, target: '_blank', rel: 'noreferrer' },
      'Download them from NIST',
    );
    this.#filesSection.append(
      drop,
      this.#list,
      this.#state,
      this.#remove,
      element('p', { className: 'soft' }, link, ' (free).'),
    );
    this.element = element(
      'fieldset',
      {},
      element('legend', {}, 'Images'),
      radio('synthetic', 'Synthetic characters', true),
      radio('emnist', 'Your own EMNIST files', false),
      this.#warning,
      this.#filesSection,
    );
    this.#listen(drop);
    this.#draw();
  }

  /** Number of images: null for synthetic ones, 0 while the files are incomplete or not open. */
  get available(): number | null {
    return this.#filesSection.hidden ? null : this.#available;
  }

  /** Number of classes of the images. */
  get classes(): number {
    const { split } = this.#fileSet;
    const isEmnist = !this.#filesSection.hidden && split !== null;
    return EMNIST_SPLITS[isEmnist ? split : 'balanced'].classes.length;
  }

  /** The files as the worker's input, or null. */
  get files(): EmnistFiles | null {
    return completeFiles(this.#fileSet);
  }

  /** Sets the number of images after the worker has opened the files. */
  opened(train: number, test: number | null): void {
    this.#available = train;
    const limitNote =
      train > MAX_IMAGES ? ` (the first ${MAX_IMAGES.toLocaleString('en')} are used)` : '';
    const testNote = test === null ? '' : `, ${test.toLocaleString('en')} test images`;
    this.#setState(`${train.toLocaleString('en')} training images${limitNote}${testNote}.`);
    this.#events.onChange();
  }

  /** Shows why the worker rejected the files. */
  refused(reason: string): void {
    this.#available = 0;
    this.#setState(reason, true);
    this.#events.onChange();
  }

  #listen(drop: HTMLElement): void {
    this.#files.addEventListener('change', () => {
      this.#add([...(this.#files.files ?? [])]);
      this.#files.value = ''; // so that choosing the same file again triggers a change event
    });
    this.#remove.addEventListener('click', () => {
      this.#fileSet = NO_FILES;
      this.#available = 0;
      this.#draw();
      this.#events.onChange();
      this.#files.focus();
    });
    for (const name of ['dragenter', 'dragover'] as const) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add('drag-over');
      });
    }
    drop.addEventListener('dragleave', () => drop.classList.remove('drag-over'));
    drop.addEventListener('drop', (event) => {
      event.preventDefault();
      event.stopPropagation(); // the pad accepts dropped images
      drop.classList.remove('drag-over');
      this.#add([...(event.dataTransfer?.files ?? [])]);
    });
  }

  #choose(useFiles: boolean): void {
    this.#filesSection.hidden = !useFiles;
    this.#warning.hidden = useFiles;
    this.#events.onChange();
  }

  #add(files: readonly File[]): void {
    if (files.length === 0 || this.element.disabled) return;
    try {
      this.#fileSet = addFiles(this.#fileSet, files);
    } catch (error) {
      this.#setState((error as Error).message, true);
      return;
    }
    this.#available = 0;
    this.#draw();
    const complete = completeFiles(this.#fileSet);
    if (complete !== null) {
      this.#setState('Opening the files');
      this.#events.onFiles(complete);
    }
    this.#events.onChange();
  }

  #draw(): void {
    const { files, split } = this.#fileSet;
    const missing = missingRoles(this.#fileSet);
    const roles = ROLES.filter((role) => files[role] !== undefined || missing.includes(role));
    this.#list.replaceChildren(
      ...roles.map((role) => {
        const file = files[role];
        const item = element(
          'li',
          {},
          element('span', {}, ROLE_NAMES[role]),
          element('small', {}, file?.name ?? 'missing'),
        );
        item.className = file === undefined ? 'missing' : 'given';
        return item;
      }),
    );
    this.#remove.hidden = split === null;
    this.#setState(
      split === null || missing.length === 0
        ? ''
        : `Still missing of the ${split} split: ${missing.map((role) => ROLE_NAMES[role]).join(', ')}.`,
    );
  }

  #setState(text: string, isError = false): void {
    this.#state.textContent = text;
    this.#state.classList.toggle('bad', isError);
    this.#state.role = isError ? 'alert' : 'status';
  }
}
