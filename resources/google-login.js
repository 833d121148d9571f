/**
 * "Connect" in the dialog of a Google account, in the browser: `CalSyncGoogleLogin`.
 *
 * A window shows Google's page. What came of it is asked from the server again and again: the window can't tell us, since
 * Google's pages cut the tie to the window that opened them. The token goes into the dialog's input, and from there the
 * way of any credential.
 */
;(function () {
  const OFTEN = 1000
  // looked up late: scripts of the editor come in any order
  const ask = (...asked) => CalSyncAccountDialog.ask(...asked)
  const say = (...said) => CalSyncAccountDialog.say(...said)
  /** The login of the open dialog. */
  let current

  class Login {
    constructor(node, values, words) {
      this.node = node
      this.values = values
      this.words = words
      this.state = $('#calsync-login-state')
    }

    /** Must be called by a click, or the browser keeps the window from opening. */
    async begin() {
      this.over = false
      this.window = window.open('about:blank', 'calsync-google-login', 'width=560,height=720')
      say(this.state, 'busy', this.words.waiting)
      const editor = new URL('.', document.baseURI).href
      try {
        const begun = await ask('google/login', { id: this.node.id, values: this.values(), editor }, this.words)
        if (this.over) return this.forget(begun.login)
        this.login = begun.login
        this.show(begun)
        this.wait()
      } catch (error) {
        this.fail(error)
      }
    }

    show({ url, comesBack }) {
      if (this.window) {
        this.window.opener = null
        this.window.location.replace(url)
      } else {
        say(this.state, 'bad', this.words.blocked)
      }
      $('#calsync-login-page').attr('href', url)
      $('.calsync-comes-back').toggle(comesBack)
      $('#calsync-login-address').val('')
      $('#calsync-login-open').show()
    }

    /** Asks until something came of it. A lost answer is asked for again; one that says no is the end. */
    wait() {
      this.timer = setTimeout(async () => {
        try {
          const result = await ask('google/login/result', { login: this.login }, this.words)
          if (this.over) return
          if (result.is === 'pending') this.wait()
          else if (result.is === 'done') this.succeed(result)
          else this.fail(new Error(result.message))
        } catch (error) {
          if (this.over) return
          if (error.isAnswer) this.fail(error)
          else this.wait()
        }
      }, OFTEN)
    }

    /** The user pasted the address on which the browser ended. */
    async finish(address) {
      if (this.over || !this.login || address.trim() === '') return
      say(this.state, 'busy', this.words.finishing)
      try {
        await ask('google/login/paste', { login: this.login, address }, this.words)
      } catch (error) {
        if (!this.over) say(this.state, 'bad', error.message)
      }
    }

    succeed({ values, trouble }) {
      this.close()
      const before = $('#node-config-input-account').val()
      for (const name of Object.keys(values))
        $('#node-config-input-' + name)
          .val(values[name])
          .trigger('change')
      const { account } = values
      const button = $('#node-config-dialog-ok').text().trim() // "Add" or "Update"
      const words = account ? this.words.connectedAs.replace('{account}', account) : this.words.connected
      const text = words.replace('{button}', button)
      const other =
        account && before && before !== account ? ' ' + this.words.otherAccount.replace('{account}', before) : ''
      say(this.state, 'good', text + other)
      $('#calsync-dead').hide()
      if (trouble) say($('<div></div>').css('margin-top', '6px').appendTo(this.state), 'bad', trouble)
    }

    fail(error) {
      this.close()
      say(this.state, 'bad', error.message)
    }

    close() {
      this.over = true
      clearTimeout(this.timer)
      if (this.window) this.window.close()
      $('#calsync-login-open').hide()
    }

    forget(login) {
      return ask('google/login/cancel', { login }, this.words).catch(() => undefined) // it ends by itself in ten minutes
    }
  }

  /** Google refuses a login that was made with another client. */
  function watchClient(words) {
    const clientId = $('#node-config-input-clientId')
    const token = $('#node-config-input-refreshToken')
    let madeWith = clientId.val()
    token.on('change', () => (madeWith = clientId.val()))
    clientId.on('change', () => {
      const state = $('#calsync-login-state')
      if (token.val() && clientId.val().trim() !== madeWith.trim()) say(state, 'bad', words.otherClient)
      else if (state.text() === words.otherClient) state.hide()
    })
  }

  /** Gives life to the Connect button and what is around it. */
  function offer(node, values, words) {
    CalSyncAccountDialog.onTyping(node, () => {
      if (!current || current.over) $('#calsync-login-state').hide()
    })
    watchClient(words)
    $('#calsync-connect').on('click', function (event) {
      event.preventDefault()
      end()
      current = new Login(node, values, words)
      current.begin()
    })
    const address = $('#calsync-login-address')
    const finish = () => current && current.finish(address.val())
    $('#calsync-login-finish').on('click', (event) => {
      event.preventDefault()
      finish()
    })
    address.on('paste', () => setTimeout(finish)) // once the input holds it
  }

  /** The dialog is closed: what comes back later is of no use. */
  function end() {
    if (!current) return
    const { login, over } = current
    current.close()
    if (login && !over) current.forget(login)
    current = undefined
  }

  window.CalSyncGoogleLogin = { offer, end }
})()
