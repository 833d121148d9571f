import assert from 'node:assert/strict'
import { registeredFor } from '../../src/runtime/providers'

describe('requests a minute', () => {
  it('are Google’s quota on Google, a careful budget on iCloud, and as many as get through elsewhere', () => {
    assert.equal(registeredFor('google').perMinute({}), 600)
    const perMinute = (settings: Record<string, string>): number => registeredFor('icloud').perMinute(settings)
    for (const serverUrl of [
      undefined,
      '',
      'caldav.icloud.com',
      'https://p62-caldav.icloud.com:443/1/',
      'https://caldav.icloud.com.cn',
    ]) {
      assert.equal(perMinute(serverUrl === undefined ? {} : { serverUrl }), 240, serverUrl)
    }
    for (const serverUrl of ['https://cloud.example.org/dav', 'localhost:5232', 'https://icloud.com.example.org']) {
      assert.equal(perMinute({ serverUrl }), Infinity, serverUrl)
    }
  })
})
