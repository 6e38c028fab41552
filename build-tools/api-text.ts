import { givenFor } from './api-example';
import type { ApiSource } from './api-source';
import { DocComment, onOneLine, tagsOf } from './doc-comment';

/** Writes the text of doc comments as Markdown of one page. */
export class ApiText {
  readonly #source: ApiSource;
  readonly #page: string;

  public constructor(source: ApiSource, page: string) {
    this.#source = source;
    this.#page = page;
  }

  /** The names of the reference as links, our documents as links, and examples with what they take for granted. */
  public prose(text: string): string {
    return text
      .split(/(^```ts\n[^]*?^```)/gm)
      .map((part) => (part.startsWith('```') ? `${givenFor(part, this.#source.entries)}${part}` : this.#linked(part)))
      .join('');
  }

  #linked(text: string): string {
    return text
      .replace(/`docs\/([\w-]+)\.md`/g, (_, name: string) => `[${name.replaceAll('-', ' ')}](../${name}.md)`)
      .replace(/(?<!\[)`(\w+)`/g, (whole, name: string) => {
        const link = this.#source.linkToName(name, this.#page);
        return link === undefined ? whole : `[\`${name}\`](${link})`;
      });
  }

  /** A type, with a link for each part that is a name of the reference. */
  public type(text: string): string {
    const parts = text.split(' | ');
    const areSimple = parts.every((part) => /^[\w.]+(<[^|]*>)?(\[\])*$/.test(part));
    if (!areSimple) return `\`${text.replaceAll('|', '\\|')}\``;
    return parts.map((part) => {
      const link = this.#source.linkToName(/^\w+/.exec(part)?.[0] ?? '', this.#page);
      return link === undefined ? `\`${part}\`` : `[\`${part}\`](${link})`;
    }).join(' \\| ');
  }

  public defaultOf(comment: DocComment): string {
    const [text] = tagsOf(comment, 'default');
    if (text === undefined) return '';
    return text.startsWith('- ') ? this.cell(text.slice(2)) : `\`${onOneLine(text)}\``;
  }

  public cell(text: string): string {
    return onOneLine(this.prose(text));
  }

  /** Text, parameters, errors thrown, the source of the rule, and an example, as far as there are any. */
  public comment(comment: DocComment): string[] {
    const named = comment.tags.filter(([tag, text]) => tag.startsWith('@') && text !== '').map(([tag, text]) => `- \`${tag.slice(1)}\`: ${this.cell(text)}`);
    const generic = tagsOf(comment, 'typeParam').map((text) => `- ${this.cell(text.replace(/^(\w+) - /, '`$1`: '))}`);
    const returned = [...tagsOf(comment, 'returns'), ...tagsOf(comment, 'return')].map((text) => `- Returns ${this.cell(text)}`);
    const thrown = tagsOf(comment, 'throws').map((text) => `- Throws ${this.cell(text.replace(/^\w*Error\b/, '`$&`'))}`);
    const seen = tagsOf(comment, 'see').map((text) => `- See ${/^https?:/.test(text) ? text.replace(/^\S+/, '<$&>') : this.cell(text)}`);
    const examples = tagsOf(comment, 'example').map((text) => this.prose(text.startsWith('```') ? text : `\`\`\`ts\n${text}\n\`\`\``));
    const list = [...generic, ...named, ...returned, ...thrown, ...seen].join('\n');
    return [this.prose(comment.text), list, ...examples].filter((part) => part !== '');
  }
}
