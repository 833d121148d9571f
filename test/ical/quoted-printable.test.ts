import assert from 'node:assert/strict'
import type { Fields } from '../../src/event/event'
import { writeEvent } from '../../src/ical'
import { changes, now, patched, PLAIN } from './patching'
import { read } from './reading'
import { event, PARIS_END, PARIS_START } from './texts'

const QP = ';ENCODING=QUOTED-PRINTABLE'
const UTF8 = `${QP};CHARSET=UTF-8`
const fields = (...lines: string[]): Fields => read(event(PARIS_START, PARIS_END, ...lines))

describe('Quoted-printable text', () => {
  for (const [line, summary] of [
    [`SUMMARY${UTF8}:Caf=C3=A9`, 'Café'],
    [`SUMMARY;CHARSET=UTF-8${QP}:Caf=c3=a9`, 'Café'],
    [`SUMMARY;charset=utf-8;encoding=quoted-printable:Caf=C3=A9`, 'Café'],
    [`SUMMARY;QUOTED-PRINTABLE:Caf=C3=A9`, 'Café'],
    [`SUMMARY${QP}:Caf=C3=A9`, 'Café'],
    [`SUMMARY;CHARSET=ISO-8859-1${QP}:Caf=E9`, 'Café'],
    [`SUMMARY${QP}:Caf=E9`, 'Café'],
    [`SUMMARY;CHARSET=nobody${QP}:Caf=C3=A9`, 'Café'],
    [`SUMMARY${UTF8}:Café 1+1=3D2`, 'Café 1+1=2'],
    [`SUMMARY${UTF8}:50=25 =zz.`, '50% =zz.'],
    [`SUMMARY${UTF8}:a\\; b, c`, 'a; b, c'],
    [`SUMMARY${UTF8}:C:\\new`, 'C:\\new'],
    [`SUMMARY:Caf=C3=A9`, 'Caf=C3=A9'],
  ] as const) {
    it(`is read: ${line}`, () => assert.equal(fields(line).summary, summary))
  }

  it('goes on behind a soft line break, and may have lines, blanks and what looks like a property', () => {
    const text = `DESCRIPTION${UTF8}:Caf=C3=\r\n=A9=0D=0ARue 5=\r\n, Paris =\r\n and=\r\nSUMMARY:no`
    assert.equal(fields(text, 'LOCATION:X').description, 'Café\nRue 5, Paris  andSUMMARY:no')
    assert.equal(fields(text, 'LOCATION:X').location, 'X')
    assert.equal(fields(`DESCRIPTION${UTF8}:a=0D=0A=\r\n`, 'LOCATION:X').location, 'X')
  })

  it('does not take the end of the event for its own', () => {
    assert.equal(fields(`SUMMARY${UTF8}:Caf=C3=A9=`).summary, 'Café')
  })

  it('does not swallow a line that comes behind it', () => {
    const after = patched(event(PARIS_START, PARIS_END, `SUMMARY${UTF8}:Caf=C3=A9=`), { location: 'Here' })
    assert.deepEqual([read(after).summary, read(after).location], ['Café', 'Here'])
  })

  it('may be folded like any other text, also within a character', () => {
    assert.equal(fields(`SUMMARY${UTF8}:Caf=C3=\r\n A9, Caf=C\r\n 3=A9`).summary, 'Café, Café')
    const long = 'é'.repeat(60)
    const line = `SUMMARY${UTF8}:${'=C3=A9'.repeat(60)}`
    const after = patched(event(PARIS_START, PARIS_END, line), { location: 'Here' })
    assert.equal(read(after).summary, long)
  })

  it('is read in every property that holds text', () => {
    const all = fields(
      `LOCATION${UTF8}:Caf=C3=A9=0ARue 5`,
      `URL${QP}:https://example.com/?a=3D1`,
      `CATEGORIES${UTF8}:B=C3=BCro,Privat`,
    )
    assert.deepEqual([all.location, all.url, all.categories], ['Café, Rue 5', 'https://example.com/?a=1', ['Büro', 'Privat']]) // prettier-ignore
  })

  it('is plain text without its encoding once it is edited', () => {
    const text = (line: string): string => event(PARIS_START, PARIS_END, line)
    changes(text(`SUMMARY;LANGUAGE=fr${UTF8}:Caf=C3=\r\n=A9`), { summary: 'Thé' }, [`SUMMARY;LANGUAGE=fr${UTF8}:Caf=C3=\r\n=A9`], ['SUMMARY;LANGUAGE=fr:Thé']) // prettier-ignore
    changes(text('SUMMARY;QUOTED-PRINTABLE:A=3D'), { summary: 'B=' }, ['SUMMARY;QUOTED-PRINTABLE:A=3D'], ['SUMMARY:B='])
    changes(text(`URL${QP}:http://a/?b=3D1`), { url: 'http://a/?b=2' }, [`URL${QP}:http://a/?b=3D1`], ['URL:http://a/?b=2']) // prettier-ignore
    changes(text(`CATEGORIES${UTF8}:B=C3=BCro,Privat`), { categories: ['Büro'] }, [`CATEGORIES${UTF8}:B=C3=BCro,Privat`], ['CATEGORIES:Büro']) // prettier-ignore
    changes(text(`CATEGORIES${UTF8}:B=C3=BCro`), { categories: ['A', 'Büro'] }, [], ['CATEGORIES:A'])
  })

  it('stays as it is, byte for byte, while anything else is edited', () => {
    const odd = `DESCRIPTION${UTF8}:${'=C3=A9'.repeat(12)}=\r\n=C3=A9=0D=0A=\r\nRue 5=\r\n Paris=0D=0A=\r\n`
    const after = changes(event(...PLAIN, odd, 'X-LAST:1'), { summary: 'New' }, ['SUMMARY:Old'], ['SUMMARY:New'])
    assert.ok(after.includes(`\r\n${odd}\r\nX-LAST:1\r\n`))
  })

  it('is never what we write', () => {
    const text = writeEvent({ uid: 'u', fields: { ...fields(`SUMMARY${UTF8}:Caf=C3=A9`) }, now })
    assert.match(text, /\r\nSUMMARY:Café\r\n/)
  })
})
