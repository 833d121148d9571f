import assert from 'node:assert/strict'
import { packPlugin, type Packed } from './pack'
import { filesUnder, manifest, readText, sets } from './project'

describe('The package', function () {
  let packed: Packed

  before(async () => {
    packed = await packPlugin()
  })

  it('holds the code, the editor file and both languages of each node', () => {
    for (const set of sets()) {
      const beside = ['.js', '.html'].map((ending) => `dist/nodes/${set}/${set}${ending}`)
      const locales = ['en-US', 'de'].flatMap((language) =>
        ['.json', '.html'].map((ending) => `dist/nodes/${set}/locales/${language}/${set}${ending}`),
      )
      for (const file of [...beside, ...locales]) assert.ok(packed.files.includes(file), `${file} is missing`)
    }
  })

  it('holds the file that Node-RED is told to load, for each node', () => {
    for (const file of Object.values(manifest()['node-red'].nodes)) {
      assert.ok(packed.files.includes(file), `${file} is missing`)
    }
  })

  it('holds each icon beside one of the nodes, where Node-RED looks for it', () => {
    for (const icon of filesUnder('icons')) assert.ok(packed.files.includes(`dist/nodes/calendar-source/${icon}`), icon)
  })

  it('holds what the editor files load', () => {
    for (const file of filesUnder('resources')) assert.ok(packed.files.includes(file), `${file} is missing`)
    for (const set of sets()) {
      for (const [, file] of readText('nodes', set, `${set}.html`).matchAll(/src="resources\/([^"]+)"/g)) {
        const path = `resources/${(file ?? '').replace(`${manifest().name}/`, '')}`
        assert.ok(packed.files.includes(path), `${set} loads ${path}`)
      }
    }
  })

  it('holds the examples, the readme and the licence', () => {
    for (const file of [...filesUnder('examples'), 'README.md', 'LICENSE', 'CHANGELOG.md', 'package.json']) {
      assert.ok(packed.files.includes(file), `${file} is missing`)
    }
  })

  it('holds nothing that a user has no use for', () => {
    const expected =
      /^(dist\/(nodes|src)\/.+\.(js|html|json|svg)|examples\/.+\.json|resources\/.+\.js|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/
    assert.deepEqual(
      packed.files.filter((file) => !expected.test(file)),
      [],
    )
  })

  it('refers to no source map that it does not hold', () => {
    for (const file of packed.files.filter((file) => file.endsWith('.js'))) {
      assert.doesNotMatch(readText(file), /sourceMappingURL/, file)
    }
  })
})
