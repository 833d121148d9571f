import fc from 'fast-check'

// Random tests try something else each day, and the same all day: what fails can be tried again.
const DAY = 24 * 3600 * 1000
const seed = Number(process.env.CALSYNC_SEED ?? Math.floor(Date.now() / DAY))
fc.configureGlobal({ seed })
process.env.CALSYNC_SEED = String(seed)
console.log(`Random tests begin at ${seed}; CALSYNC_SEED=${seed} before the command repeats them.`)
