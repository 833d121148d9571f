import { play } from './fuzz-messages'
import { playAll } from './plays'

describe('Hostile messages', () => {
  it('are taken or refused with an error that says what is wrong, 1,000 of them', () => playAll(play, 1000))
})
