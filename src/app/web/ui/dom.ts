// Helpers for creating and finding elements.

/** The properties that `element` can set. */
type Properties<T> = Partial<Omit<T, 'style' | 'dataset' | 'classList' | 'children'>>;

/**
 * Creates an element.
 *
 * @param properties of the element, e.g. `className`, `hidden`, `ariaLabel`
 * @param children elements or text; text is never parsed as HTML
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Properties<HTMLElementTagNameMap[K]> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

/** The page's element with this id. @throws Error if there is none of this type */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const match = document.getElementById(id);
  if (!(match instanceof type)) throw new Error(`no ${type.name} with id "${id}" on the page`);
  return match;
}

/** Sets a text if it differs, which avoids needless layout. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}
