// The files of the course: one Markdown file per chapter, and the figures.

import { readdirSync, readFileSync } from 'node:fs';
import { parseChapter, type Chapter } from './chapter.js';

export interface CourseFile {
  /** Such as `03-gradient-checking.md`. */
  readonly name: string;
  readonly markdown: string;
  readonly chapter: Chapter;
}

/**
 * Reads all chapters, in order.
 *
 * @param folder such as `docs/course/`
 */
export function readCourse(folder: URL): CourseFile[] {
  return readdirSync(folder)
    .filter((name) => /^\d\d-.*\.md$/.test(name))
    .sort()
    .map((name) => {
      const markdown = readFileSync(new URL(name, folder), 'utf8');
      return { name, markdown, chapter: parseChapter(markdown) };
    });
}
