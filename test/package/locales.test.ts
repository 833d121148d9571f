import assert from 'node:assert/strict'
import { FACTS as CALDAV_FACTS } from '../../src/caldav/check'
import { keyOf } from '../../src/event/phrase'
import { FACTS as GOOGLE_FACTS } from '../../src/google/check'
import { editorHtml, scriptsOf } from './editor-html'
import { phrasesIn } from './phrases'
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

/** What a check of an account says in its lines, by key: its dialog looks these up by what the check tells. */
function linesOf(set: string): Map<string, string> {
  const kind = set === 'calsync-google-account' ? 'google' : set === 'calsync-icloud-account' ? 'caldav' : undefined
  if (kind === undefined) return new Map()
  const facts = kind === 'google' ? GOOGLE_FACTS : CALDAV_FACTS
  const phrases = phrasesIn(`src/${kind}/check`, 'src/event/examination.ts', 'src/event/phrase.ts')
  const spoken = phrases.filter((phrase) => keyOf(phrase) !== '')
  return new Map([
    ...facts.map(({ id, says }) => [`check.says.${id}`, says] as const),
    ...spoken.map((phrase) => [`check.seen.${keyOf(phrase)}`, phrase] as const),
  ])
}

/** The text of a key. */
const textOf = (labels: Labels, key: string): string | Labels | undefined =>
  key
    .split('.')
    .reduce<string | Labels | undefined>((at, part) => (typeof at === 'object' ? at[part] : undefined), labels)

/** The places for values in a text. */
const placesIn = (text: string): string[] => (text.match(/\{\d+\}/g) ?? []).sort()

/** The tags of a help text in their order, which is what a translation must share with the original. */
const outline = (html: string): string[] =>
  [...html.matchAll(/<(h3|h4|dt|dd|li|ol|p|pre)\b/g)].map((tag) => tag[1] ?? '')

describe('The words of the editor', () => {
  for (const set of sets()) {
    for (const language of LANGUAGES) {
      it(`of ${set} are all there in ${language}, and none is left over`, () => {
        const asked = keysAskedFor(editorHtml(set))
        assert.ok(asked.length > 3)
        assert.deepEqual(keysOf(labelsOf(set, language)).sort(), [...asked, ...linesOf(set).keys()].sort())
      })

      it(`of ${set} in ${language} are not empty`, () => {
        const labels = JSON.stringify(labelsOf(set, language))
        assert.doesNotMatch(labels, /:""/)
      })
    }

    it(`of ${set} say in the lines of a check what its report says, with all its values`, () => {
      const labels = LANGUAGES.map((language) => labelsOf(set, language))
      for (const [key, says] of linesOf(set)) {
        const [english, german] = labels.map((each) => textOf(each, key))
        assert.equal(english, says, key)
        assert.ok(typeof german === 'string', key)
        assert.deepEqual(placesIn(german), placesIn(says), key)
      }
    })

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
