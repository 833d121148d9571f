import assert from 'node:assert/strict'
import fc from 'fast-check'
import { decodePath, encodePath, idOf, identityOf, urlOf } from '../../src/caldav/paths'

describe('Paths', () => {
  it('are the same id however they are escaped', () => {
    for (const escaped of ['/a%40b/%C3%A4%20x.ics', '/a@b/ä x.ics', '/a%40b/%c3%a4 x.ics']) {
      assert.equal(idOf(escaped, new URL('https://example.org/')), '/a@b/ä x.ics')
    }
  })

  it('lead back to a URL of the same path', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), (names) => {
        const dotted = names.filter((name) => !/^\.+$/.test(name))
        const path = `/${dotted.map(encodeURIComponent).join('/')}`
        const url = urlOf(decodePath(path), new URL('https://example.org/'))
        assert.equal(decodePath(url.pathname), decodePath(path))
        assert.equal(url.search + url.hash, '')
      }),
    )
  })

  it('keep an escaped slash apart from a slash', () => {
    assert.notEqual(decodePath('/a%2Fb'), decodePath('/a/b'))
    assert.equal(encodePath(decodePath('/a%2fb%25c')), '/a%2Fb%25c')
  })

  it('are one calendar on all hosts of iCloud, and not on others', () => {
    const identity = 'caldav:caldav.icloud.com:/1/calendars/home/'
    for (const url of [
      'https://caldav.icloud.com/1/calendars/home/',
      'https://p62-caldav.icloud.com:443/1/calendars/home',
      'https://P7-caldav.icloud.com/1/calendars/%68ome/',
    ]) {
      assert.equal(identityOf(new URL(url)), identity)
    }
    assert.equal(identityOf(new URL('http://p62-caldav.example.org:5232/a/')), 'caldav:p62-caldav.example.org:5232:/a/')
  })
})
