import ts from 'typescript';

/** A doc comment, taken apart. */
export interface DocComment {
  readonly text: string;
  readonly tags: readonly (readonly [name: string, text: string])[];
}

const NONE: DocComment = { text: '', tags: [] };

/** The doc comment of a declaration, or an empty one. */
export function docCommentOf(node: ts.Node): DocComment {
  const comment = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).at(-1);
  if (comment === undefined) return NONE;
  const tags = (comment.tags ?? []).map((tag): [string, string] => {
    const text = ts.getTextOfJSDocComment(tag.comment)?.trim() ?? '';
    if (ts.isJSDocParameterTag(tag)) return [`@${tag.name.getText()}`, text.replace(/^- /, '')];
    // TypeScript parses the start of the link as a name, whose text is not part of the comment.
    return [tag.tagName.text, ts.isJSDocSeeTag(tag) || ts.isJSDocThrowsTag(tag) ? wholeText(tag) : text];
  });
  return { text: ts.getTextOfJSDocComment(comment.comment)?.trim() ?? '', tags };
}

/** The text after the tag's name as it stands in the source, without the stars. */
function wholeText(tag: ts.JSDocTag): string {
  const source = tag.getText().replace(/\*\/\s*$/, '').replace(/^@\w+\s*/, '');
  return source.replace(/\s*\n\s*\*\s?/g, '\n').trim();
}

export function tagsOf(comment: DocComment, name: string): string[] {
  return comment.tags.filter(([tag]) => tag === name).map(([, text]) => text);
}

export function isInternal(node: ts.Node): boolean {
  return docCommentOf(node).tags.some(([tag]) => tag === 'internal');
}

/** Whether a text has more than running sentences: a list, or an example. */
export function hasBlocks(text: string): boolean {
  return /^(?:- |```)/m.test(text);
}

/** A text on one line, for a cell of a table. */
export function onOneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').replaceAll('|', '\\|').trim();
}
