/** Text that is already HTML, and is put into a page unchanged. */
export class Html {
  public constructor(private readonly text: string) {}

  public toString(): string {
    return this.text;
  }
}

export type Part = Html | string | number | false | undefined | readonly Part[];

/** A piece of a page. Values are escaped, unless they are Html; a list is put in part by part. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.reduce((text, literal, index) => text + toText(parts[index - 1]) + literal));
}

function toText(part: Part): string {
  if (part instanceof Html) return part.toString();
  if (Array.isArray(part)) return part.map(toText).join('');
  return String(part === false ? '' : part ?? '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
