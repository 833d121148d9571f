/**
 * Builds `dist/` as Node-RED loads it: compiled nodes, and beside each its editor HTML and locales.
 *
 * Node-RED looks for icons in a folder `icons` beside a node's js, and pools those of a module: one copy beside one
 * node serves all.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...path) => join(root, ...path)
const NODE_WITH_ICONS = 'calendar-source'

function compile() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', at('tsconfig.json')], { cwd: root, stdio: 'inherit' })
}

function copyEditorFiles() {
  const files = readdirSync(at('nodes'), { recursive: true, withFileTypes: true })
  for (const file of files) {
    if (!file.isFile() || file.name.endsWith('.ts')) continue
    const from = join(file.parentPath, file.name)
    cpSync(from, at('dist', from.slice(root.length + 1)))
  }
}

rmSync(at('dist'), { recursive: true, force: true })
try {
  compile()
} catch {
  console.error('The build stopped at the type errors above; nothing can be packed until they are gone.')
  process.exit(1)
}
copyEditorFiles()
cpSync(at('icons'), at('dist', 'nodes', NODE_WITH_ICONS, 'icons'), { recursive: true })
