import { describe, expect, test } from 'vitest';
import { highlight } from '../../src/chat/highlight.ts';
import { createMarkdownHtml, markdownBlocks } from '../../src/chat/markdown-html.ts';

const markdown = createMarkdownHtml({ copyLabel: 'Copy', classes: { code: 'code', table: 'table' } });
const render = (text: string) =>
  markdownBlocks(text)
    .map((block) => markdown(block).trim())
    .join('\n');

describe('what an agent writes is not trusted', () => {
  test.each([
    '<script>alert(1)</script>',
    'text <img src=x onerror=alert(1)> text',
    '<style>body{display:none}</style>',
    '<form action="https://evil.test"><input name="token"></form>',
    '- <iframe src="https://evil.test"></iframe>',
    '| a |\n|---|\n| <b onclick="alert(1)">x</b> |',
    '# <svg onload=alert(1)>',
    '```"><script>alert(1)</script>\ncode\n```',
    '```\n</code></pre><script>alert(1)</script>\n```',
    '`<script>alert(1)</script>`',
  ])('the HTML in %j is shown as text', (text) => {
    expect(render(text)).not.toMatch(/<(?:script|img|style|form|input|iframe|svg|b)\b/);
    expect(render(text)).toMatch(/&(?:lt|#60);/);
  });

  test.each([
    '[x](javascript:alert(1))',
    '[x](JAVASCRIPT:alert(1))',
    '[x](data:text/html,hi)',
    '[x](vbscript:x)',
    '[x](/logout)',
    '[x](//evil.test)',
  ])('%j becomes no link', (text) => {
    expect(render(text)).toBe('<p>x</p>');
  });

  test('a link says nothing of this page to the one it leads to', () => {
    expect(render('[x](https://example.com/?a=1&b="2")')).toBe(
      '<p><a href="https://example.com/?a=1&#38;b=&#34;2&#34;" target="_blank" rel="noopener noreferrer">x</a></p>',
    );
  });

  test('a picture of another server becomes a link, for loading it would tell that server who reads', () => {
    expect(render('![cat](https://tracker.test/cat.png)')).toContain('>cat</a>');
    expect(render('![cat](https://tracker.test/cat.png)')).not.toContain('<img');
    expect(render('![x](data:image/svg+xml;base64,PHN2Zz4=)')).not.toContain('<img');
    expect(render('![x](//evil.test/pico/media/a.png)')).not.toContain('<img');
  });

  test('our own pictures are shown', () => {
    expect(render('![cat](/pico/media/abc123)')).toBe('<p><img src="/pico/media/abc123" alt="cat"></p>');
    expect(render('![cat](data:image/png;base64,iVBORw0KGgo=)')).toContain('<img src="data:image/png;base64,');
  });
});

test('code has its language and a button that copies', () => {
  const html = render('```ts title\nconst a = 1 < 2;\n```');
  expect(html).toContain('<span>ts</span><button type="button" data-copy>Copy</button>');
  expect(html).toContain('<code>const a = 1 &#60; 2;</code>');
});

test('code whose end has not arrived yet is code already', () => {
  expect(render('```js\nconst a =')).toContain('<code>const a =</code>');
});

test('a table scrolls in a frame of its own, and headings stay below those of the page', () => {
  expect(render('| a | b |\n|---|--:|\n| 1 | 2 |')).toMatch(/^<div class="table" tabindex="0"><table>/);
  expect(render('# One')).toBe('<h3>One</h3>');
  expect(render('## Two')).toBe('<h3>Two</h3>');
  expect(render('### Three')).toBe('<h4>Three</h4>');
  expect(render('###### Six')).toBe('<h6>Six</h6>');
});

test('blocks that are complete keep their source while the text grows', () => {
  const before = markdownBlocks('First.\n\nSecond');
  const after = markdownBlocks('First.\n\nSecond, longer\n\nThird');
  expect(after[0]?.source).toBe(before[0]?.source);
  expect(after).toHaveLength(3);
});

describe('code of a known language is coloured', () => {
  const coloured = createMarkdownHtml({ copyLabel: 'Copy', classes: { code: 'code', table: 'table' }, highlight });
  const htmlOf = (text: string) => markdownBlocks(text).map(coloured).join('');

  test('by spans, and holds what was written', () => {
    const html = htmlOf('```js\nconst a = "<b>";\n```');
    expect(html).toContain('<span class="hljs-keyword">const</span>');
    expect(html).toContain('&lt;b&gt;');
  });

  test.each(['```js\n</code><script>alert(1)</script>\n```', '```html\n<img src=x onerror=alert(1)>\n```'])(
    'and the HTML in %j is still text',
    (text) => expect(htmlOf(text)).not.toMatch(/<(?:script|img)\b/),
  );

  test('an unknown language, or a very long text, is left as it is', () => {
    expect(htmlOf('```nonsense\nconst a\n```')).toContain('<code>const a</code>');
    expect(highlight('a'.repeat(20_001), 'js')).toBeUndefined();
  });
});
