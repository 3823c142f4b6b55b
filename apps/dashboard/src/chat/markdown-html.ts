import { lexer, Marked, Renderer, type Token, type Tokens } from 'marked';
import { isOwnImage, isSafeLink } from './markdown-links.ts';

export interface MarkdownHtmlOptions {
  copyLabel: string;
  classes: { code: string; table: string };
  /** Colours a piece of code, as HTML of nothing but spans; undefined for a language that it does not know. */
  highlight?: Highlight | undefined;
}

export type Highlight = (code: string, language: string) => string | undefined;

export interface MarkdownBlock {
  source: string;
  token: Token;
}

/** Cuts Markdown into its blocks; one whose source did not change need not be rendered again. */
export function markdownBlocks(markdown: string): MarkdownBlock[] {
  return lexer(markdown, syntax)
    .filter(({ type }) => type !== 'space')
    .map((token) => ({ source: token.raw, token }));
}

/** Makes the Markdown half of a renderer: HTML that holds nothing of the source but escaped text, also of its HTML. */
export function createMarkdownHtml(options: MarkdownHtmlOptions): (block: MarkdownBlock) => string {
  const marked = new Marked();
  // Not `use()` nor the constructor: they copy enumerable properties only, and so drop the methods of a class.
  marked.setOptions({ ...syntax, renderer: new SafeRenderer(options) });
  return ({ token }) => marked.parser([token]);
}

const syntax = { gfm: true, breaks: true };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

class SafeRenderer extends Renderer {
  readonly #options: MarkdownHtmlOptions;

  constructor(options: MarkdownHtmlOptions) {
    super();
    this.#options = options;
  }

  override html({ text }: Tokens.HTML | Tokens.Tag): string {
    return escapeHtml(text);
  }

  override heading({ depth, tokens }: Tokens.Heading): string {
    // Below the message's own heading; answers begin with `##` as often as with `#`.
    const level = Math.min(Math.max(depth + 1, 3), 6);
    return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
  }

  override code({ text, lang = '' }: Tokens.Code): string {
    const { classes, copyLabel, highlight } = this.#options;
    const [language = ''] = lang.split(/\s/);
    const coloured = highlight?.(text, language) ?? escapeHtml(text);
    const head = `<span>${escapeHtml(language)}</span><button type="button" data-copy>${escapeHtml(copyLabel)}</button>`;
    const body = `<pre tabindex="0"><code>${coloured}</code></pre>`;
    return `<figure class="${classes.code}"><figcaption>${head}</figcaption>${body}</figure>`;
  }

  override table(token: Tokens.Table): string {
    return `<div class="${this.#options.classes.table}" tabindex="0">${super.table(token)}</div>`;
  }

  override checkbox({ checked }: Tokens.Checkbox): string {
    return checked ? '☑ ' : '☐ ';
  }

  override link({ href, tokens }: Tokens.Link): string {
    const text = this.parser.parseInline(tokens);
    if (!isSafeLink(href)) return text;
    return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${text}</a>`;
  }

  override image({ href, text }: Tokens.Image): string {
    if (isOwnImage(href)) return `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}">`;
    // A foreign picture would tell its server who reads this; the content security policy refuses it as well.
    const label = escapeHtml(text === '' ? href : text);
    return isSafeLink(href)
      ? `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${label}</a>`
      : label;
  }
}
