import { playAll } from './plays'
import { play } from './google-fuzz'

describe('Lists of Google’s with anything wrong in them', () => {
  it('harm no other event, delete nothing and are no defect (400 seeds; `npm run fuzz -- google 10000` plays more)', () =>
    playAll(play, 400))
})
