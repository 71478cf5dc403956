// Two helpers for elements, so that no part needs a template language. Imports nothing.

/** Properties that `element` sets: of the element itself, and attributes that have no property of the same name. */
type Properties<T> = Partial<Omit<T, 'style' | 'dataset' | 'classList' | 'children'>>;

/**
 * Makes an element.
 *
 * @param properties of the element, e.g. `className`, `hidden`, `ariaLabel`
 * @param children elements, or texts; text is never read as HTML
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The element of the page with this id. @throws Error if the page lacks it */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`the page lacks #${id}`);
  return found;
}
