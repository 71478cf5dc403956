// The commands of the program. Each has a name and a description for the help; the rest is loaded
// when the command is used, because loading all of them takes most of the time of a short command.

export interface CommandEntry {
  /** Name and positional arguments. */
  readonly command: string;
  /** One line for the list of commands. */
  readonly describe: string;
  readonly load: () => Promise<unknown>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    command: 'data',
    describe: 'Download data sets',
    load: async () => (await import('./data.js')).dataCommand,
  },
  {
    command: 'explore',
    describe: 'Analyze a data set: counts, means, strokes, maps, neighbors, doubtful labels',
    load: async () => (await import('./explore.js')).exploreCommand,
  },
  {
    command: 'train',
    describe: 'Train the network; the defaults reproduce the recipe of the PyTorch original',
    load: async () => (await import('./train.js')).trainCommand,
  },
  {
    command: 'eval',
    describe: 'Evaluate a model on a data set',
    load: async () => (await import('./eval.js')).evalCommand,
  },
  {
    command: 'predict',
    describe: 'Classify the character, or recognize the words, in each image',
    load: async () => (await import('./predict.js')).predictCommand,
  },
  {
    command: 'import <file>',
    describe: 'Convert a PyTorch .pth file to a model file, without executing code from it',
    load: async () => (await import('./import.js')).importCommand,
  },
  {
    command: 'export [model] [out]',
    describe:
      'Convert a model to ONNX, safetensors or PyTorch, or to a PyTorch project that trains it',
    load: async () => (await import('./export.js')).exportCommand,
  },
  {
    command: 'info [file]',
    describe: 'Show the layers, multiply-adds, digest and training settings of a model file',
    load: async () => (await import('./info.js')).infoCommand,
  },
  {
    command: 'doctor',
    describe: 'Show the compute backends of this machine, and which one auto chooses',
    load: async () => (await import('./doctor.js')).doctorCommand,
  },
];

/** The first word of an entry's `command`. */
export const nameOf = ({ command }: CommandEntry): string => command.split(' ')[0];
