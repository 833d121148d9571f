import assert from 'node:assert/strict'
import { Veil } from '../../src/event/veil'

const veil = new Veil('a secret')
/** Hashes differ with the salt: only the form counts here. */
const form = (text: string): string => text.replaceAll(/#[0-9a-v]{4}/g, '#')

describe('What is shown of somebody’s own', () => {
  it('is the form of a path, with what all servers of a kind have in it', () => {
    for (const [path, shown] of [
      ['/1234567890/calendars/home/', '/<10 digits #>/calendars/home/'],
      ['/remote.php/dav/calendars/anna/x/', '/remote.php/dav/calendars/<4 characters #>/<1 character #>/'],
      ['/dav/3f2504e0-4f89-11d3-9a0c-0305e82c3301.ics', '/dav/<UUID #>.ics'],
      ['/dav/anna@example.com/', '/dav/<16 characters with @ #>/'],
      ['/dav/anna%40example.com/', '/dav/<18 characters with %40 #>/'],
    ] as const) {
      assert.equal(form(veil.path(path)), shown)
    }
  })

  it('is a service by its name, without the number of the machine; any other host is nobody’s', () => {
    for (const [address, shown] of [
      ['https://p62-caldav.icloud.com:443/1/', 'https://p<2 digits #>-caldav.icloud.com:443/<1 digit #>/'],
      ['https://p123-caldav.icloud.com.cn:443/', 'https://p<3 digits #>-caldav.icloud.com.cn:443/'],
      ['https://caldav.icloud.com/', 'https://caldav.icloud.com/'],
      [
        'https://www.googleapis.com/calendar/v3/calendars/me@x.org/events',
        'https://www.googleapis.com/calendar/v3/calendars/<8 characters with @ #>/events',
      ],
      ['https://cloud.mueller.example:8443/dav/?token=1', 'https://<host #>:8443/dav/'],
      ['https://icloud.com.evil.example/', 'https://<host #>/'],
    ] as const) {
      assert.equal(form(veil.address(address)), shown)
    }
  })

  it('is the same hash for the same thing, and another one under another secret', () => {
    assert.equal(veil.name('Anna'), veil.name('Anna'))
    assert.notEqual(veil.name('Anna'), veil.name('Hanna'))
    assert.notEqual(veil.name('Anna'), new Veil('another').name('Anna'))
  })

  it('is no mail address and nothing that was to be hidden, wherever it stands', () => {
    const own = new Veil('a secret')
    own.hide('anna', 'anna-password', 'x')
    const text = own.over('anna-password of anna, anna.m@example.com or anna.m%40example.com, x')
    assert.equal(form(text), '<13 characters #> of <4 characters #>, <mail #> or <mail #>, x')
  })
})
