// The programs of the documents. A `ts` or `js` block that begins with an import starts a program,
// and the blocks after it continue it. A comment `<!-- with: CODE -->` before a block, which a reader
// does not see, starts a program with CODE. Expected output is either a comment after
// `console.log(...);`, or a `text` block after the program, under a line `It prints:`.

import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url);

/** A program, as a reader would copy it. */
export interface DocumentProgram {
  /** Document and line, such as `README.md:100`. */
  readonly title: string;
  readonly code: string;
  /** Everything that it prints; null if the document does not show it. */
  readonly output: string | null;
}

/** README.md, and the documents in docs/ and examples/; the course has a test of its own. */
export const documents = (): string[] => [
  'README.md',
  ...['docs', 'examples'].flatMap((folder) =>
    readdirSync(new URL('./', ROOT)).includes(folder)
      ? readdirSync(new URL(folder, ROOT))
          .filter((name) => name.endsWith('.md'))
          .map((name) => `${folder}/${name}`)
      : [],
  ),
];

/** A fenced block, an optional hidden comment and the text before it. */
const BLOCK = /(?:<!-- with:\s*([^>]*?)\s*-->\s*)?^```(\w*)\n([\s\S]*?)^```$/gm;

/** The programs of a document. */
export function programsIn(document: string, text: string): DocumentProgram[] {
  const programs: DocumentProgram[] = [];
  let end = 0;
  for (const match of text.matchAll(BLOCK)) {
    const [whole, , language, code] = match;
    const context = match.at(1);
    const title = `${document}:${text.slice(0, match.index).split('\n').length}`;
    if (language === 'ts' || language === 'js') {
      if (context !== undefined || code.startsWith('import ')) {
        const start = context === undefined ? code : `${context}\n${code}`;
        programs.push({ title, code: start, output: null });
      } else {
        const last = programs.pop();
        if (last === undefined) throw new Error(`${title}: the block continues no program`);
        programs.push({ ...last, code: `${last.code}\n${code}` });
      }
    } else if (language === 'text' && text.slice(end, match.index).trim() === 'It prints:') {
      const last = programs.pop()!;
      programs.push({ ...last, output: code });
    }
    end = match.index + whole.length;
  }
  return programs;
}

/** The programs of all documents. */
export const allPrograms = (): DocumentProgram[] =>
  documents().flatMap((path) => programsIn(path, readFileSync(new URL(path, ROOT), 'utf8')));

/** Compares each line `console.log(...); // EXPECTED` with what it prints; see `RUNNER`. */
export const withExpectations = (code: string): string =>
  code.replaceAll(
    /^( *console\.log\(.*\);) \/\/ (.*)$/gm,
    (_, call: string, expected: string) => `${call} expectPrinted(${JSON.stringify(expected)});`,
  );

/** Runs the module that its argument names, also if the module leaves a backend open. */
export const RUNNER = `
import { format } from 'node:util';

const { log } = console;
let printed = '';
console.log = (...values) => {
  printed = format(...values);
  log(printed);
};
globalThis.expectPrinted = (expected) => {
  if (printed !== expected) {
    throw new Error('printed ' + printed + ', the document says ' + expected);
  }
};
await import(process.argv[2]);
process.exit(0);
`;
