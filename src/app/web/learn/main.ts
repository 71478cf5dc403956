// The page of the course: makes the cells of the static text editable and runnable.

import { enableOffline } from '../offline/register.js';
import { byId, element } from '../ui/dom.js';
import { makeAnnouncer, makeNotices } from '../ui/notices.js';
import { Cell, type CellActions } from './cell.js';
import { addressOfCell, cellFromAddress } from './cellLink.js';
import { CellRunner, type Definitions } from './cellRunner.js';
import { loadEdit, saveEdit } from './edits.js';
import { Notebook } from './notebook.js';

const showError = makeNotices(byId('notices', HTMLElement));
const announce = makeAnnouncer(byId('announcer', HTMLElement));

interface Chapter {
  readonly element: HTMLElement;
  readonly number: number;
  readonly cells: readonly Cell[];
}

const actions: CellActions = {
  run(cell) {
    if (notebook.isRunning) {
      announce('Another cell is running. Stop it first.');
      return;
    }
    void notebook.runTo(cell, chapterOf(cell).cells);
  },
  stop: () => notebook.stop(),
  share: (cell) => void share(cell),
  edited: ({ chapter, number, code, originalCode }) =>
    saveEdit(chapter, number, code === originalCode ? null : code),
};

const chapters = [...document.querySelectorAll<HTMLElement>('.chapter')].map((chapter): Chapter => {
  const number = Number(chapter.dataset.chapter);
  const cells = [...chapter.querySelectorAll<HTMLElement>('.code-cell')].map(
    (section) => new Cell(section, number, actions),
  );
  return { element: chapter, number, cells };
});
const definitions: Definitions = chapters.map(({ number, cells }) => [
  number,
  cells.filter(({ isDefinition }) => isDefinition).map(({ originalCode }) => originalCode),
]);
const notebook = new Notebook(new CellRunner(definitions));

function chapterOf(cell: Cell): Chapter {
  return chapters.find(({ number }) => number === cell.chapter)!;
}

/** Copies a link to a cell with its present code. */
async function share(cell: Cell): Promise<void> {
  try {
    const { chapter, number, code } = cell;
    const address = await addressOfCell({ chapter, cell: number, code }, location.href);
    try {
      await navigator.clipboard.writeText(address);
      cell.setStatus('Link copied');
    } catch {
      // The clipboard is unavailable without https or permission: use the address bar.
      history.replaceState(null, '', address);
      cell.setStatus('Link in the address bar');
    }
  } catch (error) {
    showError(error);
  }
}

/** Shows the cell of the address, without running it. */
async function openSharedCell(): Promise<void> {
  try {
    const shared = await cellFromAddress(location.hash);
    if (shared === null) return;
    const chapter = chapters.find(({ number }) => number === shared.chapter);
    const cell = chapter?.cells.find(({ number }) => number === shared.cell);
    if (cell === undefined) throw new Error('The link names a cell that this course lacks');
    cell.element.closest('details')?.setAttribute('open', '');
    await cell.setCode(shared.code);
    if (cell.code !== cell.originalCode) {
      cell.setStatus(
        'The code comes from the link. Read it before you run it; Reset restores the original.',
      );
    }
    cell.element.scrollIntoView({ block: 'center' });
  } catch (error) {
    showError(error);
  }
}

function addChapterButtons({ element: chapter, number, cells }: Chapter): void {
  const runAll = element('button', { type: 'button' }, 'Run all cells');
  const resetAll = element('button', { type: 'button', className: 'plain' }, 'Reset all');
  runAll.ariaLabel = `Run all cells of chapter ${number}`;
  resetAll.ariaLabel = `Reset all cells of chapter ${number}`;
  runAll.addEventListener('click', () => {
    if (notebook.isRunning) announce('A cell is running. Stop it first.');
    else void notebook.runAll(cells);
  });
  resetAll.addEventListener('click', () => {
    notebook.stop();
    for (const cell of cells) void cell.reset();
  });
  chapter
    .querySelector('h2')!
    .after(element('div', { className: 'chapter-bar' }, runAll, resetAll));
}

/** Opens the editors of the cells near the window: all at once would take a second. */
const nearby = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      const cell = chapters.flatMap(({ cells }) => cells).find((one) => one.element === target);
      void cell?.openEditor().catch(showError);
    }
  },
  { rootMargin: '400px' },
);

/** Formulas and tables that are wider than the page, which the arrow keys scroll when focused. */
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute('tabindex', '0');
    else target.removeAttribute('tabindex');
  }
});
for (const region of document.querySelectorAll('math[display="block"], .chapter table')) {
  wide.observe(region);
}

for (const chapter of chapters) {
  addChapterButtons(chapter);
  for (const cell of chapter.cells) {
    const edit = loadEdit(cell.chapter, cell.number);
    if (edit !== null) void cell.setCode(edit).catch(showError);
    nearby.observe(cell.element);
  }
}
window.addEventListener('hashchange', () => void openSharedCell());
void openSharedCell();
void enableOffline(byId('notices', HTMLElement));
