// Trains one network with inkgrad on the current backend, from the workload's weights.

import { Rng, type Module } from '../../src/index.js';
import type { RoundReply } from '../compare/protocol.js';
import { NETWORKS, type NetworkName } from './index.js';
import type { Data, Trainer } from './program.js';
import { CHECK_STEPS, type CheckReply } from './protocol.js';

type Weights = Parameters<Module['loadStateDict']>[0];

export class Session {
  readonly #name: NetworkName;
  readonly #model: Module;
  readonly #trainer: Trainer;
  #steps = 0;

  constructor(name: NetworkName, { data, weights }: { data: Data; weights: Weights }) {
    const { model, train } = NETWORKS[name].build(new Rng(0));
    this.#name = name;
    this.#model = model;
    // The workload has no num_batches_tracked.
    this.#model.loadStateDict(weights, { strict: false });
    this.#model.train();
    this.#trainer = train(data);
  }

  async check(): Promise<CheckReply> {
    const parameters = this.#model.parameters().reduce((sum, { size }) => sum + size, 0);
    const losses: (readonly number[])[] = [];
    for (let step = 0; step < CHECK_STEPS; step++) losses.push(await this.#trainer.step(step));
    return { parameters, losses };
  }

  async round(seconds: number): Promise<RoundReply> {
    const first = this.#steps;
    const start = performance.now();
    let elapsed: number;
    do {
      await this.#trainer.step(this.#steps++);
      elapsed = (performance.now() - start) / 1000;
    } while (elapsed < seconds);
    return { task: this.#name, steps: this.#steps - first, seconds: elapsed };
  }

  dispose(): void {
    this.#trainer.dispose();
    this.#model.dispose();
  }
}
