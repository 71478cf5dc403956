// A parser for the shell commands that the documents contain: words, quotes, comments, variables,
// operators and redirections. It has no expansions.

/** A simple command. */
export interface ShellCommand {
  /** Names of the variables that are set for it, as in `NAME=value command`. */
  readonly variables: readonly string[];
  /** The program and its arguments, without quotes and redirections. */
  readonly words: readonly string[];
}

/** A comment, an operator or a word. */
const TOKEN = /\s*(?:(#.*)|(&&|\|\||>>|[;|<>&\n])|((?:'[^']*'|"[^"]*"|\\.|[^\s'"\\;|<>&])+))/y;

/** The commands of some lines. */
export function parseShell(text: string): ShellCommand[] {
  return text.replaceAll('\\\n', ' ').split('\n').flatMap(parseLine);
}

function parseLine(line: string): ShellCommand[] {
  const commands: string[][] = [[]];
  let isTarget = false; // the next word is the file of a redirection
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(line); match !== null; match = TOKEN.exec(line)) {
    const [operator, word] = [match.at(2), match.at(3)];
    if (operator !== undefined) {
      isTarget = /[<>]/.test(operator);
      if (!isTarget) commands.push([]);
    } else if (word !== undefined) {
      if (!isTarget) commands.at(-1)!.push(word.replaceAll(/['"]|\\(?=.)/g, ''));
      isTarget = false;
    }
  }
  return commands.filter((words) => words.length > 0).map(splitVariables);
}

function splitVariables(words: readonly string[]): ShellCommand {
  const isAssignment = (word: string): boolean => /^[A-Za-z_]\w*=/.test(word);
  const count = words.findIndex((word) => !isAssignment(word));
  const first = count === -1 ? words.length : count;
  return {
    variables: words.slice(0, first).map((word) => word.split('=')[0]),
    words: words.slice(first),
  };
}
