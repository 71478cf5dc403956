// The message for arguments that yargs rejects: one line with the mistake, the closest valid name,
// and the command that prints the help.

import type { Argv } from 'yargs';
import { closestName } from '../terminal/closestName.js';

/** The current command: its names, such as `data`, `fetch`, and each with its arguments. */
interface CommandContext {
  readonly commands: readonly string[];
  readonly fullCommands: readonly string[];
}

/** The parts of a parser that yargs does not declare. */
interface ParserState {
  /** Options of the current command, by name. */
  getOptions(): { readonly key: Readonly<Record<string, unknown>> };
  getInternalMethods(): {
    getContext(): CommandContext;
    /** The commands, or subcommands, that are valid now. */
    getCommandInstance(): { getCommands(): readonly string[] };
  };
  readonly parsed: false | { readonly argv: { readonly _: readonly (string | number)[] } };
}

/**
 * Completes a message of yargs.
 *
 * @param parser the parser that failed
 */
export function usageMessage(message: string, parser: Argv): string {
  const state = parser as unknown as ParserState;
  const context = state.getInternalMethods().getContext();
  const help = ['inkgrad', ...context.commands, '--help'].join(' ');
  return `${describeMistake(message.trim(), state, context)} (see ${help})`;
}

function describeMistake(message: string, state: ParserState, context: CommandContext): string {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1].split(', ');
  if (unknown !== undefined) return describeUnknown(message, unknown, state, context.commands);
  if (message.startsWith('Not enough non-option arguments')) {
    return `Missing argument: inkgrad ${context.fullCommands.join(' ')}`;
  }
  return message.replace(/\.$/, '').replace(/\s*\n\s*/g, ' ');
}

/** Suggests the closest command or option. */
function describeUnknown(
  message: string,
  unknown: readonly string[],
  state: ParserState,
  commands: readonly string[],
): string {
  const subcommands = state.getInternalMethods().getCommandInstance().getCommands();
  const word = state.parsed === false ? undefined : state.parsed.argv._.at(commands.length);
  if (word !== undefined && subcommands.length > 0) {
    const closest = closestName(String(word), subcommands);
    return `Unknown command: ${word}${closest === null ? '' : `; did you mean ${closest}?`}`;
  }
  const options = Object.keys(state.getOptions().key);
  const closest = unknown.map((name) => closestName(name, options)).find((name) => name !== null);
  return closest === undefined ? message : `${message}; did you mean --${closest}?`;
}
