// Parameter groups: the parameters of an optimizer that share options such as the learning rate.

import { ArgumentError } from '../../engine/errors.js';
import { describeValue } from '../../engine/options.js';
import { Parameter } from '../parameter.js';
import { resolveOptions, type OptionRules } from './optionRules.js';

/** The options of every optimizer. */
export interface CommonOptions {
  /** Learning rate. */
  readonly lr: number;
  /** Whether to maximize the objective instead of minimizing it. Default false. */
  readonly maximize: boolean;
}

/** A group as passed to an optimizer. Options that are missing are those of the optimizer. */
export type ParameterGroupOptions<O> = Partial<O> & { readonly params: readonly Parameter[] };

/** The first argument of an optimizer: a list of parameters, or of groups. */
export type ParametersOrGroups<O> = readonly Parameter[] | readonly ParameterGroupOptions<O>[];

/** The rules that a group's options must satisfy. */
export interface GroupRules<O> {
  /** Class name of the optimizer, for messages. */
  readonly optimizer: string;
  readonly options: OptionRules<O>;
  /** @throws ArgumentError for options that are valid one by one, but not together */
  checkTogether?(options: O): void;
}

/**
 * Parameters of an optimizer that share their options. `optimizer.groups` lists the groups;
 * `addParamGroup` adds one.
 *
 * @example
 * const layer = new Linear({ inFeatures: 2, outFeatures: 1, rng: new Rng(1) });
 * const optimizer = new AdamW(
 *   [{ params: [layer.weight] }, { params: [layer.bias!], weightDecay: 0, lr: 0.1 }],
 *   { lr: 0.01 },
 * );
 * print(optimizer.groups.map(({ lr }) => lr)); // [0.01, 0.1]
 * const group: ParameterGroup = optimizer.groups[1];
 * group.set({ lr: 0.05 });
 * print(group.options.lr, group.options.maximize); // 0.05 false
 * layer.dispose();
 *
 * @see https://pytorch.org/docs/stable/optim.html#per-parameter-options
 */
export class ParameterGroup<O extends CommonOptions = CommonOptions> {
  /** The parameters, in the order of the saved state. */
  readonly params: readonly Parameter[];
  readonly #rules: GroupRules<O>;
  #options: O;

  /** @throws ArgumentError if an option is unknown or invalid, or `params` is not a list of parameters */
  constructor(rules: GroupRules<O>, { params, ...given }: ParameterGroupOptions<O>, defaults: O) {
    checkParameters(rules.optimizer, params);
    this.params = [...params];
    this.#rules = rules;
    this.#options = defaults;
    this.set(given as unknown as Partial<O>);
  }

  /** The current value of every option. */
  get options(): O {
    return this.#options;
  }

  /**
   * Changes options. They apply from the next step on.
   *
   * @throws ArgumentError if one is unknown or invalid; nothing is changed in that case
   */
  set(changes: Partial<O>): void {
    const { optimizer, options: rules } = this.#rules;
    const options = resolveOptions(optimizer, rules, changes, this.#options);
    this.#rules.checkTogether?.(options);
    this.#options = options;
  }

  /** The learning rate. */
  get lr(): number {
    return this.#options.lr;
  }

  set lr(lr: number) {
    this.set({ lr } as Partial<O>);
  }
}

function checkParameters(optimizer: string, params: unknown): void {
  if (!Array.isArray(params)) {
    throw new ArgumentError(
      `${optimizer}: params of a group must be a list of parameters, got ${describeValue(params)}`,
    );
  }
  const index = params.findIndex((parameter) => !(parameter instanceof Parameter));
  if (index >= 0) {
    throw new ArgumentError(
      `${optimizer}: parameter ${index} must be a Parameter, got ${describeValue(params[index])}`,
    );
  }
}

/**
 * The groups of an optimizer's first argument; a list of parameters is one group.
 *
 * @throws ArgumentError if it is neither a list of parameters nor of groups, or is empty
 */
export function toGroups<O>(
  optimizer: string,
  parameters: ParametersOrGroups<O>,
): readonly ParameterGroupOptions<O>[] {
  const list: unknown = parameters;
  if (!Array.isArray(list)) {
    throw new ArgumentError(
      `${optimizer}: expected a list of parameters (model.parameters()) or of groups ` +
        `({ params, lr, ... }), got ${describeValue(list)}`,
    );
  }
  const isGroup = (item: unknown): boolean =>
    typeof item === 'object' && item !== null && !(item instanceof Parameter) && 'params' in item;
  if (list.length > 0 && list.every(isGroup)) return list as ParameterGroupOptions<O>[];
  return [{ params: list as Parameter[] } as unknown as ParameterGroupOptions<O>];
}
