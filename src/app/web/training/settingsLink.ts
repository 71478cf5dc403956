// Settings in the page's address, next to `tab=train`: only those that differ from the defaults.
// `net=16-32x2` is a block of 16 channels and one of 32 with two convolutions. The source of the
// images and the device are not part of a link: they belong to the visitor. No DOM.

import { ArgumentError } from '../../../engine/errors.js';
import {
  ARCHITECTURE_LIMITS,
  architectureProblem,
  type Architecture,
} from '../../model/architecture.js';
import { OPTIMIZERS } from '../../training/makeOptimizer.js';
import { DEFAULT_SETTINGS, LIMITS, type Settings } from './settings.js';
import type { Limits } from './validation.js';

/** One setting in the address. */
interface Parameter {
  readonly write: (settings: Settings) => string;
  /** The changed settings; null if the text is invalid. */
  readonly read: (text: string, settings: Settings) => Partial<Settings> | null;
  /** The valid values, for the message. */
  readonly expected: string;
}

type NumberName = 'dropout' | 'learningRate' | 'batchSize' | 'seed' | 'epochs' | 'images';

function numberParameter(name: NumberName, { min, max }: Limits, integer = true): Parameter {
  return {
    write: (settings) => String(settings[name]),
    read: (text) => {
      const value = readNumber(text);
      const isValid = value >= min && value <= max && (!integer || Number.isInteger(value));
      return isValid ? { [name]: value } : null;
    },
    expected: `a${integer ? ' whole' : ''} number from ${min} to ${max}`,
  };
}

/** NaN for other texts than a decimal number. */
function readNumber(text: string): number {
  return /^\d{1,10}(\.\d{1,10})?(e-?\d{1,2})?$/.test(text) ? Number(text) : NaN;
}

const writeBlocks = ({ blocks }: Architecture): string =>
  blocks
    .map(({ channels, convolutions }) =>
      convolutions === 1 ? `${channels}` : `${channels}x${convolutions}`,
    )
    .join('-');

function readBlocks(text: string): Architecture['blocks'] | null {
  if (!/^\d{1,4}(x\d)?(-\d{1,4}(x\d)?){0,9}$/.test(text)) return null;
  return text.split('-').map((block) => {
    const [channels, convolutions = 1] = block.split('x').map(Number);
    return { channels, convolutions };
  });
}

function withArchitecture(architecture: Architecture): Partial<Settings> | null {
  return architectureProblem(architecture) === null ? { architecture } : null;
}

const { blocks: BLOCKS, channels: CHANNELS, hidden: HIDDEN } = ARCHITECTURE_LIMITS;

/** By name in the address. */
const PARAMETERS: Readonly<Record<string, Parameter>> = {
  net: {
    write: ({ architecture }) => writeBlocks(architecture),
    read: (text, { architecture: { hidden } }) => {
      const blocks = readBlocks(text);
      return blocks === null ? null : withArchitecture({ blocks, hidden });
    },
    expected:
      `${BLOCKS.min} to ${BLOCKS.max} blocks of ${CHANNELS.min} to ${CHANNELS.max} channels and 1 ` +
      'to 3 convolutions, such as 32-64x2',
  },
  hidden: {
    write: ({ architecture }) => String(architecture.hidden),
    read: (text, { architecture: { blocks } }) =>
      withArchitecture({ blocks, hidden: readNumber(text) }),
    expected: `a whole number from ${HIDDEN.min} to ${HIDDEN.max}`,
  },
  dropout: numberParameter('dropout', LIMITS.dropout, false),
  optimizer: {
    write: ({ optimizer }) => optimizer,
    read: (text) => {
      const optimizer = OPTIMIZERS.find((name) => name === text);
      return optimizer === undefined ? null : { optimizer };
    },
    expected: OPTIMIZERS.join(', '),
  },
  lr: numberParameter('learningRate', LIMITS.learningRate, false),
  batch: numberParameter('batchSize', LIMITS.batchSize),
  augment: {
    write: ({ augment }) => (augment ? '1' : '0'),
    read: (text) => (text === '0' || text === '1' ? { augment: text === '1' } : null),
    expected: '0 or 1',
  },
  seed: numberParameter('seed', LIMITS.seed),
  epochs: numberParameter('epochs', LIMITS.epochs),
  images: numberParameter('images', LIMITS.images),
};

/** See ui/tabs.ts. */
const TAB = 'train';

/**
 * The address of a page with these settings. Other parameters of the address stay, except `s`, the
 * drawing, if `drawing` is false.
 */
export function addressOfSettings(
  settings: Settings,
  page: string,
  { drawing = true } = {},
): string {
  const address = new URL(page);
  const parts = new URLSearchParams(address.hash.slice(1));
  parts.set('tab', TAB);
  if (!drawing) parts.delete('s');
  for (const [name, { write }] of Object.entries(PARAMETERS)) {
    const text = write(settings);
    const isDefault = text === write(DEFAULT_SETTINGS) || (name === 'images' && isEmnist(settings));
    if (isDefault) parts.delete(name);
    else parts.set(name, text);
  }
  address.hash = parts.toString();
  return address.href;
}

const isEmnist = ({ source }: Settings): boolean => source === 'emnist';

/** Settings of an address, and the error for its invalid values, which keep their defaults. */
export interface LinkedSettings {
  readonly settings: Settings;
  readonly error: ArgumentError | null;
}

export function settingsFromAddress(hash: string): LinkedSettings {
  const parts = new URLSearchParams(hash.replace(/^#/, ''));
  let settings = DEFAULT_SETTINGS;
  const problems: string[] = [];
  for (const [name, { read, expected }] of Object.entries(PARAMETERS)) {
    const text = parts.get(name);
    if (text === null) continue;
    const changed = read(text, settings);
    if (changed === null) problems.push(`${name} is ${text.slice(0, 40)}, expected ${expected}`);
    else settings = { ...settings, ...changed };
  }
  const error =
    problems.length === 0
      ? null
      : new ArgumentError(
          `the link has invalid settings: ${problems.join('; ')}; the defaults are used instead`,
        );
  return { settings, error };
}
