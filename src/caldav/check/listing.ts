import type { Fact } from '../../event/examination'
import { counted, judged, needed, NotTried, tally } from '../../event/examination'
import { many, say } from '../../event/phrase'
import { COLLECTION_PROPS, collectionFrom } from '../collection'
import type { Described } from '../dav'
import type { Parsed } from '../value'
import { inner, listOf, namesIn, textIn } from '../value'
import type { Listed, Look } from './look'
import { hrefForms, multistatusOf } from './look'

/** What the place of the calendars lists, and what CalSync takes for calendars (RFC 4791 5.2, RFC 3744 5.4, RFC 3253 3.1.5). */
export const LISTING: readonly Fact<Look>[] = [
  {
    id: 'caldav.list.recognised',
    says: 'Of what the place of the calendars lists, at least one is a calendar that holds events.',
    async ask(look, signal) {
      const { homes } = needed(look.account, say`The account was not found.`)
      const listed: Listed[] = []
      for (const home of homes) {
        const found = multistatusOf(await look.dav.propfind(home, COLLECTION_PROPS, '1', signal), say`The list`)
        for (const described of found.responses) {
          listed.push({ described, calendar: collectionFrom(described, found.url) })
        }
      }
      look.listed = listed
      const calendars = listed.filter(({ calendar }) => calendar)
      const others = listed.filter(({ calendar }) => !calendar)
      const kinds = counted(tally(others.map(({ described }) => typesOf(described))))
      const [all, taken] = [many.resource(listed.length), many.calendar(calendars.length)]
      const forms = hrefForms(listed.map(({ described }) => described.href))
      return judged(calendars.length > 0, say`${all}: ${taken}; not taken for one: ${kinds}. hrefs: ${forms}.`)
    },
  },
  {
    id: 'caldav.list.components',
    says: 'Each calendar says which components it holds (supported-calendar-component-set).',
    ask: (look) => ofEach(look, componentsOf),
  },
  {
    id: 'caldav.list.privileges',
    says: 'Each calendar says what this account may do in it (current-user-privilege-set).',
    ask: (look) => ofEach(look, ({ props }) => elementsIn(inner(props.currentUserPrivilegeSet, 'privilege'))),
  },
  {
    id: 'caldav.list.reports',
    says: 'Each calendar has sync-collection and calendar-multiget among its reports (supported-report-set).',
    ask: (look) => ofEach(look, reportsOf, ['sync-collection', 'calendar-multiget']),
  },
]

/** Whether each calendar has values for something, and among them certain ones; and which. */
async function ofEach(
  look: Look,
  valuesOf: (described: Described) => string[],
  wanted: readonly string[] = [],
): ReturnType<Fact<Look>['ask']> {
  const calendars = needed(look.listed, say`Nothing was listed.`).filter(({ calendar }) => calendar)
  if (calendars.length === 0) throw new NotTried(say`There is no calendar.`)
  const values = calendars.map(({ described }) => valuesOf(described))
  const isExpected = values.every((each) => each.length > 0 && wanted.every((name) => each.includes(name)))
  return Promise.resolve(
    judged(isExpected, say`${counted(tally(values.map((each) => [...each].sort().join('+') || '-')))}.`),
  )
}

const componentsOf = ({ props }: Described): string[] =>
  listOf(inner(props.supportedCalendarComponentSet, 'comp')).map((comp) => textIn(comp, '_attributes', 'name'))

const reportsOf = ({ props }: Described): string[] =>
  listOf(inner(props.supportedReportSet, 'supportedReport')).flatMap((each) => elementsIn(inner(each, 'report')))

/** The names of elements as they stand in XML: `write-content`. */
const elementsIn = (value: Parsed): string[] =>
  namesIn(value).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`))

/** What a resource is: its types, and for what looks like a calendar also its components. */
function typesOf(described: Described): string {
  const components = componentsOf(described)
  const types = elementsIn(described.props.resourcetype).filter((name) => name !== 'collection')
  return [types.join('+') || 'folder', ...(components.length > 0 ? [`of ${components.join('+')}`] : [])].join(' ')
}
