// The steps of the tour: what each one highlights, does and says. No DOM.

/** One step. */
export interface Step {
  /** Selector of the highlighted element; the step is left out if the page has none. */
  readonly target: string;
  /** Selector of an element that is clicked when the step starts. */
  readonly click?: string;
  readonly title: string;
  readonly text: string;
}

export const STEPS: readonly Step[] = [
  {
    target: '#pad',
    click: '#samples .sample',
    title: 'Draw a character',
    text: 'Use the mouse, a finger, a pen or the arrow keys. Here an example is drawn for you.',
  },
  {
    target: '#result',
    title: 'Watch the prediction',
    text: 'The network classifies the drawing after every point. The bars show the five most probable characters.',
  },
  {
    target: '#tab-network',
    click: '#tab-network',
    title: 'Look inside the network',
    text: 'Each tile shows where one filter finds its pattern. Select one to see its arithmetic.',
  },
  {
    target: '#tab-why',
    click: '#tab-why',
    title: 'Ask why',
    text: 'See which pixels matter. Choose another character to see how to turn your drawing into it.',
  },
  {
    target: '#tab-words',
    click: '#tab-words',
    title: 'Write words',
    text: 'Write a whole line. Each letter is read alone; the word only settles look-alikes.',
  },
  {
    target: '#tab-teach',
    click: '#tab-teach',
    title: 'Correct a mistake',
    text: 'Draw something it gets wrong, then give the right answer. Its hidden layer retrains here.',
  },
  {
    target: '#tab-train',
    click: '#tab-train',
    title: 'Train a network',
    text: 'Start with random weights and watch the accuracy rise. Everything runs on your device.',
  },
  {
    target: '#pad',
    click: '#tab-network',
    title: 'Your turn',
    text: 'Draw something of your own, and try to mislead the network.',
  },
];

/** Seconds per step when the tour plays by itself: 60 seconds for all. */
export const STEP_SECONDS = 60 / STEPS.length;
