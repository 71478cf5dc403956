// Form fields of the Train panel: a label, an input, and a hint.

import { element } from '../ui/dom.js';
import type { Limits } from './validation.js';

export type Choices = readonly (readonly [value: number | string, text: string])[];

export interface Field<Input extends HTMLInputElement | HTMLSelectElement> {
  /** The label, the input and the hint. */
  readonly element: HTMLElement;
  readonly input: Input;
}

export interface FieldOptions {
  readonly label: string;
  /** Appended to the label for screen readers, where the layout shows what it belongs to. */
  readonly of?: string;
  readonly hint?: string;
}

let fields = 0;

function makeField<Input extends HTMLInputElement | HTMLSelectElement>(
  { label, of = '', hint = '' }: FieldOptions,
  input: Input,
): Field<Input> {
  fields += 1;
  input.id = `training-field-${fields}`;
  const hidden = of === '' ? [] : [element('span', { className: 'visually-hidden' }, ` ${of}`)];
  const hintElement = element('small', { id: `${input.id}-hint` }, hint);
  if (hint !== '') input.setAttribute('aria-describedby', hintElement.id);
  return {
    input,
    element: element(
      'div',
      { className: 'field' },
      element('label', { htmlFor: input.id }, label, ...hidden),
      input,
      ...(hint === '' ? [] : [hintElement]),
    ),
  };
}

export function selectField(options: FieldOptions, choices: Choices): Field<HTMLSelectElement> {
  const input = element('select');
  fillChoices(input, choices);
  return makeField(options, input);
}

/** Replaces the choices of a select. */
export function fillChoices(input: HTMLSelectElement, choices: Choices): void {
  input.replaceChildren(
    ...choices.map(([value, text]) => element('option', { value: String(value) }, text)),
  );
}

/** Selects a value; adds it if it is not among the choices, as a value from a link may be. */
export function choose(input: HTMLSelectElement, value: number | string): void {
  const text = String(value);
  const isChoice = [...input.options].some((option) => option.value === text);
  if (!isChoice) input.append(element('option', { value: text }, text));
  input.value = text;
}

export function integerField(options: FieldOptions, { min, max }: Limits): Field<HTMLInputElement> {
  const input = element('input', {
    type: 'number',
    min: String(min),
    max: String(max),
    step: '1',
    required: true,
    inputMode: 'numeric',
  });
  return makeField(options, input);
}
