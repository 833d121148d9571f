/**
 * What the dialogs of the account nodes have in common, in the browser: `CalSyncAccountDialog`.
 *
 * Requests go through jQuery, to addresses without a slash before them: only those bear the editor's own login, and
 * lead to Node-RED whatever its root, behind a proxy too. All that a server says is shown as text, never as HTML.
 */
;(function () {
  /** The properties and credentials of an account node as its open dialog shows them. */
  function valuesOf(node) {
    const values = {}
    for (const name of [...Object.keys(node._def.defaults), ...Object.keys(node._def.credentials)]) {
      const input = $('#node-config-input-' + name)
      if (input.length > 0) values[name] = String(input.val() ?? '')
    }
    return values
  }

  /** Posts JSON. Rejects with an error whose message is for the user. */
  function ask(path, body, words) {
    return new Promise(function (resolve, reject) {
      $.ajax({
        url: 'calsync/' + path,
        method: 'POST',
        contentType: 'application/json',
        dataType: 'json',
        data: JSON.stringify(body),
      }).then(resolve, function (answer) {
        const said = answer.responseJSON && answer.responseJSON.message
        const error = new Error(said || (answer.status === 401 ? words.forbidden : words.noAnswer))
        reject(Object.assign(error, { isAnswer: answer.status > 0 }))
      })
    })
  }

  /** Shows a line of text in an element: what is going on, or how it ended. */
  function say(element, kind, text) {
    const icons = { busy: 'fa-spinner fa-spin', good: 'fa-check-circle', bad: 'fa-exclamation-triangle' }
    const colors = { good: 'success', bad: 'error' }
    element.empty().show()
    $('<i class="fa"></i>').addClass(icons[kind]).appendTo(element)
    const color = colors[kind] ? 'var(--red-ui-text-color-' + colors[kind] + ')' : ''
    element.children('i').css({ color, 'margin-right': '6px' })
    $('<span></span>').text(text).appendTo(element)
  }

  /** The calendars of an account, as a list below what was said. */
  function list(element, calendars, words) {
    const lines = $('<ul class="calsync-calendars"></ul>').css({ 'max-height': '10em', overflow: 'auto' })
    for (const { name, writable } of calendars) {
      lines.append($('<li></li>').text(writable ? name : name + ' (' + words.readOnly + ')'))
    }
    element.append(lines)
  }

  /** Calls back whenever the user types into the dialog: what was said of what it showed before is old. */
  function onTyping(node, callback) {
    const names = [...Object.keys(node._def.defaults), ...Object.keys(node._def.credentials)]
    $(names.map((name) => '#node-config-input-' + name).join(', ')).on('input', callback)
  }

  /**
   * "Test connection": asks with what the dialog shows, deployed or not.
   *
   * @param values what the dialog shows
   * @param words `testing`, `none`, `readOnly`, `forbidden`, `noAnswer`
   */
  function offerTest(accountType, node, values, words) {
    const button = $('#calsync-test')
    const result = $('#calsync-test-result').hide()
    let typed = 0
    onTyping(node, () => {
      typed += 1
      result.hide()
    })
    button.on('click', async function (event) {
      event.preventDefault()
      const asked = typed
      button.prop('disabled', true)
      say(result, 'busy', words.testing)
      try {
        const { text, calendars } = await ask(accountType + '/test', { id: node.id, values: values() }, words)
        const none = calendars.length === 0
        say(result, none ? 'bad' : 'good', none ? text + ' ' + words.none : text)
        list(result, calendars, words)
      } catch (error) {
        say(result, 'bad', error.message)
      }
      if (typed !== asked) result.hide()
      button.prop('disabled', false)
    })
  }

  /** Whether the account that runs has found its login dead. */
  const isDead = (node) => Boolean(node.status && node.status.text === 're-authorise')

  window.CalSyncAccountDialog = { valuesOf, ask, say, onTyping, offerTest, isDead }
})()
