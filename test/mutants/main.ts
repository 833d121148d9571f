/**
 * Negates each condition of the heart, one at a time, and lets its tests run: every mutant has to be noticed.
 *
 * `npm run mutants` takes all files below; `npm run mutants -- judge` those whose name contains a word.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'

const ROOT = join(__dirname, '../..')
const FILES = [
  'decide',
  'decide-gone',
  'judge',
  'merge',
  'outcome',
  'match',
  'limit',
  'operation',
  'plan',
  'replica',
  'entry',
]
const TESTS = [
  'test/sync/table.test.ts',
  'test/sync/details.test.ts',
  'test/sync/rules.test.ts',
  'test/sync/occurrences.test.ts',
  'test/sync/told-late.test.ts',
  'test/sync/random.test.ts',
]
const WORKERS = 2

/** Shortcuts: without them everything comes out the same, only later. */
const SHORTCUTS = [
  'isQuiet(halves.left, fields.left, common)',
  'isQuiet(halves.right, fields.right, common)',
  'common.has(field)',
  '!(field in half.held)',
  'hasChanged(half, fields, field)',
  'field in fields',
  '!common.has(field)',
  'replica.isOnlyOne(uid)',
  "bound.is !== 'gone'",
  'names.length === 0',
]

type Mutant = {
  readonly file: string
  readonly line: number
  readonly text: string
  readonly from: number
  readonly to: number
}

/** The conditions of a file: of `if` and `?:`, and each side of `&&` and `||`. */
function mutantsOf(file: string): Mutant[] {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  const found: Mutant[] = []
  const add = (node: ts.Expression): void => {
    if (SHORTCUTS.includes(node.getText())) return
    const { line } = source.getLineAndCharacterOfPosition(node.getStart())
    found.push({ file, line: line + 1, text: node.getText(), from: node.getStart(), to: node.getEnd() })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node)) add(node.expression)
    if (ts.isConditionalExpression(node)) add(node.condition)
    if (ts.isBinaryExpression(node) && isLogical(node)) {
      for (const side of [node.left, node.right]) if (!(ts.isBinaryExpression(side) && isLogical(side))) add(side)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...new Map(found.map((each) => [`${each.from}-${each.to}`, each])).values()]
}

const isLogical = ({ operatorToken: { kind } }: ts.BinaryExpression): boolean =>
  kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken

/** A copy of what the tests need. */
function workshop(): string {
  const folder = mkdtempSync(join(tmpdir(), 'calsync-mutants-'))
  for (const each of ['src', 'test/sync', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, each), join(folder, each), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Whether the tests fail with this mutant. One that never ends is noticed too. */
async function isNoticed(mutant: Mutant, folder: string): Promise<boolean> {
  const path = join(folder, mutant.file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, `${text.slice(0, mutant.from)}!(${mutant.text})${text.slice(mutant.to)}`)
  try {
    return (await run(folder)) !== 0
  } finally {
    writeFileSync(path, text)
  }
}

function run(folder: string): Promise<number> {
  const mocha = join(ROOT, 'node_modules/mocha/bin/mocha.js')
  const args = [mocha, '--no-config', '--node-option', 'import=tsx', '--bail', '--exit', '--timeout', '60000', ...TESTS]
  const child = spawn(process.execPath, args, {
    cwd: folder,
    stdio: 'ignore',
    env: { ...process.env, HISTORIES: '400' },
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 90_000)
  return new Promise((resolve) => {
    child.on('exit', (code) => {
      clearTimeout(timer)
      resolve(code ?? 1)
    })
  })
}

async function main(): Promise<void> {
  const [word = ''] = process.argv.slice(2)
  const queue = FILES.filter((file) => file.includes(word)).flatMap((file) => mutantsOf(`src/sync/${file}.ts`))
  const all = queue.length
  const missed: Mutant[] = []
  const work = async (): Promise<void> => {
    const folder = workshop()
    if ((await run(folder)) !== 0) throw new Error('the tests fail without any mutant')
    for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
      if (await isNoticed(mutant, folder)) continue
      missed.push(mutant)
      console.log(`not noticed: ${mutant.file}:${mutant.line}: ${mutant.text.replace(/\s+/g, ' ')}`)
    }
    rmSync(folder, { recursive: true })
  }
  await Promise.all(Array.from({ length: WORKERS }, work))
  console.log(`${all} mutants, ${all - missed.length} noticed, ${missed.length} not`)
  process.exitCode = missed.length > 0 ? 1 : 0
}

void main()
