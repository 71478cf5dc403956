// The reader's changes of cells, kept in this browser.

/** Prefix of the keys in localStorage. */
const PREFIX = 'inkgrad-course-cell-';

/** The changed code of a cell, or null. */
export function loadEdit(chapter: number, cell: number): string | null {
  try {
    return localStorage.getItem(`${PREFIX}${chapter}-${cell}`);
  } catch {
    return null; // storage is blocked: changes last until the page is closed
  }
}

/** Keeps the code of a cell; null removes it. */
export function saveEdit(chapter: number, cell: number, code: string | null): void {
  const key = `${PREFIX}${chapter}-${cell}`;
  try {
    if (code === null) localStorage.removeItem(key);
    else localStorage.setItem(key, code);
  } catch {
    // blocked or full, see loadEdit
  }
}
