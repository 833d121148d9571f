import assert from 'node:assert/strict'
import { childrenIn, readXml } from '../../src/caldav/xml'
import type { Parsed } from '../../src/caldav/value'
import { playAll } from './plays'
import { play } from './xml-fuzz'

/** What is made of a document: its outermost elements, or why it is not read; and in how many slices. */
async function read(text: string, root = 'm'): Promise<{ found: [string, Parsed][] | string; slices: number }> {
  const found: [string, Parsed][] = []
  let pauses = 0
  const pause = () => Promise.resolve(void (pauses += 1))
  try {
    const isRoot = await readXml(text, root, (name, value) => found.push([name, value]), pause)
    return { found: isRoot ? found : 'another root', slices: pauses + 1 }
  } catch (error) {
    return { found: String(error), slices: pauses + 1 }
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** Each with what is made of it. */
const CASES: readonly (readonly [what: string, text: string, made: unknown])[] = [
  ['nothing', '', /ends in the middle/],
  ['white space', ' \n', /ends in the middle/],
  ['a text', 'hello', /text outside/],
  ['a page', '<!DOCTYPE html><html><body>Welcome</body></html>', 'another root'],
  ['an empty root', '<m/>', []],
  ['a root with a prefix', '<D:m xmlns:D="DAV:"><D:a/></D:m>', [['a', {}]]],
  ['what stands before and after it', '\ufeff<?xml version="1.0"?><!-- x --><m/>\n<!-- y --><?z?>', []],
  ['texts', '<m><a> x &lt;&#66;&#x43;&amp;&quot;&apos;&gt; y\n</a></m>', [['a', 'x <BC&"\'> y']]],
  ['sections', '<m><a>\n <![CDATA[ <x> ]]>]]&gt;<![CDATA[ y ]]>\n</a></m>', [['a', ' <x> ]]> y ']]],
  [
    'numbers, which stay texts',
    '<m><a>1e3</a><a>007</a><a>true</a></m>',
    [
      ['a', '1e3'],
      ['a', '007'],
      ['a', 'true'],
    ],
  ],
  ['inner elements', '<m><a><x-y>1</x-y><x-y>2</x-y><z/></a></m>', [['a', { xY: ['1', '2'], z: {} }]]],
  [
    'attributes',
    `<m><a n='VEVENT' p:q="&gt;" xmlns="x" xmlns:y="z"/></m>`,
    [['a', { _attributes: { n: 'VEVENT', 'p:q': '>' } }]],
  ],
  ['texts beside elements', '<m><a>x<b/>y</a></m>', [['a', { b: {}, _text: 'xy' }]]],
  [
    'names that objects have',
    '<m><a><__proto__>x</__proto__><constructor>y</constructor></a></m>',
    [['a', { Proto: 'x', constructor: 'y' }]],
  ],
  ['a document type', '<!DOCTYPE m SYSTEM "x.dtd"><m/>', []],
  ['an entity declared', '<!DOCTYPE m [<!ENTITY a "b">]><m>&a;</m>', /declares entities/],
  ['an external entity', '<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><m>&a;</m>', /declares entities/],
  ['a parameter entity', '<!DOCTYPE m [<!ENTITY % a SYSTEM "http://x/"> %a;]><m/>', /declares entities/],
  ['an entity after the root began', '<m><!ENTITY a "b"></m>', /declares entities/],
  [
    'a million laughs',
    `<!DOCTYPE m [<!ENTITY a "${'ha'.repeat(500)}"><!ENTITY b "${'&a;'.repeat(500)}">]><m>&b;</m>`,
    /declares entities/,
  ],
  ['an entity that is not declared', '<m><a>&nbsp;</a></m>', /names an entity/],
  ['a character that is none', '<m><a>&#1114112;</a></m>', /names an entity/],
  ['an ampersand alone', '<m><a>a & b</a></m>', /names an entity/],
  ['an end too many', '<m></m></m>', /do not match/],
  ['an end too few', '<m><a></m>', /do not match/],
  ['an end of another name', '<m><a></b></m>', /do not match/],
  ['a second root', '<m/><m/>', /where one begins/],
  ['a text after it', '<m/>x', /text outside/],
  ['half of a document', '<m><a>x</a>', /ends in the middle/],
  ['half of a tag', '<m><a', /a tag is broken/],
  ['half of an attribute', '<m><a x="y', /a tag is broken/],
  ['half of a section', '<m><![CDATA[x', /ends in the middle/],
  ['half of a comment', '<m><!--', /ends in the middle/],
  ['an attribute without a value', '<m><a x/></m>', /a tag is broken/],
  ['no name', '<m>< a/></m>', /where one begins/],
  ['depth', '<m>'.repeat(51), /nested too deeply/],
  ['depth without end', '<a>'.repeat(1_000_000), 'another root'],
  ['elements without end', `<m>${'<a/>'.repeat(1_100_000)}</m>`, /more than 1000000/],
  ['elements in one without end', `<m><a>${'<b/>'.repeat(1_100_000)}</a></m>`, /more than 1000000/],
  ['attributes without end', `<m><a${' a="" b=""'.repeat(1_000_000)}/></m>`, /too much in it/],
  ['an attribute without end', `<m><a b="${'x'.repeat(2_000_000)}"/></m>`, /too much in it/],
  ['sections without end', `<m>${'<![CDATA[]]>'.repeat(1_100_000)}</m>`, /more than 1000000/],
  ['comments without end', `<m>${'<!---->'.repeat(1_100_000)}</m>`, /more than 1000000/],
  ['an end without end', '</'.repeat(1_000_000), /do not match/],
  ['beginnings without end', '<m' + '<m'.repeat(1_000_000), /a tag is broken/],
  ['blanks in a tag without end', `<m${' '.repeat(2_000_000)}`, /a tag is broken/],
  ['a name without end', `<m ${'a'.repeat(2_000_000)}`, /a tag is broken/],
  ['ampersands without end', `<m>${'&'.repeat(2_000_000)}</m>`, /names an entity/],
  ['comments that do not end', `<m>${'<!--'.repeat(500_000)}`, /ends in the middle/],
]

describe('XML of a hostile or broken server', () => {
  for (const [what, text, made] of CASES) {
    it(`is read, or refused at the first error: ${what}`, async () => {
      const { found } = await read(text)
      if (made instanceof RegExp) assert.match(typeof found === 'string' ? found : 'read', made)
      else assert.deepEqual(plain(found), made)
    })
  }

  it('puts nothing into what all objects have in common', async () => {
    const { found } = await read('<m><a><--proto--><x>1</x></--proto--><__proto__ y="1"/></a></m>')
    assert.ok(Array.isArray(found))
    assert.equal(({} as { x?: unknown }).x, undefined)
  })

  it('is the same text however long it is', async () => {
    const long = `${'x'.repeat(65_530)}&amp;&lt;${'ü'.repeat(70_000)}&#x1F600;${'y'.repeat(65_536)}`
    const { found } = await read(`<m><a>${long}</a></m>`)
    assert.ok(Array.isArray(found))
    assert.equal(found[0]?.[1], long.replace('&amp;&lt;', '&<').replace('&#x1F600;', '😀'))
  })

  it('is read in slices, of which each does about as much', async () => {
    const member = `<response><href>/1234/calendars/home/2f1cbe1c-9d2b-4c11-8a52-6b2e.ics</href><propstat><prop><getetag>"C=42@U=abc"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>`
    const small = await read(`<m>${member.repeat(10)}</m>`)
    const large = await read(`<m>${member.repeat(3000)}</m>`)
    assert.equal(large.found.length, 3000)
    assert.equal(small.slices, 1)
    assert.ok(large.slices >= 15 && large.slices <= 40, `${large.slices} slices`)
    // as many characters again in one text are no less work
    const text = await read(`<m><a>${'x &lt; '.repeat(100_000)}</a></m>`)
    assert.ok(text.slices >= 10, `${text.slices} slices`)
  })

  it('in the spelling of any server says the same, and spoiled is refused or read, but never ends in a defect', async () => {
    await playAll(play, 300)
  })

  it('names the errors that it states, as far as it goes', () => {
    assert.deepEqual(childrenIn('<d:error xmlns:d="DAV:"><d:valid-sync-token/><x><y/></x></d:error>', 'error'), [
      'valid-sync-token',
      'x',
    ])
    assert.deepEqual(childrenIn('<error><no-uid-conflict/><x', 'error'), ['no-uid-conflict'])
    for (const text of ['<error '.repeat(500_000), `<error>${'<'.repeat(500_000)}`, `<error>${'<a '.repeat(500_000)}`])
      assert.deepEqual(childrenIn(text, 'error'), [])
  })
})
