// The type of a command's module: what is loaded when the command is used.

import type { CommandModule } from 'yargs';

/** Options of a command, and the function that runs it. */
export type CommandBody<Options> = Required<
  Pick<CommandModule<object, Options>, 'builder' | 'handler'>
>;
