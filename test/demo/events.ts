/**
 * An event of the demo. Days are counted from the Monday of this week, weeks of a series from its first occurrence.
 * Without `at` it is all-day.
 */
export type DemoEvent = {
  readonly title: string
  readonly day: number
  readonly at?: string
  /** Minutes, or days if it is all-day. */
  readonly length: number
  readonly zone?: string
  readonly place?: string
  readonly note?: string
  /** Minutes before the start. */
  readonly reminder?: number
  /** Weekly, with one occurrence moved to another time of its day and one cancelled. */
  readonly weekly?: {
    readonly times: number
    readonly moved?: readonly [week: number, at: string]
    readonly cancelled?: number
  }
  readonly yearly?: true
}

export const HOME_ZONE = 'Europe/Berlin'

const timed = (day: number, at: string, length: number, title: string, more: Partial<DemoEvent> = {}): DemoEvent => ({
  title,
  day,
  at,
  length,
  ...more,
})
const allDay = (day: number, length: number, title: string, more: Partial<DemoEvent> = {}): DemoEvent => ({
  title,
  day,
  length,
  ...more,
})

/** Events that stand in both calendars, entered by hand on each side: the first sync pairs them. */
export const BOTH: readonly DemoEvent[] = [
  timed(0, '18:00', 90, 'Choir rehearsal', {
    weekly: { times: 12, moved: [2, '19:00'], cancelled: 4 },
    place: 'St. Mary',
  }),
  timed(1, '08:15', 30, 'Dentist', { reminder: 60, place: 'Dr. Weber, Linden 4' }),
  timed(3, '16:00', 60, 'Parents’ evening', { place: 'School, room 12' }),
  timed(4, '19:30', 120, 'Dinner with Mia and Tom', { place: 'Osteria' }),
  allDay(5, 2, 'Weekend in Leipzig'),
  timed(8, '07:42', 255, 'Train to Hamburg', { reminder: 30, note: 'ICE 708, coach 21, seat 64' }),
  timed(9, '12:00', 60, 'Lunch with Jonas'),
  allDay(12, 1, 'Grandma’s birthday', { yearly: true }),
  timed(15, '10:00', 45, 'Annual check-up', { place: 'Health centre', reminder: 120 }),
  timed(17, '20:00', 150, 'Concert', { place: 'Philharmonic' }),
  allDay(21, 14, 'Summer house'),
  timed(23, '09:00', 60, 'Call with Tokyo', { zone: 'Asia/Tokyo' }),
  timed(30, '15:00', 60, 'Car inspection', { place: 'Garage Otto' }),
  timed(36, '11:00', 30, 'Bank appointment'),
  allDay(45, 1, 'School holiday'),
  timed(52, '18:30', 60, 'Yoga trial lesson'),
  timed(58, '13:00', 180, 'Museum with the children'),
  timed(66, '17:00', 60, 'Tenants’ meeting', { place: 'Court yard' }),
  allDay(80, 3, 'Hiking trip'),
  timed(95, '19:00', 120, 'Class reunion', { place: 'Old Brewery' }),
]

/** Events that only the Google calendar has: the working life. */
export const GOOGLE_ONLY: readonly DemoEvent[] = [
  timed(0, '09:15', 15, 'Stand-up', { weekly: { times: 20, moved: [1, '10:00'], cancelled: 3 }, reminder: 5 }),
  timed(2, '14:00', 60, 'Team meeting', {
    weekly: { times: 16, cancelled: 2 },
    place: 'Room Elbe',
    note: 'Agenda in the wiki',
  }),
  timed(3, '11:00', 30, 'One-to-one with Karim', { weekly: { times: 10, moved: [3, '15:30'] } }),
  timed(4, '16:00', 60, 'Retrospective', { weekly: { times: 8 } }),
  timed(1, '18:00', 60, 'Call with Boston', { zone: 'America/New_York', reminder: 10 }),
  timed(8, '13:00', 45, 'Supplier call', { zone: 'Europe/London' }),
  timed(10, '22:00', 60, 'Release window', { note: 'Roll back before midnight' }),
  allDay(7, 3, 'Trade fair', { place: 'Hall 7' }),
  timed(-12, '10:00', 120, 'Budget planning'),
  timed(-9, '15:00', 60, 'Interview: designer'),
  timed(-4, '09:00', 240, 'First aid course', { place: 'Canteen' }),
  // Outside the window of the first sync: stays where it is.
  timed(-70, '10:00', 60, 'Kick-off of the old project'),
  timed(-55, '14:00', 60, 'Hand-over'),
  timed(9, '09:30', 60, 'Customer visit: Nordwind', { place: 'Their office' }),
  timed(11, '10:00', 90, 'Workshop: onboarding'),
  timed(13, '12:30', 60, 'Lunch and learn'),
  timed(15, '14:00', 30, 'Expenses'),
  timed(16, '09:00', 480, 'Offsite', { place: 'Lake house' }),
  timed(18, '11:00', 60, 'Portfolio review'),
  timed(22, '16:30', 30, 'Security briefing'),
  timed(24, '10:00', 60, 'Interview: developer'),
  timed(25, '13:30', 60, 'Contract with Südlicht', { reminder: 15 }),
  timed(29, '15:00', 45, 'Roadmap'),
  timed(31, '17:00', 60, 'Call with Boston, follow-up', { zone: 'America/New_York' }),
  timed(32, '09:00', 60, 'Quarterly numbers'),
  timed(37, '10:30', 30, 'Office tour for trainees'),
  timed(39, '14:00', 120, 'Training: accessibility'),
  allDay(42, 1, 'Company anniversary'),
  timed(43, '19:00', 180, 'Summer party', { place: 'Roof terrace' }),
  timed(46, '11:00', 60, 'Vendor demo'),
  timed(50, '09:00', 60, 'Architecture board'),
  timed(53, '16:00', 30, 'Feedback round'),
  timed(57, '08:00', 300, 'Flight to London', { zone: 'Europe/London', place: 'BER, gate B12' }),
  timed(58, '20:00', 120, 'Dinner with partners', { zone: 'Europe/London' }),
  timed(64, '10:00', 60, 'Audit'),
  timed(71, '13:00', 60, 'Planning, next quarter'),
  timed(85, '15:00', 30, 'Appraisal'),
  timed(99, '10:00', 60, 'Board presentation'),
  timed(120, '09:00', 120, 'Strategy day'),
]

