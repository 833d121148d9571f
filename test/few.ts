// The quick tests play few random histories, others each day; the complete ones play many, the same each time.
process.env.HISTORIES ??= '60'
process.env.FROM ??= String(Number(process.env.CALSYNC_SEED) * 1000)
