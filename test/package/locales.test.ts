import assert from 'node:assert/strict'
import { editorHtml, scriptsOf } from './editor-html'
import { readJson, readText, sets } from './project'

const LANGUAGES = ['en-US', 'de']

type Labels = { readonly [key: string]: string | Labels }

const labelsOf = (set: string, language: string): Labels =>
  readJson('nodes', set, 'locales', language, `${set}.json`) as Labels

/** All keys of a catalogue with dots between the levels. */
function keysOf(labels: Labels, prefix = ''): string[] {
  return Object.entries(labels).flatMap(([key, value]) =>
    typeof value === 'string' ? [prefix + key] : keysOf(value, `${prefix}${key}.`),
  )
}

/** The keys that an editor file asks for: `data-i18n="[title]key"` and `this._('key')`. */
function keysAskedFor(html: string): string[] {
  const attributes = [...html.matchAll(/data-i18n="([^"]+)"/g)].map((match) => match[1] ?? '')
  const marked = attributes.flatMap((value) => value.split(';')).map((value) => value.replace(/^\[[^\]]+\]/, ''))
  const called = [...scriptsOf(html).matchAll(/\b(?:this|node|RED)\._\(\s*'([^']+)'/g)].map((match) => match[1] ?? '')
  return [...new Set([...marked, ...called])].sort()
}

/** The tags of a help text in their order, which is what a translation must share with the original. */
const outline = (html: string): string[] =>
  [...html.matchAll(/<(h3|h4|dt|dd|li|ol|p|pre)\b/g)].map((tag) => tag[1] ?? '')

describe('The words of the editor', () => {
  for (const set of sets()) {
    for (const language of LANGUAGES) {
      it(`of ${set} are all there in ${language}, and none is left over`, () => {
        const asked = keysAskedFor(editorHtml(set))
        assert.ok(asked.length > 3)
        assert.deepEqual(keysOf(labelsOf(set, language)).sort(), asked)
      })

      it(`of ${set} in ${language} are not empty`, () => {
        const labels = JSON.stringify(labelsOf(set, language))
        assert.doesNotMatch(labels, /:""/)
      })
    }

    it(`of ${set} are asked for by keys that can be found in the text`, () => {
      assert.doesNotMatch(scriptsOf(editorHtml(set)), /\._\(\s*[^'\s)]/)
    })
  }
})

describe('The help', () => {
  for (const set of sets()) {
    it(`of ${set} is built alike in both languages`, () => {
      const [english, german] = LANGUAGES.map((language) =>
        readText('nodes', set, 'locales', language, `${set}.html`),
      ) as [string, string]
      for (const help of [english, german])
        assert.ok(help.startsWith(`<script type="text/html" data-help-name="${set}">`))
      assert.deepEqual(outline(german), outline(english))
    })

    it(`of ${set} explains every field of its dialog by the label it has there`, () => {
      for (const language of LANGUAGES) {
        const { label } = labelsOf(set, language) as { label: Record<string, string> }
        const help = readText('nodes', set, 'locales', language, `${set}.html`)
        const terms = [...help.matchAll(/<dt[^>]*>([^<]+)/g)].flatMap((match) => (match[1] ?? '').split(',')).map(trim)
        const shown = Object.entries(label).filter(([key]) => !['untitled', 'advanced', 'login'].includes(key))
        for (const [, name] of shown) assert.ok(terms.includes(name.replace(/ \(.*\)$/, '')), `${language}: ${name}`)
      }
    })
  }
})

const trim = (text: string): string => text.trim()
