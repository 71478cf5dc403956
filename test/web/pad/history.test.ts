import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { History } from '../../../src/app/web/pad/history.js';

describe('History', () => {
  it('undoes, redoes, and discards undone states after a new one', () => {
    const history = new History('');
    history.push('a');
    history.push('ab');
    expect(history.undo()).toBe('a');
    expect(history.redo()).toBe('ab');
    history.undo();
    history.push('ac');
    expect([history.canUndo, history.canRedo]).toEqual([true, false]);
    expect(history.redo()).toBe('ac');
    expect([history.undo(), history.undo(), history.undo()]).toEqual(['a', '', '']);
    expect([history.canUndo, history.canRedo]).toEqual([false, true]);
  });

  it('discards the oldest state beyond its limit', () => {
    const history = new History(0, 2);
    for (const state of [1, 2, 3]) history.push(state);
    expect([history.undo(), history.undo(), history.undo()]).toEqual([2, 1, 1]);
  });

  it('behaves like a list and an index for random steps', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.nat(), fc.constantFrom('undo', 'redo')), { maxLength: 60 }),
        (steps) => {
          const history = new History(-1);
          let states = [-1];
          let at = 0;
          for (const step of steps) {
            if (step === 'undo') at = Math.max(0, at - 1);
            else if (step === 'redo') at = Math.min(states.length - 1, at + 1);
            else {
              states = [...states.slice(0, at + 1), step];
              at += 1;
            }
            if (step === 'undo') history.undo();
            else if (step === 'redo') history.redo();
            else history.push(step);
            expect(history.present).toBe(states[at]);
            expect([history.canUndo, history.canRedo]).toEqual([at > 0, at < states.length - 1]);
          }
        },
      ),
    );
  });
});
