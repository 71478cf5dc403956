// The editor of a cell: CodeMirror with JavaScript.
//
// It is in a shadow root, where CodeMirror adds its styles as objects; in the document it would add a
// style element, which the page's content security policy forbids.

import { history, historyKeymap, defaultKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  drawSelection,
  EditorView,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

export interface EditorOptions {
  readonly code: string;
  /** Accessible name. */
  readonly label: string;
  /** Shift+Enter or Ctrl+Enter. */
  readonly onRun: () => void;
  readonly onChange: (code: string) => void;
}

/** Marks the line of an error, from 1; null removes the mark. */
const markLine = StateEffect.define<number | null>();

const markedLine = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let result = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(markLine)) continue;
      const { doc } = transaction.state;
      result =
        effect.value === null || effect.value > doc.lines
          ? Decoration.none
          : Decoration.set([
              Decoration.line({ class: 'error-line' }).range(doc.line(effect.value).from),
            ]);
    }
    return result;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The same colors as those of the static code (learn.css). */
const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
]);

const theme = EditorView.theme({
  '&': { backgroundColor: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { font: 'inherit', lineHeight: 'inherit' },
  '.cm-content': { padding: '0.75rem 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 0.75rem' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--ink-soft)', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    {
      backgroundColor: 'var(--selection)',
    },
  '.error-line': { backgroundColor: 'var(--bad-soft)' },
});

export class Editor {
  readonly element = document.createElement('div');
  readonly #view: EditorView;

  constructor({ code, label, onRun, onChange }: EditorOptions) {
    this.element.className = 'editor';
    const root = this.element.attachShadow({ mode: 'open' });
    const run = (): true => {
      onRun();
      return true;
    };
    const extensions: Extension[] = [
      lineNumbers(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      javascript(),
      syntaxHighlighting(colors),
      theme,
      markedLine,
      // Tab stays the key that moves to the next control.
      keymap.of([
        { key: 'Shift-Enter', run },
        { key: 'Mod-Enter', run },
        ...defaultKeymap,
        ...historyKeymap,
      ]),
      EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
      EditorView.updateListener.of(({ docChanged }) => {
        if (docChanged) onChange(this.code);
      }),
    ];
    this.#view = new EditorView({
      state: EditorState.create({ doc: code, extensions }),
      parent: root,
      root,
    });
  }

  get code(): string {
    return this.#view.state.doc.toString();
  }

  set code(text: string) {
    const { length } = this.#view.state.doc;
    this.#view.dispatch({ changes: { from: 0, to: length, insert: text } });
  }

  /** Marks the line of an error, from 1; null removes the mark. The next edit removes it too. */
  markError(line: number | null): void {
    this.#view.dispatch({ effects: markLine.of(line) });
  }

  focus(): void {
    this.#view.focus();
  }
}
