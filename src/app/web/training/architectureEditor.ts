// The architecture of the network to train: presets, and a diagram whose stages have the fields.

import {
  ARCHITECTURE_LIMITS,
  architectureProblem,
  pooledSide,
  type Architecture,
  type BlockShape,
} from '../../model/architecture.js';
import { IMAGE_SIDE } from '../../../data/emnist/idx.js';
import { element } from '../ui/dom.js';
import { mapsFigure, unitsFigure } from './architectureFigure.js';
import { choose, integerField, selectField, type Field } from './fields.js';
import { PRESETS, sameArchitecture } from './settings.js';
import './architecture.css';

const CUSTOM = 'Custom';
const BLOCKS = ARCHITECTURE_LIMITS.blocks;
const BLOCK_COUNTS = Array.from({ length: BLOCKS.max }, (_, i) => BLOCKS.min + i);

interface BlockFields {
  readonly channels: Field<HTMLInputElement>;
  readonly convolutions: Field<HTMLSelectElement>;
}

/** One stage of the diagram. */
interface Stage {
  readonly element: HTMLElement;
  /** @param caption parts, each of which stays on one line */
  show(figure: SVGSVGElement, ...caption: readonly string[]): void;
}

export class ArchitectureEditor {
  readonly element: HTMLElement;
  readonly #onChange: () => void;
  readonly #preset = selectField(
    { label: 'Start from' },
    [...PRESETS.map(({ name }) => name), CUSTOM].map((name) => [name, name]),
  );
  readonly #blockCount = selectField(
    { label: 'Blocks' },
    BLOCK_COUNTS.map((count) => [count, String(count)]),
  );
  readonly #hidden = integerField({ label: 'Units' }, ARCHITECTURE_LIMITS.hidden);
  readonly #diagram = element('ol', { className: 'architecture-diagram' });
  readonly #problem = element('p', { className: 'problem', role: 'status' });
  readonly #hiddenStage = makeStage('Hidden layer', this.#hidden.element);
  readonly #outputStage = makeStage('Output');
  #blocks: { readonly fields: BlockFields; readonly stage: Stage }[] = [];
  #classes = 47;
  /** The last valid one. */
  #value: Architecture = PRESETS[0].architecture;

  /** @param onChange called after every change by the visitor, also to an invalid architecture */
  constructor(onChange: () => void) {
    this.#onChange = onChange;
    this.#preset.input.addEventListener('change', () => {
      const preset = PRESETS.find(({ name }) => name === this.#preset.input.value);
      if (preset !== undefined) this.set(preset.architecture);
      onChange();
    });
    this.#blockCount.input.addEventListener('change', () => this.#resize());
    this.#hidden.input.addEventListener('input', () => this.#update());
    this.element = element(
      'div',
      { className: 'architecture' },
      element('div', { className: 'fields' }, this.#preset.element, this.#blockCount.element),
      this.#diagram,
      this.#problem,
    );
    this.set(this.#value);
  }

  /** The architecture; the last valid one if the fields are invalid. */
  get value(): Architecture {
    return this.#value;
  }

  /** Number of outputs. */
  set classes(classes: number) {
    this.#classes = classes;
    this.#draw();
  }

  set(architecture: Architecture): void {
    const { blocks, hidden } = architecture;
    this.#value = architecture;
    choose(this.#blockCount.input, blocks.length);
    this.#hidden.input.value = String(hidden);
    this.#blocks = blocks.map((block, index) => this.#makeBlock(block, index));
    this.#diagram.replaceChildren(
      inputStage(),
      ...this.#blocks.map(({ stage }) => stage.element),
      this.#hiddenStage.element,
      this.#outputStage.element,
    );
    this.#problem.textContent = '';
    this.#draw();
  }

  #makeBlock({ channels, convolutions }: BlockShape, index: number) {
    const of = `of block ${index + 1}`;
    const { min, max } = ARCHITECTURE_LIMITS.convolutions;
    const counts = Array.from({ length: max }, (_, i) => min + i);
    const fields: BlockFields = {
      channels: integerField({ label: 'Channels', of }, ARCHITECTURE_LIMITS.channels),
      convolutions: selectField(
        { label: 'Convolutions', of },
        counts.map((count) => [count, String(count)]),
      ),
    };
    fields.channels.input.value = String(channels);
    choose(fields.convolutions.input, convolutions);
    for (const { input } of Object.values(fields) as BlockFields[keyof BlockFields][])
      input.addEventListener('input', () => this.#update());
    const inputs = [fields.channels.element, fields.convolutions.element];
    return { fields, stage: makeStage(`Block ${index + 1}`, ...inputs) };
  }

  /** Adds blocks with twice the channels of the last one, or removes the last ones. */
  #resize(): void {
    const count = Number(this.#blockCount.input.value);
    const blocks = this.#value.blocks.slice(0, count);
    const { max } = ARCHITECTURE_LIMITS.channels;
    while (blocks.length < count)
      blocks.push({ channels: Math.min(max, 2 * blocks.at(-1)!.channels), convolutions: 1 });
    this.set({ blocks, hidden: this.#value.hidden });
    this.#onChange();
  }

  /** Reads the fields after a change. */
  #update(): void {
    const entered: Architecture = {
      blocks: this.#blocks.map(({ fields: { channels, convolutions } }) => ({
        channels: Number(channels.input.value),
        convolutions: Number(convolutions.input.value),
      })),
      hidden: Number(this.#hidden.input.value),
    };
    const problem = architectureProblem(entered);
    this.#problem.textContent =
      problem === null ? '' : `Not possible: ${problem}. The diagram shows the last valid network.`;
    if (problem === null) this.#value = entered;
    this.#draw();
    this.#onChange();
  }

  #draw(): void {
    const { blocks, hidden } = this.#value;
    const preset = PRESETS.find(({ architecture }) => sameArchitecture(architecture, this.#value));
    this.#preset.input.value = preset?.name ?? CUSTOM;
    for (const [index, { channels }] of blocks.entries()) {
      const side = pooledSide(IMAGE_SIDE, index + 1);
      const figure = mapsFigure(channels, side);
      this.#blocks[index].stage.show(figure, `${channels} maps`, `of ${side} × ${side}`);
    }
    this.#hiddenStage.show(unitsFigure(hidden), `${hidden} units`);
    this.#outputStage.show(unitsFigure(this.#classes), `${this.#classes} characters`);
  }
}

function makeStage(title: string, ...fields: readonly HTMLElement[]): Stage {
  const figure = element('div', { className: 'stage-figure' });
  const caption = element('div', { className: 'stage-caption soft' });
  return {
    element: element(
      'li',
      {},
      figure,
      element('div', { className: 'stage-name' }, element('strong', {}, title), caption),
      element('div', { className: 'stage-fields' }, ...fields),
    ),
    show: (svg, ...parts) => {
      figure.replaceChildren(svg);
      caption.replaceChildren(...parts.flatMap((part) => [element('span', {}, part), ' ']));
    },
  };
}

function inputStage(): HTMLElement {
  const stage = makeStage('Drawing');
  stage.show(mapsFigure(1, IMAGE_SIDE), '1 image', `of ${IMAGE_SIDE} × ${IMAGE_SIDE}`);
  return stage.element;
}
