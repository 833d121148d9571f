import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { GOOGLE_ONLY, ICLOUD_ONLY } from '../demo/events'
import type { World } from '../demo/world'
import type { CaldavServer } from '../simulators/caldav'
import { eventsOf } from '../simulators/caldav/ical-text'
import { LOGIN } from '../simulators/google'
import type { Agenda } from './agenda'
import { googleApp, icloudApp } from './apps'
import { carried, DIRECTIONS, NOTHING, SERIES } from './carried'
import { EDITS, edit, SERIES_EDITS, UPHEAVALS } from './edits'
import { agendas, assertInStep, assertNoMail, difference, row, takeRequests } from './sides'
import type { Site } from './site'
import { newStage, type Stage } from './stage'

/** What lies before the window: two events at Google, one at iCloud. */
const inGoogleOnly = GOOGLE_ONLY.length - 2
const inIcloudOnly = ICLOUD_ONLY.length - 1

/** Series in which occurrences were moved, renamed and cancelled. */
const UPHEAVED = { google: ['Stand-up', 'Football practice, Emil'], icloud: ['Team meeting', 'Choir rehearsal'] }

const invite = ({ user }: CaldavServer, path: string): void =>
  user.edit(path, (calendar) =>
    eventsOf(calendar).forEach(({ lines }) =>
      lines.push('ORGANIZER:mailto:anna@icloud.com', 'ATTENDEE:mailto:mia@example.com'),
    ),
  )

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

