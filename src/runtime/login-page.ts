import type { Reply } from './routes'

/** The page on which the browser ends after a login. It holds nothing of the address that led to it. */
export function loginPage(title: string, text: string, succeeded: boolean): Reply {
  const color = succeeded ? '#2a7f3f' : '#ad1625'
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>CalSync</title>
<style>
  body { font: 16px/1.5 sans-serif; max-width: 32em; margin: 4em auto; padding: 0 1em }
  h1 { font-size: 1.4em; border-left: 6px solid ${color}; padding-left: 0.5em }
</style>
<h1>${escaped(title)}</h1>
<p>${escaped(text)}</p>
</html>
`
  return { is: 'text', contentType: 'text/html; charset=utf-8', text: html, status: succeeded ? 200 : 400 }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
