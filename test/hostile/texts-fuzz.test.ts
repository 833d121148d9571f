import { playAll } from './plays'
import { play } from './texts-fuzz'

describe('iCalendar texts with anything wrong in them', () => {
  it('are read as what they are or say why not, and are no defect (300 seeds; `npm run fuzz -- icalendar 100000` plays more)', () =>
    playAll(play, 300))
})
