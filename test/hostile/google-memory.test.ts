import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

describe('The biggest calendars of Google', () => {
  it('are read, or are an error, within 256 MB of memory', async () => {
    const script = join(__dirname, 'google-memory.ts')
    const { stdout } = await promisify(execFile)('node', ['--max-old-space-size=256', '--import', 'tsx', script])
    assert.deepEqual(JSON.parse(stdout), {
      'many events': '25000 live',
      'large events': '60 live',
      'too large events':
        'Google lists more than can be read of one calendar: 100000 events, or 64 MB of text. Move old events to another calendar.',
      'what is not read of events': '200 live',
      'many occurrences': '1 live',
      'too many occurrences': '1 unread',
      'too many dates': '1 unread',
    })
  })
})
