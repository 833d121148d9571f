import assert from 'node:assert/strict'
import { FACTS as CALDAV_FACTS } from '../../src/caldav/check'
import { FACTS as GOOGLE_FACTS } from '../../src/google/check'
import { COMMANDS } from '../../src/runtime/commands'
import { filesUnder, readJson, readText } from './project'

const { dependencies, scripts } = readJson('package.json') as {
  dependencies: Record<string, string>
  scripts: Record<string, string>
}
/** The first cells of all tables in a text. */
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| *`([^`|]+)` *\|/gm)].map((match) => match[1] ?? '')

describe('The README', () => {
  const cells = firstCells(readText('README.md'))

  it('says what each dependency is for, and names no other', () => {
    const part = /## Dependencies\n([^]*?)\n## /.exec(readText('README.md'))?.[1] ?? ''
    assert.deepEqual(firstCells(part).sort(), Object.keys(dependencies).sort())
  })

  it('has a row for each command', () => {
    for (const command of COMMANDS) assert.ok(cells.includes(command), command)
  })

  it('says what each script does', () => {
    const shown = Object.keys(scripts).filter((name) => name !== 'prepack')
    for (const name of shown) {
      assert.ok(cells.includes(['test', 'start'].includes(name) ? `npm ${name}` : `npm run ${name}`), name)
    }
  })

  it('names every example', () => {
    for (const file of filesUnder('examples')) {
      const name = file.replace(/^examples\/(.+)\.json$/, '$1')
      assert.ok(readText('README.md').includes(`**${name}**`), name)
    }
  })
})

describe('The help of calsync-reconcile', () => {
  for (const language of ['en-US', 'de']) {
    it(`explains each command in ${language}, and no other`, () => {
      const help = readText('nodes', 'calsync-reconcile', 'locales', language, 'calsync-reconcile.html')
      const part = /<h4>(?:Commands|Befehle)<\/h4>([^]*?)<\/dl>/.exec(help)?.[1] ?? ''
      const terms = [...part.matchAll(/<dt>([\w-]+)/g)].map((match) => match[1])
      assert.deepEqual(terms, [...COMMANDS])
    })
  }
})

describe('The page on checking an account', () => {
  it('explains each fact that is asked about, and no other', () => {
    const explained = firstCells(readText('docs', 'check.md')).filter((cell) => cell.includes('.'))
    assert.deepEqual(explained.sort(), [...CALDAV_FACTS, ...GOOGLE_FACTS].map(({ id }) => id).sort())
  })
})
