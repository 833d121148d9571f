import assert from 'node:assert/strict'
import semver from 'semver'
import { editorHtml, registrationsIn } from './editor-html'
import { manifest, readJson, sets } from './project'

/** The checks of `node-red-dev validate` that need no network. */
describe('The manifest, as the flow library judges it,', () => {
  it('names a licence, a repository and where bugs go', () => {
    const { license, repository, bugs } = manifest()
    assert.equal(license, 'MIT')
    assert.match(repository.url, /^git\+https:\/\//)
    assert.match(bugs.url, /^https:\/\//)
  })

  it('has the keyword and the name that make it a Node-RED module', () => {
    assert.ok(manifest().keywords.includes('node-red'))
    assert.match(manifest().name, /^node-red-contrib-[a-z-]+$/)
  })

  it('runs on the oldest Node that the newest Node-RED supports', () => {
    const nodeRed = readJson('node_modules', 'node-red', 'package.json') as { engines: { node: string } }
    const oldest = semver.minVersion(nodeRed.engines.node)
    assert.ok(oldest && semver.satisfies(oldest, manifest().engines.node), `${String(oldest)} is not supported`)
  })

  it('accepts Node-RED 4.1 and the newest', () => {
    const { version } = readJson('node_modules', 'node-red', 'package.json') as { version: string }
    for (const each of ['4.1.0', version]) assert.ok(semver.satisfies(each, manifest()['node-red'].version), each)
  })

  it('has no more than six dependencies', () => {
    const dependencies = Object.keys(manifest().dependencies)
    assert.ok(dependencies.length <= 6, dependencies.join(', '))
  })
})

describe('An editor file', () => {
  for (const set of sets()) {
    it(`registers ${set} in literals that a tool can read`, () => {
      const [registration, ...others] = registrationsIn(editorHtml(set))
      assert.ok(registration, 'no registerType with a string and an object literal')
      assert.equal(others.length, 0)
      assert.equal(registration.type, set)
      const flowNode = registration.definition.get('category') !== "'config'"
      const literal = ['category', 'defaults', ...(flowNode ? ['color', 'icon', 'inputs', 'outputs'] : [])]
      for (const name of literal) assert.match(registration.definition.get(name) ?? '', /^(['{]|\d)/, name)
    })

    it(`of ${set} has an input for each property and credential`, () => {
      const html = editorHtml(set)
      const [registration] = registrationsIn(html)
      assert.ok(registration)
      const prefix = registration.definition.get('category') === "'config'" ? 'node-config-input-' : 'node-input-'
      for (const name of [...registration.defaults, ...registration.credentials]) {
        assert.ok(html.includes(`id="${prefix}${name}"`), `${name} can't be entered`)
      }
    })
  }
})
