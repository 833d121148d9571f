/**
 * "Check this account" in the dialogs of the account nodes, in the browser: `CalSyncAccountCheck`.
 *
 * The check goes on in Node-RED while the dialog asks how it stands, and ends when the dialog is closed. Nothing is sent
 * anywhere: the user sees the report, and copies it.
 */
;(function () {
  const OFTEN = 1000
  // looked up late: scripts of the editor come in any order
  const ask = (...asked) => CalSyncAccountDialog.ask(...asked)
  const say = (...said) => CalSyncAccountDialog.say(...said)
  /** Troubles first. */
  const OUTCOMES = ['differs', 'not tried', 'as expected']
  const ICONS = { differs: 'fa-exclamation-triangle', 'not tried': 'fa-minus', 'as expected': 'fa-check' }
  const COLORS = {
    differs: 'var(--red-ui-text-color-error)',
    'not tried': 'var(--red-ui-secondary-text-color)',
    'as expected': 'var(--red-ui-text-color-success)',
  }
  /** The check of the open dialog. */
  let current

  const button = (icon, text) =>
    $('<button type="button" class="red-ui-button"></button>')
      .append($('<i class="fa"></i>').addClass(icon), ' ', $('<span></span>').text(text))
      .css('margin-right', '6px')

  /** What is seen of a check: a state, lines, the report, and what it takes to check writing. */
  class Panel {
    /** @param translate the words of a key, in the language of the editor */
    constructor(words, translate) {
      this.words = words
      this.translate = translate
      this.state = $('<div class="calsync-check-state" role="status"></div>')
      this.stop = button('fa-stop', words.stop)
      this.agree = button('fa-pencil', words.agree)
      this.lines = $('<ul class="calsync-check-lines"></ul>')
      this.lines.css({ 'max-height': '18em', overflow: 'auto', margin: '8px 0', padding: 0, 'list-style': 'none' })
      this.showReport = button('fa-file-text-o', words.showReport).addClass('calsync-check-show')
      this.copy = button('fa-clipboard', words.copy)
      this.report = $('<textarea class="calsync-check-report" readonly rows="12" spellcheck="false"></textarea>')
      this.report.css({
        width: '100%',
        'font-family': 'monospace',
        'white-space': 'pre',
        overflow: 'auto',
        'margin-top': '6px',
        color: 'var(--red-ui-form-text-color)', // Node-RED shows what is read-only as if it were of no use
      })
      this.reportBox = $('<div></div>').append($('<p></p>').text(words.reportTip), this.report, this.copy)
      this.scratch = this.input('calsync-check-scratch')
      this.second = this.input('calsync-check-second')
      this.write = button('fa-pencil-square-o', words.write)
      this.writeBox = $('<div class="calsync-check-write"></div>').css('margin-top', '12px')
      this.writeBox.append($('<p></p>').text(words.writeTip))
      this.writeBox.append(this.row(words.scratch, this.scratch), this.row(words.second, this.second), this.write)
      const tip = $('<p></p>').text(words.tip)
      $('#calsync-check')
        .empty()
        .append(tip, this.state, this.stop, this.agree, this.lines, this.showReport, this.reportBox, this.writeBox)
        .show()
    }

    input(id) {
      return $('<input type="text" autocomplete="off">').attr('id', id).css('width', '100%')
    }

    row(text, input) {
      const label = $('<label></label>')
        .attr('for', input.attr('id'))
        .text(text)
        .css({ width: 'auto', 'margin-top': '4px' })
      return $('<div></div>').css('margin-bottom', '6px').append(label, input)
    }

    /** Shows what fits the stage: `busy`, `question` or `over`. */
    turn(stage, report) {
      this.stop.toggle(stage === 'busy')
      this.agree.toggle(stage === 'question')
      this.writeBox.toggle(stage !== 'busy')
      this.showReport.toggle(Boolean(report))
      this.reportBox.hide()
      this.report.val(report || '')
    }

    show(lines) {
      this.lines.empty().toggle(lines.length > 0)
      for (const line of lines) this.lines.append(this.line(line))
    }

    /** What was seen, in the language of the editor: a phrase with its values, or what is the same in each language. */
    said(said) {
      if (Array.isArray(said)) return said.map((each) => this.said(each)).join(', ')
      if (typeof said !== 'object') return String(said)
      const { key, says, values } = said
      const words = key === '' ? says : this.translate('check.seen.' + key)
      return words.replace(/\{(\d+)\}/g, (_, at) => this.said(values[at]))
    }

    line({ id, outcome, seen }) {
      const words = {
        differs: this.words.differs,
        'not tried': this.words.notTried,
        'as expected': this.words.asExpected,
      }
      const head = $('<div></div>').css({ display: 'flex', 'align-items': 'baseline' })
      $('<i class="fa fa-fw"></i>')
        .addClass(ICONS[outcome])
        .css({ color: COLORS[outcome], flex: 'none' })
        .appendTo(head)
      const text = $('<span></span>').css('margin-left', '4px').appendTo(head)
      $('<b></b>').text(words[outcome]).css('color', COLORS[outcome]).appendTo(text)
      text.append(document.createTextNode(' ' + this.translate('check.says.' + id)))
      const below = $('<div></div>').text(this.said(seen)).css({ 'margin-left': '24px', 'overflow-wrap': 'anywhere' })
      below.css('color', 'var(--red-ui-secondary-text-color)')
      return $('<li></li>').attr('data-outcome', outcome).css('margin-bottom', '6px').append(head, below)
    }
  }

  class Check {
    constructor(accountType, node, values, words) {
      Object.assign(this, { accountType, node, values, words })
      this.panel = new Panel(words, (key) => node._(key))
      this.panel.stop.on('click', () => this.cancel())
      this.panel.write.on('click', () => this.begin({ ...this.scratch(), confirm: false }))
      this.panel.agree.on('click', () => this.begin({ ...this.agreed, confirm: true }))
      this.panel.showReport.on('click', () => this.panel.reportBox.toggle())
      this.panel.copy.on('click', () => this.copy())
    }

    scratch() {
      return { scratch: this.panel.scratch.val().trim(), second: this.panel.second.val().trim() }
    }

    async begin(wish) {
      if ('scratch' in wish && wish.scratch === '') return say(this.panel.state, 'bad', this.words.noScratch)
      this.panel.turn('busy')
      this.panel.show([])
      say(this.panel.state, 'busy', this.words.running)
      try {
        const body = { id: this.node.id, values: this.values(), ...wish }
        const begun = await ask(this.accountType + '/check', body, this.words)
        if (this.over) return this.forget(begun.check)
        if (begun.confirm) return this.question(begun.confirm, wish)
        this.check = begun.check
        this.wait()
      } catch (error) {
        this.fail(error)
      }
    }

    /** Nothing is written before the user has agreed to what is said here. */
    question({ scratch, events }, wish) {
      this.agreed = wish
      const names = scratch.map((name) => this.words.quoted.replace('{name}', name)).join(', ')
      this.panel.turn('question')
      this.panel.agree.get(0).scrollIntoView({ block: 'nearest' })
      say(this.panel.state, 'bad', this.words.confirm.replace('{events}', events).replace('{names}', names))
    }

    /** Asks until it is over. A lost answer is asked for again; one that says no is the end. */
    wait() {
      this.timer = setTimeout(async () => {
        try {
          const state = await ask(this.accountType + '/check/result', { check: this.check }, this.words)
          if (this.over) return
          if (state.is === 'running') this.progress(state)
          else if (state.is === 'done') this.done(state)
          else this.fail(new Error(state.message))
        } catch (error) {
          if (this.over) return
          if (error.isAnswer) this.fail(error)
          else this.wait()
        }
      }, OFTEN)
    }

    progress({ lines, of }) {
      const words =
        of > 0 ? this.words.progress.replace('{done}', lines.length).replace('{of}', of) : this.words.running
      say(this.panel.state, 'busy', words)
      this.panel.show(lines)
      this.wait()
    }

    done({ lines, report, ended }) {
      this.check = undefined
      const count = (outcome) => lines.filter((line) => line.outcome === outcome).length
      const summary = this.words.summary
        .replace('{good}', count('as expected'))
        .replace('{bad}', count('differs'))
        .replace('{open}', count('not tried'))
      this.panel.turn('over', report)
      say(this.panel.state, ended || count('differs') > 0 ? 'bad' : 'good', ended ? summary + ' ' + ended : summary)
      this.panel.lines.get(0).scrollIntoView({ block: 'nearest' })
      this.panel.show(OUTCOMES.flatMap((outcome) => lines.filter((line) => line.outcome === outcome)))
    }

    fail(error) {
      this.check = undefined
      this.panel.turn('over')
      say(this.panel.state, 'bad', error.message)
    }

    /** Where the page may not use the clipboard (http), the selected text is copied the old way. */
    copy() {
      const { report, copy } = this.panel
      report.trigger('focus').trigger('select')
      const done = document.execCommand('copy')
      copy.children('span').text(done ? this.words.copied : this.words.copyByHand)
    }

    cancel() {
      if (this.check) this.forget(this.check)
    }

    forget(check) {
      return ask(this.accountType + '/check/cancel', { check }, this.words).catch(() => undefined) // it ends by itself, unasked
    }

    end() {
      this.over = true
      clearTimeout(this.timer)
      this.cancel()
    }
  }

  /** Gives life to the button "Check this account". `words`: those of {@link wordsOf}, and `forbidden`, `noAnswer`. */
  function offer(accountType, node, values, words) {
    $('#calsync-check-button').on('click', function (event) {
      event.preventDefault()
      end()
      current = new Check(accountType, node, values, words)
      current.begin({})
    })
  }

  /** The dialog is closed: what was made is removed, and nothing more is asked. */
  function end() {
    if (current) current.end()
    current = undefined
  }

  window.CalSyncAccountCheck = { offer, end }
})()
