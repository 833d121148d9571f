import type { ResourceId } from '../../event/calendar'
import type { Fact } from '../../event/examination'
import { judged, needed, NotTried } from '../../event/examination'
import { many, say } from '../../event/phrase'
import type { Said } from '../../event/phrase'
import { IcalError, readEvent } from '../../ical'
import { fetchMembers, getMember, multiget } from '../members'
import type { Look } from './look'

/** Members that are fetched both ways, and members that are read. */
const COMPARED = 3
const READ = 100

/** The members of the calendar that was looked into (RFC 4791 7.9). */
export const MEMBERS: readonly Fact<Look>[] = [
  {
    id: 'caldav.members.multiget',
    says: 'calendar-multiget gives out the same texts under the same ETags as GET.',
    async ask(look, signal) {
      const { url } = sampleIn(look).collection
      const ids = idsIn(look).slice(0, COMPARED)
      const together = await multiget(look.dav, url, ids, signal)
      const seen: Said[] = []
      for (const id of ids) {
        const alone = await getMember(look.dav, url, id, signal)
        const member = together.get(id)
        if (member?.is !== 'text') seen.push(say`multiget lacks one`)
        else if (alone.is !== 'text') seen.push(say`GET lacks one`)
        else if (normal(alone.text) !== normal(member.text)) seen.push(say`the text of one differs`)
        else if (alone.etag !== member.etag) seen.push(say`the ETag of one differs`)
      }
      return judged(seen.length === 0, say`${many.member(ids.length)}: ${seen.length > 0 ? seen : say`all the same`}.`)
    },
  },
  {
    id: 'caldav.members.readable',
    says: 'Each event is given out, and can be read.',
    async ask(look, signal) {
      const { collection } = sampleIn(look)
      const members = await fetchMembers(look.dav, collection.url, idsIn(look).slice(0, READ), signal)
      const floatingZone = collection.info.timeZone ?? look.around.localZone
      const texts = members.flatMap((member) => (member.is === 'text' ? member.text : []))
      const reasons = texts.flatMap((text) => whyUnreadable(text, floatingZone) ?? [])
      const withheld = members.length - texts.length
      const zones = reasons.filter((reason) => /zone/i.test(reason)).length
      const saw = say`${many.event(members.length)}: ${withheld} not given out, ${reasons.length} not readable, ${zones} of them for a time zone.`
      return judged(withheld + reasons.length === 0, saw)
    },
  },
]

const sampleIn = (look: Look): NonNullable<Look['sample']> => needed(look.sample, say`There is no calendar.`)

function idsIn(look: Look): ResourceId[] {
  const ids = [...sampleIn(look).listing.etags.keys()]
  if (ids.length === 0) throw new NotTried(say`The calendar is empty.`)
  return ids
}

/** XML makes one line end of all. */
const normal = (text: string): string => text.replaceAll(/\r\n?/g, '\n').trim()

function whyUnreadable(text: string, floatingZone: string): string | undefined {
  try {
    readEvent(text, { floatingZone, uid: 'none' })
    return undefined
  } catch (error) {
    if (error instanceof IcalError) return error.reason
    throw error
  }
}
