import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { modelTransfer } from '../../src/commands/model-transfer.ts'
import type { PullProposal } from '../../src/engine/models/ensure-model.ts'

const proposal: PullProposal = {
  reference: 'tiny',
  title: 'Tiny\u001b[2J',
  from: 'https://hub.example/user/repo',
  approximateBytes: 8_100_000_000,
  licence: 'MIT',
  verified: false,
}

function terminal({
  isTTY = true,
  environment = {},
  quiet = false,
  now,
}: {
  isTTY?: boolean
  environment?: Record<string, string>
  quiet?: boolean
  now?: () => number
} = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY })
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 60 })
  const stop = new AbortController()
  const context = { cwd: '/', environment, stdin, stdout: new PassThrough(), stderr, signal: stop.signal }
  const transfer = modelTransfer(context, { quiet, ...(now ? { now } : {}) })
  return { stdin, stop, transfer, written: () => String(stderr.read() ?? '') }
}

const at = (doneBytes: number, totalBytes: number | null = 1_000_000_000) =>
  ({ type: 'progress', phase: 'download', file: 'x.gguf', doneBytes, totalBytes }) as const

describe('the question before a download', () => {
  it.each([
    ['y\n', true],
    [' YES \n', true],
    ['n\n', false],
    ['\n', false],
    ['yesterday\n', false],
  ])('takes %j as %s', async (typed, answer) => {
    const { stdin, transfer, written } = terminal()
    stdin.write(typed)
    expect(await transfer.ask!(proposal)).toBe(answer)
    expect(written()).toBe(
      'The model Tiny␛[2J is not on this machine.\n  about 8.1 GB, licence MIT, from https://hub.example/user/repo\n  Nobody has verified this entry: look at its page first.\nDownload it now? [y/N] ',
    )
  })

  it('takes the end of the input as no', async () => {
    const { stdin, transfer, written } = terminal()
    stdin.end()
    expect(await transfer.ask!({ ...proposal, approximateBytes: null, licence: null, verified: true })).toBe(false)
    expect(written()).toContain('  size unknown, licence unknown, from https://hub.example/user/repo\nDownload')
  })

  it('ends with the run', async () => {
    const { stop, transfer } = terminal()
    const asked = transfer.ask!(proposal)
    stop.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
  })

  it.each([
    ['without a terminal', { isTTY: false }],
    ['in CI', { environment: { CI: 'true' } }],
  ])('is not asked %s', (_where, options) => {
    expect(terminal(options).transfer.ask).toBeNull()
  })
})

describe('the progress of a transfer', () => {
  it('is a bar with speed and time left that never outgrows its line', () => {
    let now = 0
    const { transfer, written } = terminal({ now: () => now })
    transfer.onTransfer(at(0))
    now += 2000
    transfer.onTransfer(at(500_000_000))
    now += 10
    transfer.onTransfer(at(510_000_000))
    expect(written().split('\r\u001b[2K').slice(1)).toEqual([
      'Downloading x.gguf ░░░░░░░░░░░░░░░░░░░░░░░░ 0 % of 1.0 GB',
      'Downloading x.gguf ████████████░░░░░░░░░░░░ 50 % of 1.0 GB ',
    ])
    transfer.onTransfer({ type: 'wait', holder: 'process 7 on there' })
    expect(written()).toBe('\r\u001b[2KWaiting: process 7 on there is bringing this model already.\n')
    transfer.end()
    expect(written()).toBe('')
  })

  it.each([
    [100_000_000, 'Downloading x.gguf 100 MB (50.0 MB/s)', null],
    [100, '(50 B/s, 2778 h left)'.replace('2778 h', '5555.6 h'), 1_000_000_000],
    [100_000_000, '(50.0 MB/s, 18 s left)', 1_000_000_000],
    [2_000_000, '(1.0 MB/s, 17 min left)', 1_000_000_000],
  ])('says of %d bytes in two seconds: %s', (bytes, text, total) => {
    let now = 0
    const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 200 })
    const context = {
      cwd: '/',
      environment: {},
      stdin: new PassThrough(),
      stdout: new PassThrough(),
      stderr,
      signal: new AbortController().signal,
    }
    const transfer = modelTransfer(context, { quiet: false, now: () => now })
    transfer.onTransfer(at(0, total))
    now += 2000
    transfer.onTransfer(at(bytes, total))
    expect(String(stderr.read())).toContain(text)
  })

  it('is one line for each tenth where nobody watches', () => {
    const { transfer, written } = terminal({ isTTY: false })
    for (let done = 0; done <= 1000; done += 10) transfer.onTransfer(at(done, 1000))
    transfer.onTransfer(at(5, null))
    transfer.onTransfer(at(6, null))
    transfer.onTransfer({ type: 'restart', file: 'x.gguf', reason: 'it changed' })
    expect(written().split('\n')).toEqual([
      ...Array.from({ length: 10 }, (_, tenth) => `Downloading x.gguf: ${tenth * 10} % of 1.0 kB`),
      'Downloaded x.gguf.',
      'Downloading x.gguf: 0 %',
      'x.gguf begins anew: it changed.',
      '',
    ])
  })

  it('is silent when that was asked for', () => {
    const { transfer, written } = terminal({ quiet: true })
    transfer.onTransfer(at(5))
    transfer.onTransfer({ type: 'unchecked', file: 'x' })
    transfer.end()
    expect(written()).toBe('')
  })
})
