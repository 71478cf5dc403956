// The shell commands of a document: `sh` blocks, lines after a prompt, and inline code.

import { COMMANDS, nameOf } from '../../src/app/commands/commandList.js';

/** Commands and options of a document. */
export interface Commands {
  /** Complete commands, of blocks. */
  readonly commands: readonly string[];
  /** Inline code that names a command, possibly without some of its arguments. */
  readonly mentions: readonly string[];
  /** Inline code that begins with an option, such as `--threads 2`, which names no program. */
  readonly options: readonly string[];
  /** Environment variables in inline code: upper case with an underscore. */
  readonly variables: readonly string[];
}

const PROGRAMS = [
  'inkgrad',
  'node',
  'nohup',
  'npm',
  'npx',
  'python3',
  'setsid',
  'sudo',
  'xvfb-run',
];
const COMMAND = new RegExp(`^(?:[A-Za-z_]+=\\S+ )*(?:${PROGRAMS.join('|')}) \\S`);
/** Inline code may omit `inkgrad` if it has an option: `doctor --check`. */
const SHORT_COMMAND = new RegExp(`^(?:${COMMANDS.map(nameOf).join('|')}) (?:.* )?--`);

/** The commands of a Markdown document. */
export function commandsIn(text: string): Commands {
  const blocks = [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)];
  const fromBlocks = blocks.flatMap(([, language, code]) =>
    language === 'sh' ? [code] : Array.from(code.matchAll(/^\$ (.*)$/gm), ([, command]) => command),
  );
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
  const inline = Array.from(prose.matchAll(/(?<!`)`([^`]+)`(?!`)/g), ([, code]) =>
    code.replaceAll(/\s+/g, ' ').replaceAll('\\|', '|'),
  );
  return {
    commands: fromBlocks,
    mentions: [
      ...inline.filter((code) => COMMAND.test(code)),
      ...inline.filter((code) => SHORT_COMMAND.test(code)).map((code) => `inkgrad ${code}`),
    ],
    options: inline.filter((code) => /^--?[a-z]/.test(code)),
    variables: inline.filter((code) => /^[A-Z]+(?:_[A-Z\d]+)+$/.test(code)),
  };
}