/** Events that only the iCloud calendar has: family and leisure. */
export const ICLOUD_ONLY: readonly DemoEvent[] = [
  timed(1, '17:00', 60, 'Football practice, Emil', {
    weekly: { times: 16, moved: [2, '18:00'], cancelled: 5 },
    place: 'Sports ground',
  }),
  timed(2, '15:30', 45, 'Piano lesson, Ida', { weekly: { times: 14, cancelled: 1 }, reminder: 30 }),
  timed(5, '09:00', 60, 'Farmers’ market', { weekly: { times: 10 } }),
  allDay(3, 1, 'Paper bin', { weekly: { times: 12, cancelled: 2 } }),
  allDay(20, 1, 'Ida’s birthday', { yearly: true, note: 'Cake!' }),
  allDay(61, 1, 'Wedding anniversary', { yearly: true }),
  timed(0, '19:30', 90, 'Book club'),
  timed(3, '14:00', 60, 'Hairdresser'),
  timed(4, '07:30', 20, 'Take the car to the garage', { reminder: 15 }),
  timed(6, '10:00', 180, 'Flea market'),
  timed(6, '18:00', 60, 'FaceTime with Aunt Ruth', { zone: 'America/New_York' }),
  timed(-6, '15:00', 60, 'Vet', { place: 'Animal clinic' }),
  timed(-10, '20:00', 120, 'Cinema'),
  timed(-3, '11:00', 60, 'Brunch'),
  timed(-80, '10:00', 60, 'House viewing'),
  timed(7, '16:00', 60, 'Swimming badge, Emil'),
  timed(10, '19:00', 120, 'Game night'),
  timed(11, '17:30', 60, 'Allotment committee'),
  timed(13, '10:00', 240, 'Zoo'),
  timed(14, '18:00', 60, 'Swimming'),
  timed(16, '08:00', 30, 'Blood test', { note: 'Sober', reminder: 45 }),
  timed(18, '20:00', 120, 'Babysitter comes'),
  timed(19, '14:00', 180, 'Children’s party, Ida’s friends'),
  allDay(26, 2, 'Parents visit'),
  timed(27, '12:00', 120, 'Picnic', { place: 'City park' }),
  timed(33, '16:00', 45, 'Optician'),
  timed(34, '11:00', 60, 'Street festival'),
  timed(38, '18:00', 60, 'Driving lesson'),
  timed(40, '20:15', 100, 'Theatre', { place: 'Kammerspiele' }),
  timed(41, '10:00', 300, 'Canoe tour'),
  timed(47, '09:00', 60, 'Chimney sweep'),
  timed(49, '15:00', 60, 'School play'),
  timed(55, '19:00', 150, 'Barbecue'),
  timed(59, '16:00', 60, 'Tax adviser'),
  timed(62, '08:30', 30, 'Jab', { reminder: 60 }),
  timed(68, '10:00', 120, 'Apple picking'),
  allDay(74, 1, 'Winter tyres'),
  timed(90, '18:00', 60, 'Lantern walk'),
  timed(110, '15:00', 120, 'Baking cookies'),
]

/**
 * Places in iCloud of events that stand on both sides. Google has another one for the concert, which is left to be
 * decided, and none for the appointment, where it is filled in.
 */
export const ICLOUD_PLACES: Readonly<Record<string, string>> = {
  Concert: 'Philharmonic, block C',
  'Bank appointment': 'Market square 1',
}
