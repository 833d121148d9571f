import ts from 'typescript'
import { readText } from './project'

/** One `RED.nodes.registerType('<type>', {...})` of an editor file, as a tool that reads the text sees it. */
export type Registration = {
  readonly type: string
  /** The names of the definition's properties, with their source text. */
  readonly definition: ReadonlyMap<string, string>
  readonly defaults: readonly string[]
  readonly credentials: readonly string[]
}

export const editorHtml = (set: string): string => readText('nodes', set, `${set}.html`)

/** The scripts of an editor file, without the templates. */
export function scriptsOf(html: string): string {
  const scripts = [...html.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)]
  return scripts.map((script) => script[1] ?? '').join('\n')
}

/** The registrations whose type and definition are literals. Throws if a script does not parse. */
export function registrationsIn(html: string): Registration[] {
  const source = ts.createSourceFile('editor.js', scriptsOf(html), ts.ScriptTarget.Latest, true, ts.ScriptKind.JS)
  const { parseDiagnostics } = source as unknown as { parseDiagnostics: ts.Diagnostic[] }
  const [problem] = parseDiagnostics
  if (problem) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'))
  const found: Registration[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'RED.nodes.registerType') {
      const [type, definition] = node.arguments
      if (type && definition && ts.isStringLiteral(type) && ts.isObjectLiteralExpression(definition)) {
        found.push(registration(type.text, definition))
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function registration(type: string, definition: ts.ObjectLiteralExpression): Registration {
  const members = membersOf(definition)
  const namesIn = (member: string): string[] => {
    const value = members.get(member)
    return value && ts.isObjectLiteralExpression(value) ? [...membersOf(value).keys()] : []
  }
  return {
    type,
    definition: new Map([...members].map(([name, value]) => [name, value.getText()])),
    defaults: namesIn('defaults'),
    credentials: namesIn('credentials'),
  }
}

function membersOf(object: ts.ObjectLiteralExpression): Map<string, ts.Expression> {
  const members = object.properties.filter((member) => ts.isPropertyAssignment(member))
  return new Map(members.map((member) => [member.name.getText(), member.initializer]))
}