describe('Two calendars in a real Node-RED', function () {
  let stage: Stage
  let world: World
  let site: Site

  before(async () => {
    stage = await newStage()
    ;({ world, site } = stage)
  })
  afterEach(() => {
    assertNoMail(world)
    assert.deepEqual(site.listener.all('error'), [])
  })
  after(() => stage.close())

  it('come in step by the first sync: each keeps its own and gets what the other has', async () => {
    const before = agendas(world)
    const report = await site.report(() => site.install())
    assert.deepEqual(report.errors, [])
    assert.deepEqual(report.applied, {
      left: { create: inIcloudOnly, update: 1, delete: 0 }, // the place of an appointment, which only iCloud knew
      right: { create: inGoogleOnly, update: 0, delete: 0 },
    })
    const after = agendas(world)
    const all = new Set([...before.google, ...before.icloud])
    const lost = [...all].filter((line) => !after.google.includes(line) && !after.icloud.includes(line))
    assert.deepEqual(lost.length, 1, lost.join('\n'))
    assert.match(lost[0]!, /Bank appointment \| {2}\|/)
    const { onlyFirst, onlySecond } = difference(after.google, after.icloud)
    assert.deepEqual(
      [...onlyFirst, ...onlySecond].map((line) => line.split(' | ')[2]),
      ['Philharmonic', 'Philharmonic, block C'],
    )
  })

  it('announce what differs without a base, once, and agree when an owner makes it the same', async () => {
    const told = site.listener.all('conflicts') as { text: string }[][]
    assert.deepEqual(
      told.map((conflicts) => conflicts.map(({ text }) => text)),
      [['"Concert" differs between anna@gmail.com and Privat: location ("Philharmonic" or "Philharmonic, block C").']],
    )
    const concert = row(world.googleOwner, 'Concert')
    world.googleOwner.change(concert.id, { ...concert, place: row(world.icloudOwner, 'Concert').place })
    const report = await site.sync()
    assert.deepEqual([report.conflicts, report.planned], [0, { left: NOTHING, right: NOTHING }])
    assertInStep(world)
  })

  it('cost one request a side when nothing changed, and nothing is written', async () => {
    await site.sync()
    takeRequests(world)
    const report = await site.sync()
    assert.deepEqual(
      [report.planned, report.requests],
      [
        { left: NOTHING, right: NOTHING },
        { left: 1, right: 1 },
      ],
    )
    assert.deepEqual(takeRequests(world), {
      google: ['GET /calendars/anna@gmail.com/events'],
      icloud: [`REPORT ${world.icloud.calendar.path}`],
    })
  })

  for (const { here, there, app } of DIRECTIONS) {
    for (const [what, act] of EDITS) {
      it(`carry to ${there}: ${what}`, () => carried(stage, here, () => act(app(world), here)))
    }
    for (const [what, act] of SERIES_EDITS) {
      it(`carry to ${there}: ${what}`, () =>
        carried(stage, here, () => SERIES.forEach((series) => act(app(world), series, here))))
    }
  }

  for (const { here, there, app } of DIRECTIONS) {
    for (const [what, act] of UPHEAVALS) {
      it(`carry to ${there}: ${what}`, () =>
        carried(stage, here, () => UPHEAVED[here].forEach((series) => act(app(world), series, here))))
    }
  }

  it('unite what both owners changed in different fields of the same event', async () => {
    for (const { here, app } of DIRECTIONS) app(world).note('Hiking trip', `from ${here}`)
    await site.sync()
    const conflicts = site.listener.all('conflict') as { summary: string; fields: { name: string }[] }[]
    assert.deepEqual(
      conflicts.map(({ summary, fields }) => [summary, fields.map(({ name }) => name)]),
      [['Hiking trip', ['description']]],
    )
    googleApp(world).note('Hiking trip', 'from icloud')
    const trip = row(world.googleOwner, 'Hiking trip')
    world.googleOwner.change(trip.id, { ...trip, title: 'Hike' })
    icloudApp(world).reminders('Hiking trip', [45])
    const report = await site.sync()
    assert.deepEqual([report.conflicts, report.errors], [0, []])
    assertInStep(world)
    const { note, reminders } = row(world.googleOwner, 'Hike')
    assert.deepEqual({ note, reminders }, { note: 'from icloud', reminders: [45] })
  })

  it('go on after a restart, with what was done meanwhile', async () => {
    takeRequests(world)
    assert.equal(await site.stop(), 0)
    edit(googleApp(world), 'Board presentation', () => ({ place: 'Changed while Node-RED was down' }))
    icloudApp(world).cancelOccurrence('Paper bin', 5)
    world.icloudOwner.remove(row(world.icloudOwner, 'Baking cookies').id)
    const report = await site.report(() => site.start())
    assert.deepEqual([report.reads.left?.kind, report.reads.right?.kind], ['incremental', 'incremental'])
    assert.deepEqual(report.applied, {
      left: { create: 0, update: 1, delete: 1 },
      right: { create: 0, update: 1, delete: 0 },
    })
    const agenda = assertInStep(world)
    assert.ok(agenda.some((line) => line.includes('Changed while Node-RED was down')))
    assert.ok(!agenda.some((line) => line.includes('Baking cookies')))
    const next = await site.sync()
    assert.deepEqual(next.planned, { left: NOTHING, right: NOTHING })
  })

  it('carry events with guests without telling the guests', async () => {
    const soon = { ...row(world.googleOwner, 'Theatre, 2'), title: 'Party', place: '' }
    world.googleOwner.add(soon)
    world.icloudOwner.add({ ...soon, title: 'Dinner' })
    const party = row(world.googleOwner, 'Party')
    world.google.user.edit(party.id, { attendees: [{ email: 'mia@example.com' }] })
    invite(world.icloud, row(world.icloudOwner, 'Dinner').id)
    await site.sync()
    assertInStep(world)
    assert.doesNotMatch(world.icloud.user.text(row(world.icloudOwner, 'Party').id), /ATTENDEE|ORGANIZER/)
    assert.equal(world.google.user.get(row(world.googleOwner, 'Dinner').id).attendees, undefined)

    // Both servers would mail them of a change ("some emails might still be sent", Google says of sendUpdates=none).
    const before = agendas(world)
    edit(icloudApp(world), 'Party', () => ({ place: 'At home' }))
    edit(googleApp(world), 'Dinner', () => ({ place: 'At home' }))
    const edited = await site.sync()
    assert.deepEqual([edited.errors, edited.notWritable, edited.planned], [[], 2, { left: NOTHING, right: NOTHING }])
    world.icloudOwner.remove(row(world.icloudOwner, 'Party').id)
    world.googleOwner.remove(row(world.googleOwner, 'Dinner').id)
    const deleted = await site.sync()
    assert.deepEqual([deleted.errors, deleted.planned], [[], { left: NOTHING, right: NOTHING }])
    const withoutCopies = (agenda: Agenda, copy: string): Agenda => agenda.filter((line) => !line.includes(copy))
    assert.deepEqual(agendas(world), {
      google: withoutCopies(before.google, '| Dinner |'),
      icloud: withoutCopies(before.icloud, '| Party |'),
    })
  })

  it('hold back a mass deletion, and announce it once', async () => {
    const before = agendas(world)
    for (const { id } of world.googleOwner.rows().slice(0, 40)) world.googleOwner.remove(id)
    await site.sync()
    const report = await site.sync()
    assert.ok(report.heldDeletions >= 38, `${report.heldDeletions} held`) // all but those outside the window
    assert.deepEqual(agendas(world).icloud, before.icloud)
    assert.equal(site.listener.all('held-deletions').length, 1)
  })

  it('leave state that only its owner can read, and no secret in it or in the log', async () => {
    await site.stop()
    const files = filesIn(site.folder)
    assert.ok(files.length >= 5, files.join())
    for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o600, file)
    const { password, username } = world.icloud.options
    const basic = Buffer.from(`${username}:${password}`).toString('base64')
    const secrets = [password, basic, LOGIN.clientSecret, LOGIN.refreshToken, 'ya29.', 'Bearer ']
    const texts = [...files.map((file) => readFileSync(file, 'utf8')), site.log.join('\n')]
    for (const secret of secrets) for (const text of texts) assert.ok(!text.includes(secret), `${secret} is in ${text}`)
  })
})
