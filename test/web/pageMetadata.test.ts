// Tests the metadata of the built pages: previews of links, and the address of the source code.

import type { HtmlTagDescriptor } from 'vite';
import { describe, expect, it } from 'vitest';
import { previewTags, siteAddress, sourceAddress } from '../../scripts/pageMetadata.js';

const PAGE = '<title>A title</title><meta name="description" content="What it does" />';

/** The content of each tag, by its property or name. */
const contents = (tags: readonly HtmlTagDescriptor[]): Record<string, unknown> =>
  Object.fromEntries(
    tags.map(({ attrs }) => [String(attrs!.property ?? attrs!.name), attrs!.content]),
  );

describe('the address of the pages', () => {
  it('is null without the build option, and ends with a slash', () => {
    expect(siteAddress(undefined)).toBeNull();
    expect(siteAddress('')).toBeNull();
    expect(siteAddress('https://example.org/inkgrad')!.href).toBe('https://example.org/inkgrad/');
    expect(siteAddress('http://localhost:80/')!.href).toBe('http://localhost/');
  });

  it.each([
    'example.org',
    '/inkgrad',
    'ftp://example.org/',
    'https://a.org/?b',
    'https://a.org/b.html',
  ])('is rejected with the value and an example: %s', (text) => {
    expect(() => siteAddress(text)).toThrow(`"${text}"; set it to an address such as https://`);
  });
});

describe('the preview of a link', () => {
  it('has absolute addresses, with the title and description of the page', () => {
    const site = siteAddress('https://example.org/a');
    expect(contents(previewTags(PAGE, '/index.html', site))).toEqual({
      'og:type': 'website',
      'og:site_name': 'inkgrad',
      'og:title': 'A title',
      'og:description': 'What it does',
      'og:url': 'https://example.org/a/',
      'og:image': 'https://example.org/a/preview.png',
      'og:image:width': '1200',
      'og:image:height': '630',
      'og:image:alt': 'A drawn letter, and the character that the network recognizes',
      'twitter:card': 'summary_large_image',
    });
    expect(contents(previewTags(PAGE, '/bench.html', site))).toMatchObject({
      'og:url': 'https://example.org/a/bench.html',
    });
  });

  it('has no address and no image if the address of the pages is unknown', () => {
    const tags = previewTags(PAGE, '/index.html', null);
    expect(JSON.stringify(tags)).not.toMatch(/https?:|image|twitter/);
    expect(contents(tags)).toMatchObject({ 'og:title': 'A title' });
  });

  it('needs a title', () => {
    expect(() => previewTags('<title>x</title>', '/x.html', null)).toThrow('/x.html: needs');
  });
});

it.each([
  [{}, 'https://www.npmjs.com/package/inkgrad'],
  [{ homepage: 'https://a.org/' }, 'https://a.org/'],
  [{ homepage: 'https://a.org/', repository: 'https://b.org/x' }, 'https://b.org/x'],
  [{ repository: { url: 'git+https://b.org/x.git' } }, 'https://b.org/x'],
  [{ repository: { url: 'git@b.org:x.git' } }, 'https://www.npmjs.com/package/inkgrad'],
])('the address of the source code of %j is %s', (manifest, address) => {
  expect(sourceAddress({ name: 'inkgrad', ...manifest })).toBe(address);
});
