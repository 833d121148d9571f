import ts from 'typescript'
import { filesUnder, readText } from './project'

/** The English of all phrases in some sources: templates with the tag `say`, `{0}` in place of a value. */
export function phrasesIn(...places: readonly string[]): string[] {
  const found = new Set<string>()
  const files = places.flatMap((place) => (place.endsWith('.ts') ? [place] : filesUnder(place)))
  for (const file of files) {
    const visit = (node: ts.Node): void => {
      if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'say') found.add(englishOf(node.template))
      ts.forEachChild(node, visit)
    }
    visit(ts.createSourceFile(file, readText(file), ts.ScriptTarget.Latest, true))
  }
  return [...found].sort()
}

const englishOf = (template: ts.TemplateLiteral): string =>
  ts.isNoSubstitutionTemplateLiteral(template)
    ? (template.rawText ?? '')
    : [template.head.rawText, ...template.templateSpans.map(({ literal }, at) => `{${at}}${literal.rawText}`)].join('')
