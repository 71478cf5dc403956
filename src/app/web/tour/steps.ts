// The steps of the tour: what each one highlights, does and says. No DOM.

/** One step. */
export interface Step {
  /** Selector of the highlighted element; the step is left out if the page has none. */
  readonly target: string;
  /** Selectors of elements that are clicked when the step starts. */
  readonly clicks?: readonly string[];
  readonly title: string;
  readonly text: string;
}

export const STEPS: readonly Step[] = [
  {
    target: '#pad',
    clicks: ['#tab-network', '#samples .sample'], // Words and Model hide the pad
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
    clicks: ['#tab-network'],
    title: 'Look inside the network',
    text: 'Each tile shows where one filter finds its pattern. Select one to see its arithmetic.',
  },
  {
    target: '#tab-why',
    clicks: ['#tab-why'],
    title: 'Ask why',
    text: 'See which pixels matter. Choose another character to see how to turn your drawing into it.',
  },
  {
    target: '#tab-words',
    clicks: ['#tab-words'],
    title: 'Write words',
    text: 'Write a whole line. Each letter is read alone; the word only settles look-alikes.',
  },
  {
    target: '#tab-teach',
    clicks: ['#tab-teach'],
    title: 'Correct a mistake',
    text: 'Draw something it gets wrong, then give the right answer. Its hidden layer retrains here.',
  },
  {
    target: '#tab-train',
    clicks: ['#tab-train'],
    title: 'Train a network',
    text: 'Start with random weights and watch the accuracy rise. Everything runs on your device.',
  },
  {
    target: '#pad',
    clicks: ['#tab-network'],
    title: 'Your turn',
    text: 'Draw something of your own, and try to mislead the network.',
  },
];

/** Seconds per step when the tour plays by itself: 60 seconds for all. */
export const STEP_SECONDS = 60 / STEPS.length;
